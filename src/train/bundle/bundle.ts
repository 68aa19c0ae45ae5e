import { expectText } from '../../messages/arguments.ts';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SpeakerPrior } from '../../data/adapt/speaker.ts';
import type { Channel, Part } from '../../data/clip.ts';
import { describeFeatureSet } from '../../data/embeddings/load.ts';
import { SerError } from '../../error.ts';
import type { FeatureLevel, FeatureSet } from '../../features/types.ts';
import type { TestResults } from '../../eval/systems/testResults.ts';
import { checkOutFolder, jsonText, namesIn, readText } from '../../files/files.ts';
import { type FileSet, readFileSet, replaceFileSet, strangersTo } from '../../files/fileSet.ts';
import { systemReason } from '../../messages/systemErrors.ts';
import { type Epoch, fileOf, type FittedModel, type ModelFiles } from '../classifiers/classifier.ts';
import { type Cost, filesOf, FORMAT, parseBundle } from './bundleCheck.ts';
import { type LoadedModel, openModel } from './openModel.ts';
import type { Learnt } from './learnt.ts';
import type { Scaler } from './scaler.ts';
import type { Selective } from './selective.ts';
import { sha256 } from '../../sha256.ts';

/** `bundle.json`: everything that a model needs besides its weights, and its origin. */
export interface Bundle {
  /** Version of the layout of the folder. */
  format: typeof FORMAT;
  /** `Classifier.name`. */
  classifier: string;
  /** Gender of the voices that it was trained on. */
  gender: Part;
  protocol: string;
  /** Channels that it was trained on in addition to its protocol's; see `trainedWith`. */
  with?: readonly Channel[];
  fold: string;
  seed: number | string;
  /** All options, given or by default, with which `ser train` would repeat it. */
  options: Record<string, unknown>;
  data: {
    /** Number of training clips, and of rows with their augmented copies. */
    clips: number;
    rows: number;
    validationClips: number;
    /** `hashTable` of those rows. */
    sha256: string;
    /** `hashIds` of the training clips of the fold, including validation clips: the model must not be tested on these. */
    clipsSha256: string;
    /** Corpora of the clips. */
    corpora: readonly { name: string; licence: string }[];
    /** Of how many clips the gender model has filled in the gender, in words; absent if of none. */
    gendersFilledIn?: string;
    /** Models of earlier versions have none. */
    learnt?: Learnt;
  };
  versions: Record<string, string>;
  labels: readonly string[];
  /** Divisor of the logits. 1: not calibrated. */
  temperature: number;
  /** When an answer is sure. Models of earlier versions have none. */
  selective?: Selective;
  /** Figures on the validation clips that controlled the training: a little too good. Not a test result. */
  validation: { n: number; accuracy: number; uar: number; loss: number };
  /** The classifier's files, with their SHA-256. */
  files: Readonly<Record<string, string>>;
  features: { set: string; level: FeatureLevel; names: readonly string[]; encoder?: string };
  scaler: Scaler;
  /** For a model of speaker-adapted features: what is expected of a speaker; see `standardise`. */
  speakerPrior?: SpeakerPrior;
  /** The classifier's notes on its training. */
  notes?: unknown;
  /** For a classifier that trains in epochs: of the run with the validation clips held out, and of the run on all clips. */
  history?: readonly Epoch[];
  refitHistory?: readonly Epoch[];
  /** On the test clips of its protocol, where `ser eval` has scored it; its card has them as words. */
  results?: TestResults;
  /** Measured after the training, or by the first `ser eval`; its card has it as words. */
  cost?: Cost;
}

/** A model folder: `bundle.json`, the files that it names, and the card. */
export const MODEL_FILES: FileSet = {
  head: 'bundle.json',
  alone: true,
  others: (head) => [...filesOf(new TextDecoder().decode(head())), 'MODEL_CARD.md'],
};
const CHECKPOINTS = '.checkpoint';

/** Folder for checkpoints of a run that writes to `dir`. */
export const checkpointsOf = (dir: string): string => join(dir, CHECKPOINTS);

