import * as v from 'valibot';
import { CHANNELS, PARTS } from '../../data/clip.ts';
import { isTemperature, TEMPERATURE_RULE } from '../../data/temperature.ts';
import { SerError } from '../../error.ts';
import type { FeatureSet } from '../../features/types.ts';
import { count, finite, parseJson } from '../../files/json.ts';
import type { Bundle } from './bundle.ts';
import { SELECTIVE } from './selective.ts';
import { TEST_RESULTS } from '../../eval/systems/testResults.ts';
import { TRAINING_EPOCH } from '../../eval/systems/trainingEpoch.ts';

/** Version of the layout of a model folder. Raise it when an older reader would misread a newer folder. */
export const FORMAT = 2;

/** Limits of a scaler's values: features are computed in float32, which has full precision only between these. */
const [SMALLEST, LARGEST] = [2 ** -126, 3.4e38];

/** File names that stay within their folder on any system and in a URL. */
const FILE_NAME = /^[a-z0-9][a-z0-9._-]*$/i;

const notNegative = v.pipe(finite, v.minValue(0));

/** What a model costs, measured where it was trained or first tested. */
export const COST = v.object({
  /** Numbers that its training has determined. */
  parameters: count,
  /** Size of the classifier's files. */
  bytes: count,
  /** Absent if the training was interrupted, or not timed. */
  trainingSeconds: v.optional(notNegative),
  /** Milliseconds at best for one clip of `seconds`, without decoding: its features, where this version computes them, and the model. */
  clip: v.object({ seconds: notNegative, features: v.optional(notNegative), model: notNegative }),
  /** Where that was measured, one clip at a time. */
  on: v.string(),
});
export type Cost = v.InferOutput<typeof COST>;

/** The parts of `bundle.json` that this version reads; others are kept. */
const BUNDLE = v.looseObject({
  format: v.literal(FORMAT),
  classifier: v.string(),
  gender: v.picklist(PARTS),
  protocol: v.string(),
  with: v.optional(v.array(v.picklist(CHANNELS))),
  fold: v.string(),
  seed: v.union([finite, v.string()]),
  options: v.record(v.string(), v.unknown()),
  data: v.looseObject({
    clips: count,
    rows: count,
    validationClips: count,
    sha256: v.string(),
    clipsSha256: v.string(),
    corpora: v.array(v.looseObject({ name: v.string(), licence: v.string() })),
    gendersFilledIn: v.optional(v.string()),
    learnt: v.optional(v.looseObject({ recordings: v.string(), speakers: v.array(v.string()) })),
  }),
  versions: v.record(v.string(), v.string()),
  labels: v.array(v.string()),
  temperature: finite,
  selective: v.optional(SELECTIVE),
  validation: v.looseObject({ n: count, accuracy: finite, uar: finite, loss: finite }),
  files: v.record(v.pipe(v.string(), v.regex(FILE_NAME, 'must be the name of a file')), v.string()),
  features: v.looseObject({
    set: v.string(),
    level: v.picklist(['functionals', 'frames']),
    names: v.array(v.string()),
    encoder: v.optional(v.string()),
  }),
  scaler: v.looseObject({ mean: v.array(finite), scale: v.array(finite) }),
  speakerPrior: v.optional(
    v.looseObject({ mean: v.array(finite), variance: v.array(notNegative), clips: v.array(notNegative) }),
  ),
  notes: v.optional(v.unknown()),
  history: v.optional(v.array(TRAINING_EPOCH)),
  refitHistory: v.optional(v.array(TRAINING_EPOCH)),
  results: v.optional(TEST_RESULTS),
  cost: v.optional(COST),
});

/**
 * Reads `bundle.json`.
 * @param path  its name in messages
 * @throws {SerError} `model` for one that is not JSON, of another format, or incomplete
 */
