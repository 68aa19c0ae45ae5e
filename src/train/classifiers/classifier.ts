import type { TrainingEpoch } from '../../eval/charts/trainingChart.ts';
import type { Engine } from '../engine/engine.ts';
import type { PlateauOptions } from '../network/schedule.ts';

/** Standardised feature vectors and their classes. */
export interface Samples {
  /** rows × features, row-major. */
  x: Float32Array;
  /** The class of each row, 0 … classes − 1. */
  y: Uint8Array;
}

export interface FitOptions {
  /** Passes over the training rows. Default 100. */
  epochs?: number;
  /** Rows a step. Default 32. */
  batchSize?: number;
  /** Adam's, at the start. Default 5e-4. */
  learningRate?: number;
  /** How the learning rate follows the validation rows. Without them it stays as it is. */
  plateau?: PlateauOptions;
  /**
   * What of the validation rows steers: their error rate (1 − accuracy), or their loss. The loss rises by overconfidence while
   * the accuracy still does too. Default `accuracy`.
   */
  steerBy?: 'accuracy' | 'loss';
  /**
   * Evaluates, and returns, the average of the weights over the epochs instead of the weights as they are: steadier at a rate
   * that is still high. Default true.
   */
  averaging?: boolean;
  /** Learning rate of each epoch, instead of one that follows the validation rows. Its length is the number of epochs. */
  schedule?: readonly number[];
  /** Which weights stay: those of the last epoch, or those of the best one by `steerBy`. Default `last`. */
  keep?: 'last' | 'best';
  /** Of initial weights, order of rows and dropout. Default 1. */
  seed?: number | string;
}

/** How and where to run; no part of what comes out. */
export interface FitContext {
  engine: Engine;
  /** File that holds the state after every epoch. Without it nothing is written. */
  checkpoint?: string;
  /** Goes on from `checkpoint` if it is there, to the same result as without the interruption. Default false. */
  resume?: boolean;
  /** Ends the run at the next batch by throwing the signal's reason; the checkpoint stays. */
  signal?: AbortSignal;
  /** Called after every epoch, on resume at once for those already done. */
  onEpoch?: (epoch: Epoch) => void;
}

export type Epoch = TrainingEpoch;

/** A model as it came from its files. It takes standardised vectors. */
export interface LoadedClassifier {
  /** @returns rows × classes, row-major; each row sums to 1 */
  predictProba(x: Float32Array): Float32Array;
}

/** A model that has learnt, in the memory of the engine. */
export interface FittedModel extends LoadedClassifier {
  /** `model.json` and `weights.bin`, by their names. */
  files(): Promise<Map<string, string | Uint8Array>>;
  dispose(): void;
}

export interface Fit {
  model: FittedModel;
  history: Epoch[];
  /** The epoch whose weights the model has. */
  keptEpoch: number;
}

export interface Shape {
  features: number;
  classes: number;
}

/** The files of a model folder, read at one moment. */
export interface ModelFiles {
  /** For messages. */
  dir: string;
  /** By name. */
  content: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** A kind of model. Adding one is adding a file with such an object, and a line in `classifiers.ts`. */
export interface Classifier {
  name: string;
  /** @param validation  steers the learning rate and the choice of weights; never a row of the test set */
  fit(
    shape: Shape,
    train: Samples,
    validation: Samples | undefined,
    options: FitOptions,
    context: FitContext,
  ): Promise<Fit>;
  /** @throws {SerError} `model` if files are missing, damaged or not of this shape */
  load(files: ModelFiles, shape: Shape): LoadedClassifier;
}