/** @throws {SerError} `usage` if `dir` cannot be written, or contains anything but a model */
export function checkModelFolder(dir: string): void {
  checkOutFolder(dir);
  const others = strangersTo(MODEL_FILES, dir, namesIn(dir)).filter((name) => name !== CHECKPOINTS);
  if (others.length === 0) return;
  throw new SerError(
    'usage',
    `${dir} contains other files than a model's, such as ${others[0]}: choose another --out.`,
  );
}

/**
 * Writes a model folder, or replaces the model in it: at any moment the folder contains one complete model. Then the
 * checkpoints are removed.
 * @returns the content of `bundle.json`
 * @throws {SerError} `usage` if `dir` contains other files than a model's, `file` if it cannot be written
 * @example
 * import { readFileSync } from 'node:fs';
 * const { bundle } = loadBundle('models/reference/male');
 * const files = new Map(Object.keys(bundle.files).map((name) => [name, readFileSync(`models/reference/male/${name}`)]));
 * await saveBundle('copy', { model: { files: async () => files }, bundle, card: '# A copy' });
 * loadBundle('copy').bundle.gender // → 'male'
 */
export async function saveBundle(
  dir: string,
  {
    model,
    bundle,
    card,
  }: { model: Pick<FittedModel, 'files'>; bundle: Omit<Bundle, 'format' | 'files'>; card: string },
): Promise<Bundle> {
  checkModelFolder(dir);
  const files = await model.files();
  const hashes = Object.fromEntries(Array.from(files, ([name, content]) => [name, sha256(content)]));
  const head = { format: FORMAT, files: hashes } as const;
  const whole: Bundle = { ...head, ...bundle, ...head };
  files.set('bundle.json', jsonText(whole)).set('MODEL_CARD.md', card);
  replaceFileSet(dir, MODEL_FILES, files);
  rmSync(checkpointsOf(dir), { recursive: true, force: true });
  return whole;
}

/**
 * Reads a model folder and checks that its parts match each other, and the features that this code computes.
 * @param features  its input; by default the feature set of that name
 * @throws {SerError} `model`, naming the file that does not match, and the reason
 * @example
 * const { bundle } = loadBundle('models/reference/male');
 * [bundle.gender, bundle.protocol, bundle.labels.length] // → ['male', 'reference', 8]
 */
export function loadBundle(dir: string, features?: Pick<FeatureSet, 'name' | 'names'>): LoadedModel {
  expectText(dir, 'loadBundle: dir', 'the folder of a model');
  return openFolder(dir, features).model;
}

/** A model folder as a start for another training. @throws {SerError} `model`, as `loadBundle` */
export function readModelFolder(
  dir: string,
  features?: Pick<FeatureSet, 'name' | 'names'>,
): { bundle: Bundle; files: ModelFiles } {
  const { model, files } = openFolder(dir, features);
  return { bundle: model.bundle, files };
}

/** Reads `bundle.json` alone. @throws {SerError} `model` */
export function readBundle(dir: string): Bundle {
  const path = bundlePath(dir);
  return parseBundle(readText(path, 'model'), path);
}

function bundlePath(dir: string): string {
  const path = join(dir, MODEL_FILES.head);
  if (existsSync(path)) return path;
  throw new SerError('model', `${dir} is not a model folder: it has no bundle.json. Train one with \`ser train\`.`);
}

function openFolder(
  dir: string,
  features?: Pick<FeatureSet, 'name' | 'names'>,
): { model: LoadedModel; files: ModelFiles } {
  bundlePath(dir);
  const files = { dir, content: readFiles(dir) };
  const model = openModel(files, features, describeFeatureSet);
  for (const [name, hash] of Object.entries(model.bundle.files)) {
    if (sha256(fileOf(files, name).bytes) === hash) continue;
    throw new SerError('model', `${join(dir, name)} is not the file that bundle.json describes: its hash differs.`);
  }
  return { model, files };
}

function readFiles(dir: string): ModelFiles['content'] {
  try {
    return readFileSet(dir, MODEL_FILES);
  } catch (cause) {
    throw new SerError('model', `${dir} cannot be read: ${systemReason(cause)}.`, { cause });
  }
}