export function parseBundle(text: string, path: string): Bundle {
  const { format } = parseJson(text, v.looseObject({ format: v.optional(v.unknown()) }), path, 'model');
  if (format !== FORMAT) {
    throw new SerError(
      'model',
      `${path}: its format is ${JSON.stringify(format)}, this version reads ${FORMAT}: ` +
        (Number.isInteger(format) && (format as number) > FORMAT
          ? 'a newer version made it; update this one.'
          : 'train the model again.'),
    );
  }
  return parseJson(text, BUNDLE, path, 'model');
}

/** Names of the classifier's files; for a `bundle.json` without them, those of format 1. */
export function filesOf(text: string): string[] {
  try {
    return Object.keys(parseJson(text, v.object({ files: BUNDLE.entries.files }), 'bundle.json', 'model').files);
  } catch (error) {
    if (error instanceof SerError) return ['model.json', 'weights.bin'];
    throw error;
  }
}

/**
 * Checks that the parts of a bundle match each other and the features.
 * @param features  the model's input; undefined if this code has no such set
 * @throws {SerError} `model`
 */
export function checkBundle(
  path: string,
  bundle: Bundle,
  features: Pick<FeatureSet, 'name' | 'names'> | undefined,
): void {
  const refuse = (message: string): SerError => new SerError('model', `${path}: ${message}`);
  const { labels, temperature, scaler } = bundle;
  const { names } = bundle.features;
  if (names.length === 0) throw refuse('`features.names` is empty.');
  if (new Set(labels).size !== labels.length || labels.length < 2) {
    throw refuse('`labels` must be two or more different labels.');
  }
  if (!isTemperature(temperature)) throw refuse(`\`temperature\` ${TEMPERATURE_RULE}; it is ${temperature}.`);
  for (const part of ['mean', 'scale'] as const) {
    const values = scaler[part];
    if (values.length !== names.length) {
      throw refuse(`the scaler has ${values.length} values of \`${part}\` for ${names.length} features.`);
    }
    const bad = values.findIndex((value) => Math.abs(value) > LARGEST || (part === 'scale' && value < SMALLEST));
    if (bad >= 0) throw refuse(`the scaler's ${part} of ${names[bad]} is ${values[bad]}.`);
  }
  for (const part of ['mean', 'variance', 'clips'] as const) {
    const values = bundle.speakerPrior?.[part];
    if (!values || values.length === names.length) continue;
    throw refuse(`the speaker prior has ${values.length} values of \`${part}\` for ${names.length} features.`);
  }
  if (!features) {
    const { set, encoder } = bundle.features;
    const remedy = encoder && `, without the encoder ${shortHashes(encoder)} (SHA-256): put it into a folder of its name in that of \`ser embeddings list\``; // prettier-ignore
    throw refuse(`it was trained on ${set} features, which this version does not compute${remedy ?? ''}.`);
  }
  if (features.name !== bundle.features.set) {
    throw refuse(`it was trained on ${bundle.features.set} features, but its input is ${features.name}.`);
  }
  const differs = names.findIndex((name, i) => name !== features.names[i]);
  if (differs >= 0 || names.length !== features.names.length) {
    const at = differs < 0 ? names.length : differs;
    throw refuse(
      `its feature ${at + 1} is ${names[at] ?? 'none'}, but ${features.name} now has ${features.names[at] ?? 'none'} ` +
        'there: it was trained by another version; train it again.',
    );
  }
}

/** @param encoder  SHA-256 of the network that the features are computed with here, if there is one @throws {SerError} `model` */
export function checkEncoder(path: string, { features }: Bundle, encoder: string | undefined): void {
  if (features.encoder === encoder) return;
  const [before, now] = [features.encoder, encoder].map((hashes) => (hashes ? shortHashes(hashes) : 'none'));
  throw new SerError(
    'model',
    `${path}: its features ${features.set} came from the encoder ${before}, and the one here is ${now} (SHA-256): ` +
      'put the encoder with that hash in its place, or train the model again.',
  );
}

/** The beginnings of encoders' hashes. */
const shortHashes = (encoders: string): string => encoders.replaceAll(/[0-9a-f]{9,}/g, (sha256) => sha256.slice(0, 8));
