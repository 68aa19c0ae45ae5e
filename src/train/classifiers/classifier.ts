import type * as v from 'valibot';
import type { TrainingEpoch } from '../../eval/systems/trainingEpoch.ts';
import { SerError } from '../../error.ts';
import type { Values } from '../../data/tables/values.ts';
import type { FeatureLevel } from '../../features/types.ts';

/** Standardised rows and their classes. A row is a vector, or several consecutive frames. */
export interface Samples<X extends Values = Float32Array> {
  /** rows × features, row-major; for frames (frames of all rows) × features. */
  x: X;
  /** The class of each row, 0 … classes − 1. */
  y: Uint8Array;
  /** Number of frames of each row; absent for vectors. */
  frames?: Uint32Array;
  /** Weight of each row, 0 or more. Default 1 each. */
  weights?: Float32Array;
  /** Speaker of each row, as any number: rows of one speaker stay together where the rows are split again. */
  groups?: Uint32Array;
  /**
   * rows × classes: 0 for classes that a row's corpus does not distinguish from its own, so that it says nothing about them; else 1.
   * Default: 1. A classifier may ignore it.
   */
  classes?: Uint8Array;
}

export interface Shape {
  level: FeatureLevel;
  /** Values per vector or frame. */
  features: number;
  classes: number;
}

/** Values of an option among which a search chooses: whole numbers where the option takes no others. */
export type Search<Value = unknown> =
  { low: number; high: number; scale: 'linear' | 'log' } | { choices: readonly Value[] };

/** An option of a classifier, for the library and the command line. */
export interface ClassifierOption<Value = unknown> {
  schema: v.GenericSchema<unknown, Value>;
  default: Value;
  /** For `--help`. */
  describe: string;
  /** Values worth trying, for `ser tune`. Default: it is searched only where asked for. */
  search?: Search<Value>;
  /** Whether it is an amount of training of which a part gives a first impression, such as epochs. Default false. */
  budget?: boolean;
}
export type ClassifierOptions<Options> = { [Name in keyof Options]: ClassifierOption<Options[Name]> };

export type Epoch = TrainingEpoch;

/** Results of a training besides the model. */
export interface FitNotes<Notes> {
  /** Plain data of the classifier, stored in `bundle.json`. */
  notes: Notes;
  /** Figures of each epoch, for the charts, if it trains in epochs. */
  history?: readonly Epoch[];
}

export interface Fit<Notes> extends FitNotes<Notes> {
  model: FittedModel;
}

/** Progress of a training. */
export interface FitProgress {
  done: number;
  total: number;
  /** Current figures, for display. */
  text?: string;
  /** The latest epoch, if the classifier trains in epochs. */
  epoch?: Epoch;
}

/** A trained model from which another training starts. */
export interface StartModel {
  files: ModelFiles;
  shape: Shape;
  /** For each class of the new model its index among the old one's, or −1 if that does not know it. */
  classes: readonly number[];
}

export interface FitContext<Notes = unknown> {
  /** Seed of everything random: initial weights, the order of rows, dropout. */
  seed: number | string;
  /** Notes of an earlier training whose validation rows are now training rows too: this training follows the same course. */
  refitOf?: FitNotes<Notes>;
  /** A model of the same classifier and features to continue from, instead of random weights, if the classifier can. */
  start?: StartModel;
  /** File for the state of the training, if the classifier stores one. Default: nothing is written. */
  checkpoint?: string;
  /** Whether to continue from `checkpoint`, if it exists, with the same result as without an interruption. Default false. */
  resume?: boolean;
  /** Ends the training early by throwing the signal's reason; the checkpoint stays. */
  signal?: AbortSignal;
  /** When resuming, also called for the earlier part. */
  onProgress?: (progress: FitProgress) => void;
  /** Called once with a notice about this machine for the user. */
  onNotice?: (notice: string) => void;
}

/** A model opened from its files. */
export interface LoadedClassifier {
  /**
   * @param x  standardised, as in `Samples`
   * @param frames  of each row; absent for vectors
   * @returns rows × classes, row-major; each row sums to 1
   */
  predictProba(x: Float32Array, frames?: Uint32Array): Float32Array;
}

/** A model opened from its files, with its size. */
export interface OpenedClassifier extends LoadedClassifier {
  /** Numbers that the training has determined, all of which a prediction may use. */
  parameters: number;
  /** Distance of each row to the training data, where that is not the one of its standardised vector (`noveltyOf`). */
  novelty?(x: Float32Array, frames?: Uint32Array): number[];
}

/** A newly trained model. */
export interface FittedModel extends LoadedClassifier {
  /** The input of `open`, by file name. */
  files(): Promise<Map<string, string | Uint8Array>>;
}

/** The files of a model, all read at the same moment. */
export interface ModelFiles {
  /** Their origin, for messages: a folder or an address. */
  dir: string;
  content: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** One of the files, with its name for messages. @throws {SerError} `model` if it is missing */
export function fileOf({ dir, content }: ModelFiles, file: string): { name: string; bytes: Uint8Array<ArrayBuffer> } {
  const [name, bytes] = [`${dir}/${file}`, content.get(file)];
  if (!bytes) throw new SerError('model', `${name} is missing: a model folder needs it; train it again.`);
  return { name, bytes };
}

/**
 * A kind of model. To add one, add a folder with such an object, and a line in `classifiers.ts`.
 *
 * The object itself runs in Node, Deno and browsers. Training code lies in `fit.ts` of its folder, which `fit` imports on demand
 * (`await import('./fit.ts')`): the page does not contain that file, and prediction does not load it.
 */
export interface Classifier<Options extends object = object, Notes = unknown> {
  /** As given to `--classifier`, and stored with models. */
  name: string;
  accepts: readonly FeatureLevel[];
  /** Whether a training can start from a model instead of random weights. Default false. */
  continues?: boolean;
  /** Whether it is trained on augmented copies of the clips by default. */
  augmentation: boolean;
  options: ClassifierOptions<Options>;
  /** Of a classifier that is made of others, given its options: these, and the same options with one of theirs changed. */
  members?: {
    of(options: Partial<Options>): readonly Classifier[];
    change(options: Partial<Options>, member: string, option: string, value: unknown): Partial<Options>;
  };
  /**
   * @param validation  may control the training; never contains a row of the test set
   * @param options  all of them
   */
  fit(
    shape: Shape,
    train: Samples,
    validation: Samples | undefined,
    options: Options,
    context: FitContext<Notes>,
  ): Promise<Fit<Notes>>;
  /** `fit` of a classifier that can learn from rows that are not in memory, with the same result. Default: it learns from those in memory alone. */
  fitLong?(
    shape: Shape,
    train: Samples<Values>,
    validation: Samples<Values> | undefined,
    options: Options,
    context: FitContext<Notes>,
  ): Promise<Fit<Notes>>;
  /** A paragraph of Markdown for the model card: the kind of model, and how this one was trained. */
  describe(trained: FitNotes<Notes>, options: Options): string;
  /** @throws {SerError} `model` if files are missing, damaged or do not have this shape */
  open(files: ModelFiles, shape: Shape): OpenedClassifier;
}
