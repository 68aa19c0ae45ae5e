import * as v from 'valibot';
import { count, finite } from '../../files/json.ts';
import type { ClassifierOptions, FitNotes } from '../classifiers/classifier.ts';

/** How a network is trained. */
export interface NetworkOptions {
  /** Passes over the training rows. */
  epochs: number;
  /** Rows per step. */
  batchSize: number;
  /** Adam's learning rate at the start. */
  learningRate: number;
  /** Epochs without a better validation figure before the learning rate is halved. Without validation rows it stays as it is. */
  patience: number;
  /**
   * The validation figure that steers: the error rate (1 − accuracy), or the loss. The loss rises by overconfidence while the
   * accuracy still does too.
   */
  steerBy: 'accuracy' | 'loss';
  /**
   * Evaluates, and returns, the average of the weights over the epochs instead of the weights as they are: steadier at a rate
   * that is still high.
   */
  averaging: boolean;
  /** Which weights stay: those of the last epoch, or those of the best one by `steerBy`. */
  keep: 'last' | 'best';
  /** Threads of one operation of the engine. */
  threads: number;
}

const positive = v.pipe(count, v.minValue(1, 'must be 1 or more'));

export const NETWORK_OPTIONS: ClassifierOptions<NetworkOptions> = {
  epochs: { schema: positive, default: 100, describe: 'Passes over the training rows' },
  batchSize: { schema: positive, default: 32, describe: 'Rows per step' },
  learningRate: {
    schema: v.pipe(finite, v.gtValue(0, 'must be above 0')),
    default: 5e-4,
    describe: "Adam's learning rate at the start",
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
    describe: 'Keep the average of the weights over the epochs, the later ones counting more',
  },
  keep: {
    schema: v.picklist(['last', 'best']),
    default: 'last',
    describe: 'Weights of the last epoch, or of the best one on the validation clips',
  },
  threads: {
    schema: positive,
    default: 1,
    describe: 'Threads of one operation; another number, other last bits',
  },
};

export interface NetworkNotes {
  engine: { name: string; version: string; threads: number };
  /** Weights that were trained. */
  weights: number;
  /** The epoch whose weights the model has. */
  keptEpoch: number;
}

/** How a network was trained, for the model card. */
export function describeTraining({ notes, history = [] }: FitNotes<NetworkNotes>, options: NetworkOptions): string {
  const { engine, keptEpoch } = notes;
  const rates = history.map(({ learningRate }) => learningRate);
  const last = history[keptEpoch - 1];
  const falls =
    rates.at(-1) === rates[0]
      ? `a learning rate of ${rates[0]}`
      : `a learning rate that followed the validation clips from ${rates[0]} down to ${rates.at(-1)!.toPrecision(2)}`;
  return (
    `Trained by Adam for ${history.length} epochs of batches of ${options.batchSize}, at ${falls}; ` +
    `${options.averaging ? 'averaged weights' : 'weights'} of epoch ${keptEpoch}, engine ${engine.name} ${engine.version}. ` +
    `In that epoch, with dropout: accuracy ${last.accuracy.toFixed(3)}, cross-entropy ${last.loss.toFixed(3)}.`
  );
}
