import * as v from 'valibot';
import { type Gender, GENDERS } from '../../../data/clip.ts';
import { isTemperature, TEMPERATURE_RULE } from '../../../data/temperature.ts';
import { SerError } from '../../../error.ts';
import { LOG_MEL } from '../../../features/sets/logMel.ts';
import type { FileSet } from '../../../files/fileSet.ts';
import { finite, parseJson } from '../../../files/json.ts';

/** What a gender model in ONNX says of itself in its `metadata_props`, each value as JSON. */
export interface GenderMetadata {
  /** The agreement on input, output and these keys. */
  format: typeof GENDER_FORMAT;
  /** What the logits stand for, in their order. */
  labels: readonly Gender[];
  /** How its frames are computed; must be what `logMel` does. */
  frontEnd: Readonly<Record<keyof typeof LOG_MEL, number>>;
  /** Logits are divided by it before the softmax: 1 where nobody has calibrated. */
  temperature: number;
  /** Where the weights come from, in words. */
  source: string;
}

/** What a folder of a gender model holds: the model, and what is said of it. */
export const GENDER_MODEL_FILES: FileSet = {
  head: 'gender.onnx',
  others: () => ['metrics.json', 'MODEL_CARD.md'],
};

/** Names of what goes into the graph and comes out of it. */
export const ECAPA_INPUT = 'logmel';
export const ECAPA_OUTPUT = 'logits';

export const GENDER_FORMAT = 'gender-ser/gender/1';

/** The entries to write into a model. */
export function genderMetadata({
  temperature = 1,
  source,
}: {
  temperature?: number;
  source: string;
}): Record<string, string> {
  const metadata: GenderMetadata = {
    format: GENDER_FORMAT,
    labels: GENDERS,
    frontEnd: LOG_MEL,
    temperature,
    source,
  };
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, JSON.stringify(value)]));
}

/**
 * Reads the entries of a model and checks them against what this version computes.
 * @param origin  what to call the model in messages
 * @throws {SerError} `model` if an entry is missing or says something else
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
  if (format !== GENDER_FORMAT) refuse(`it has format ${format}; this version reads ${GENDER_FORMAT}`);
  if (labels.join() !== GENDERS.join()) refuse(`its logits stand for ${labels.join()} instead of ${GENDERS.join()}`);
  for (const [key, value] of Object.entries(LOG_MEL)) {
    if (frontEnd[key] !== value) refuse(`its front end has ${key} ${frontEnd[key]}, where this version computes with ${value}`); // prettier-ignore
  }
  if (!isTemperature(temperature)) refuse(`its temperature ${TEMPERATURE_RULE}; it is ${temperature}`);
  return { format: GENDER_FORMAT, labels: GENDERS, frontEnd: LOG_MEL, temperature, source };
}
