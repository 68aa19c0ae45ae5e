import * as v from 'valibot';
import { count } from '../files/json.ts';
import { VERSION } from '../version.ts';
import { STORE } from './store.ts';

/*
 * A unit of work: what the coordinator puts into Redis, and a worker takes. Workers believe nothing of it before it has this shape.
 */

const name = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9-]{0,80}$/, 'must be a name of small letters, digits and hyphens'),
);
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal'));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const options = v.record(v.string(), v.unknown());
const whole = v.pipe(v.number(), v.safeInteger('must be a whole number'));
const step = v.strictObject({ probability: v.number(), low: v.number(), high: v.number() });

const EXTRACT = v.strictObject({
  path,
  id: v.string(),
  featureSet: v.string(),
  copies: count,
  seed: whole,
  strict: v.optional(v.boolean()),
  augmentation: v.record(v.string(), step),
  noises: v.optional(v.array(path)),
  voices: v.optional(v.array(path)),
});
const PERTURB = v.strictObject({
  path,
  id: v.string(),
  featureSet: v.string(),
  conditions: v.array(v.string()),
  seed: whole,
  strict: v.optional(v.boolean()),
  noises: v.optional(v.array(path)),
});
const ANALYSE = v.strictObject({
  file: path,
  featureSet: v.optional(v.string()),
  genderModel: v.optional(path),
  strict: v.optional(v.boolean()),
  inspect: v.optional(v.boolean()),
});

/** Most clips of a unit. */
export const BATCH = 8;
const batchOf = <Schema extends v.GenericSchema>(job: Schema) =>
  v.pipe(v.array(job), v.minLength(1), v.maxLength(BATCH));

/** A `ser` command that does one training, or some trials. Options that write are the worker's own. */
const COMMAND = v.strictObject({
  kind: v.literal('command'),
  words: v.pipe(
    v.array(v.string()),
    v.check(([verb, ...words]) => {
      const isUnit = { eval: '--training', tune: '--job' }[verb];
      const options = words.map((word) => word.split('=')[0]).filter((word) => word.startsWith('-'));
      return isUnit !== undefined && options.includes(isUnit) && !options.some((one) => REFUSED.has(one));
    }, 'must be a training of `ser eval` or trials of `ser tune`'),
  ),
});
const REFUSED = new Set([
  '--out',
  '--trainings',
  '--queue',
  '--queue-host',
  '--queue-files',
  '--queue-ca',
  '--data',
  '--processes',
]);

const FILE = v.strictObject({ path, sha256: hash, bytes: count });
export type UnitFile = v.InferOutput<typeof FILE>;

export const UNIT = v.strictObject({
  version: v.literal(VERSION),
  run: name,
  /** The run's own number of the unit. */
  unit: count,
  /** Of the coordinator's server, which has the files and takes the result. */
  at: v.pipe(v.string(), v.regex(/^http:\/\/[^/?#@\s]+$/, 'must be the address of a server, http://HOST:PORT')),
  token: v.pipe(v.string(), v.regex(/^[\w-]{43}$/, 'must be 256 bits in base64url')),
  /** Where the files lie besides (`openStore`). */
  store: v.optional(STORE),
  /** Working folder of the coordinator, in which relative paths begin. */
  folder: path,
  /** SHA-256 of the encoder of the feature set, where it has one. */
  encoder: v.optional(v.string()),
  work: v.variant('kind', [
    v.strictObject({ kind: v.literal('features'), jobs: batchOf(EXTRACT) }),
    v.strictObject({ kind: v.literal('conditions'), jobs: batchOf(PERTURB) }),
    v.strictObject({ kind: v.literal('clips'), jobs: batchOf(ANALYSE) }),
    COMMAND,
  ]),
  /** All files that the unit reads. */
  files: v.array(FILE),
});
export type Unit = v.InferOutput<typeof UNIT>;
export type Work = Unit['work'];

const OUTCOME = v.union([
  v.strictObject({ result: options }),
  v.strictObject({
    error: v.strictObject({ message: v.string(), code: v.optional(v.string()) }),
  }),
]);

/** Where a result is written, below a folder of the coordinator's. */
const below = v.pipe(
  v.string(),
  v.regex(/^[^\0\\:]+$/),
  v.check((path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'), 'must lie below its folder'), // prettier-ignore
);

/** What a worker gives back: an outcome for each clip, or the lines and the files of a command. */
export const RESULT = v.union([
  v.strictObject({ outcomes: v.array(OUTCOME) }),
  v.strictObject({
    lines: v.array(v.string()),
    files: v.array(v.strictObject({ path: below, base64: v.string() })),
  }),
]);
export type UnitResult = v.InferOutput<typeof RESULT>;

/** Bytes of a result's text, at most. */
export const RESULT_LIMIT = 256 * 2 ** 20;
