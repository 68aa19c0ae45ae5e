import * as v from 'valibot';
import { type Gender, GENDERS } from '../../../data/clip.ts';
import { isTemperature, TEMPERATURE_RULE } from '../../../data/temperature.ts';
import { SerError } from '../../../error.ts';
import { describeFeatureSet } from '../../../data/embeddings/sets.ts';
import type { LicensedSource } from '../../families/licence.ts';
import { LOG_MEL } from '../../../features/sets/logMel.ts';
import type { FileSet } from '../../../files/fileSet.ts';
import { finite, parseJson } from '../../../files/json.ts';

/** `metadata_props` of a gender model in ONNX, each value as JSON. */
export interface GenderMetadata {
  /** Name of the convention for input, output and these keys. */
  format: typeof GENDER_FORMAT;
  /** Labels of the logits, in their order. */
  labels: readonly Gender[];
  /** Parameters of its frames; must be those of `logMel`. */
  frontEnd: Readonly<Record<keyof typeof LOG_MEL, number>>;
  /** Divisor of the logits before the softmax: 1 if not calibrated. */
  temperature: number;
  /** Origin of the weights, in words. */
  source: string;
  /** Feature set of the second input; absent in models that hear log-mel frames alone. */
  features?: string;
  /** What it learnt from; absent in models of earlier versions, and in those made from other weights. */
  corpora?: readonly LicensedSource[];
}

/** Files of a gender model's folder: the model, and its documentation. */
export const GENDER_MODEL_FILES: FileSet = {
  head: 'gender.onnx',
  others: () => ['metrics.json', 'MODEL_CARD.md'],
};

/** Names of the graph's inputs, the second of which some models do not have, and of its output. */
export const ECAPA_INPUT = 'logmel';
export const VOICE_INPUT = 'voice';
export const ECAPA_OUTPUT = 'logits';

const CORPORA = v.array(v.object({ name: v.string(), licence: v.string() }));

export const GENDER_FORMAT = 'gender-ser/gender/1';

/** What is the same in all models that this version reads. */
const OWN = { format: GENDER_FORMAT, labels: GENDERS, frontEnd: LOG_MEL } as const;

/** The entries for a model. */
export function genderMetadata({
  temperature = 1,
  source,
  features,
  corpora,
}: Pick<GenderMetadata, 'source' | 'features' | 'corpora'> & { temperature?: number }): Record<string, string> {
  const metadata: GenderMetadata = { ...OWN, temperature, source, ...(features && { features }), ...(corpora && { corpora }) }; // prettier-ignore
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, JSON.stringify(value)]));
}

/**
 * Reads the entries of a model and checks them against those of this version.
 * @param origin  name of the model in messages
 * @throws {SerError} `model` if an entry is missing or differs
 */
export function checkGenderMetadata(entries: Readonly<Record<string, string>>, origin: string): GenderMetadata {
  const refuse = (message: string): never => {
    throw new SerError('model', `${origin}: ${message}.`);
  };
  const valueOf = <Schema extends v.GenericSchema>(
    key: keyof GenderMetadata,
    schema: Schema,
  ): v.InferOutput<Schema> => {
    const remedy = 'make one with `ser gender import`';
    if (!Object.hasOwn(entries, key))
      return refuse(`not a gender model of this toolkit (no "${key}" in it); ${remedy}`);
    return parseJson(entries[key], schema, `${origin}: its "${key}"`, 'model');
  };
  const format = valueOf('format', v.string());
  const labels = valueOf('labels', v.array(v.string()));
  const frontEnd = valueOf('frontEnd', v.record(v.string(), finite));
  const temperature = valueOf('temperature', finite);
  const source = valueOf('source', v.string());
  const features = Object.hasOwn(entries, 'features') ? valueOf('features', v.string()) : undefined;
  const corpora = Object.hasOwn(entries, 'corpora') ? valueOf('corpora', CORPORA) : undefined;
  if (format !== GENDER_FORMAT) refuse(`it has format ${format}; this version reads ${GENDER_FORMAT}`);
  if (labels.join() !== GENDERS.join()) refuse(`its logits stand for ${labels.join()} instead of ${GENDERS.join()}`);
  for (const [key, value] of Object.entries(LOG_MEL)) {
    if (frontEnd[key] !== value) refuse(`its front end has ${key} ${frontEnd[key]}, where this version computes with ${value}`); // prettier-ignore
  }
  if (!isTemperature(temperature)) refuse(`its temperature ${TEMPERATURE_RULE}; it is ${temperature}`);
  if (features !== undefined && !describeFeatureSet(features)) refuse(`it needs the features ${features}, which this version does not have`); // prettier-ignore
  return { ...OWN, temperature, source, ...(features && { features }), ...(corpora && { corpora }) };
}
