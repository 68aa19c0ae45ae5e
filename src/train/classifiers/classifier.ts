import type * as v from 'valibot';
import type { TrainingEpoch } from '../../eval/systems/trainingEpoch.ts';
import { SerError } from '../../error.ts';
import type { FeatureLevel } from '../../features/types.ts';

/** Standardised rows and their classes. A row is a vector, or some frames, which lie one after the other. */
export interface Samples {
  /** rows × features, row-major; of frames (frames of all rows) × features. */
  x: Float32Array;
  /** The class of each row, 0 … classes − 1. */
  y: Uint8Array;
  /** Frames of each row; absent for vectors. */
  frames?: Uint32Array;
  /** How much each row counts, 0 or more. Default 1 each. */
  weights?: Float32Array;
}

export interface Shape {
  level: FeatureLevel;
  /** Values of a vector or of a frame. */
  features: number;
  classes: number;
}

/** An option of a classifier, for the library and the command line alike. */
export interface ClassifierOption<Value = unknown> {
  schema: v.GenericSchema<unknown, Value>;
  default: Value;
  /** For `--help`. */
  describe: string;
}
export type ClassifierOptions<Options> = { [Name in keyof Options]: ClassifierOption<Options[Name]> };

export type Epoch = TrainingEpoch;

/** What a training leaves beside its model. */
export interface FitNotes<Notes> {
  /** Plain data of the classifier's own, kept in `bundle.json`. */
  notes: Notes;
  /** Of each epoch, where it trains in epochs: for the charts. */
  history?: readonly Epoch[];
}

export interface Fit<Notes> extends FitNotes<Notes> {
  model: FittedModel;
}

/** How far a training is. */
export interface FitProgress {
  done: number;
  total: number;
  /** Figures so far, for people. */
  text?: string;
  /** What was just done, of a classifier that trains in epochs. */
  epoch?: Epoch;
}

export interface FitContext<Notes = unknown> {
  /** Of all that is drawn: initial weights, the order of rows, dropout. */
  seed: number | string;
  /** What an earlier training noted whose validation rows are now learnt from as well: this one repeats what that one found out. */
  refitOf?: FitNotes<Notes>;
  /** File for the state of the training, where the classifier keeps one. Without it nothing is written. */
  checkpoint?: string;
  /** Goes on from `checkpoint` if it is there, to the same result as without the interruption. Default false. */
  resume?: boolean;
  /** Ends the training early by throwing the signal's reason; the checkpoint stays. */
  signal?: AbortSignal;
  /** On resume also called for what was done before. */
  onProgress?: (progress: FitProgress) => void;
  /** What the user should know of this machine, once. */
  onNotice?: (notice: string) => void;
}

/** A model as it came from its files. */
export interface LoadedClassifier {
  /**
   * @param x  standardised, as in `Samples`
   * @param frames  of each row; absent for vectors
   * @returns rows × classes, row-major; each row sums to 1
   */
  predictProba(x: Float32Array, frames?: Uint32Array): Float32Array;
}

/** A model that has just been trained. */
export interface FittedModel extends LoadedClassifier {
  /** What `open` needs, by file name. */
  files(): Promise<Map<string, string | Uint8Array>>;
}

/** The files of a model, read at one moment. */
export interface ModelFiles {
  /** Where they are from, for messages: a folder or an address. */
  dir: string;
  content: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** One of them, with its name for messages. @throws {SerError} `model` if it is missing */
export function fileOf({ dir, content }: ModelFiles, file: string): { name: string; bytes: Uint8Array<ArrayBuffer> } {
  const [name, bytes] = [`${dir}/${file}`, content.get(file)];
  if (!bytes) throw new SerError('model', `${name} is missing: a model folder needs it; train it again.`);
  return { name, bytes };
}

/**
 * A kind of model. Adding one is adding a folder with such an object, and a line in `classifiers.ts`.
 *
 * The object itself runs in Node, Deno and browsers. What trains lies in `fit.ts` of its folder, which `fit` imports when it is called
 * (`await import('./fit.ts')`): the page leaves that file out, and whoever predicts does not load it.
 */
export interface Classifier<Options extends object = object, Notes = unknown> {
  /** As given to `--classifier`, and remembered by models. */
  name: string;
  accepts: readonly FeatureLevel[];
  /** Whether it learns from augmented copies of the clips where nothing else is asked for. */
  augmentation: boolean;
  options: ClassifierOptions<Options>;
  /**
   * @param validation  may steer the training; never a row of the test set
   * @param options  all of them
   */
  fit(
    shape: Shape,
    train: Samples,
    validation: Samples | undefined,
    options: Options,
    context: FitContext<Notes>,
  ): Promise<Fit<Notes>>;
  /** A paragraph of Markdown for the model card: what kind of model it is, and how this one was trained. */
  describe(trained: FitNotes<Notes>, options: Options): string;
  /** @throws {SerError} `model` if files are missing, damaged or not of this shape */
  open(files: ModelFiles, shape: Shape): LoadedClassifier;
}
