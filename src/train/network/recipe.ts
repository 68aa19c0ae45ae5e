import * as v from 'valibot';
import { count, finite } from '../../files/json.ts';
import type { ClassifierOptions, FitNotes } from '../classifiers/classifier.ts';

/** Training options of a network. */
export interface NetworkOptions {
  /** Passes over the training rows. */
  epochs: number;
  /** Rows per step. */
  batchSize: number;
  /** Adam's learning rate at the start. */
  learningRate: number;
  /** Epochs without a better validation figure before the learning rate is halved. Without validation rows it stays constant. */
  patience: number;
  /**
   * The validation figure that controls the learning rate: the error rate (1 − accuracy), or the loss. The loss rises because of overconfidence while
   * the accuracy is still rising too.
   */
  steerBy: 'accuracy' | 'loss';
  /**
   * Whether to evaluate, and return, the average of the weights over the epochs instead of the current weights: steadier while the
   * learning rate is high.
   */
  averaging: boolean;
  /** Which weights to keep: those of the last epoch, or those of the best one by `steerBy`. */
  keep: 'last' | 'best';
  /** Threads per operation of the engine. */
  threads: number;
}

export const positive = v.pipe(count, v.minValue(1, 'must be 1 or more'));
export const share = v.pipe(finite, v.minValue(0, 'must be 0 or more'), v.ltValue(1, 'must be below 1'));
export const aboveZero = v.pipe(finite, v.gtValue(0, 'must be above 0'));

export const NETWORK_OPTIONS: ClassifierOptions<NetworkOptions> = {
  epochs: { schema: positive, default: 100, describe: 'Passes over the training rows', budget: true },
  batchSize: { schema: positive, default: 32, describe: 'Rows per step', search: { choices: [16, 32, 64] } },
  learningRate: {
    schema: aboveZero,
    default: 5e-4,
    describe: "Adam's learning rate at the start",
    search: { low: 1e-4, high: 3e-3, scale: 'log' },
  },
  patience: {
    schema: positive,
    default: 5,
    describe: 'Epochs without a better validation figure before the learning rate is halved',
  },
  steerBy: {
    schema: v.picklist(['accuracy', 'loss']),
    default: 'accuracy',
    describe: 'The validation figure that the learning rate follows',
  },
  averaging: {
    schema: v.boolean(),
    default: true,
    describe: 'Keep the average of the weights over the epochs, with later ones weighted more',
  },
  keep: {
    schema: v.picklist(['last', 'best']),
    default: 'last',
    describe: 'Weights of the last epoch, or of the best one on the validation clips',
  },
  threads: {
    schema: positive,
    default: 1,
    describe: 'Threads per operation; changes the last bits',
  },
};

export interface NetworkNotes {
  engine: { name: string; version: string; threads: number };
  /** Number of trained weights. */
  weights: number;
  /** The epoch of the model's weights. */
  keptEpoch: number;
}

/** A description of a network's training, for the model card. */
export function describeTraining({ notes, history = [] }: FitNotes<NetworkNotes>, options: NetworkOptions): string {
  const { engine, keptEpoch } = notes;
  const rates = history.map(({ learningRate }) => learningRate);
  const last = history[keptEpoch - 1];
  const falls =
    rates.at(-1) === rates[0]
      ? `a learning rate of ${rates[0]}`
      : `a learning rate that followed the validation clips from ${rates[0]} down to ${rates.at(-1)!.toPrecision(2)}`;
  return (
    `Trained with Adam for ${history.length} epochs of batches of ${options.batchSize}, at ${falls}; ` +
    `${options.averaging ? 'averaged weights' : 'weights'} of epoch ${keptEpoch}, engine ${engine.name} ${engine.version}. ` +
    `In that epoch, with dropout: accuracy ${last.accuracy.toFixed(3)}, cross-entropy ${last.loss.toFixed(3)}.`
  );
}
