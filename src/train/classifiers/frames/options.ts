import * as v from 'valibot';
import { aboveZero, NETWORK_OPTIONS, type NetworkNotes, positive, share } from '../../network/recipe.ts';
import type { ClassifierOptions, FitNotes } from '../classifier.ts';
import { COMMON } from './shape.ts';

/** How a network over frames is trained. */
export interface FramesOptions {
  /** Passes over the training rows. */
  epochs: number;
  /** Rows per step. */
  batchSize: number;
  /** Adam's learning rate at its highest, after a short rise; then it falls to 0 along half a cosine. */
  learningRate: number;
  /** Share of the pooled statistics that a step of the training drops; other layers drop less in proportion. */
  dropout: number;
  /** Share of a label's weight that is spread over all classes. */
  smoothing: number;
  /** Frames of a clip in a step of the training at most; longer clips are cut at random. */
  crop: number;
  /** Longest part of a clip that is hidden in a step of the training, as a share of it. */
  timeMask: number;
  /** Whether the features are log-mel bands: each step then hears other speeds, formants, levels and noise. */
  spectral: boolean;
  /** Threads per operation of the engine. */
  threads: number;
}

export interface FramesNotes extends Omit<NetworkNotes, 'keptEpoch'> {
  /** Training rows. */
  rows: number;
}

/** The same, with their defaults. */
export const FRAMES_OPTIONS = {
  epochs: { schema: positive, default: 20, describe: 'Passes over the training rows', budget: true },
  batchSize: { schema: positive, default: 32, describe: 'Rows per step' },
  learningRate: {
    schema: aboveZero,
    default: 1.5e-3,
    describe: "Adam's learning rate at its highest; it falls along half a cosine",
    search: { low: 5e-4, high: 5e-3, scale: 'log' },
  },
  dropout: {
    schema: share,
    default: 0.5,
    describe: 'Share of the pooled statistics that each step drops',
    search: { low: 0.1, high: 0.6, scale: 'linear' },
  },
  smoothing: {
    schema: share,
    default: 0.1,
    describe: "Share of a label's weight that is spread over all classes",
    search: { low: 0, high: 0.2, scale: 'linear' },
  },
  crop: { schema: positive, default: 112, describe: 'Frames of a clip in a step of the training at most' },
  timeMask: { schema: share, default: 0.25, describe: 'Longest part of a clip that is hidden in a step, as a share' },
  spectral: {
    schema: v.boolean(),
    default: false,
    describe: 'Features are log-mel bands, to be changed in each step: speed, formants, level, noise',
  },
  threads: NETWORK_OPTIONS.threads,
} satisfies ClassifierOptions<FramesOptions>;

/** Sizes of the input, with their defaults. */
export const INPUT_OPTIONS = {
  stack: { schema: COMMON.stack, default: 2, describe: 'Consecutive frames that form one step in time' },
  context: { schema: COMMON.context, default: 0, describe: 'Frames before and after these that a step sees too' },
} as const;

/** Sizes of what follows the layers over time. */
export const HEAD_OPTIONS = {
  pooled: { schema: COMMON.pooled, default: 160, describe: 'Channels that are pooled over time' },
  attention: { schema: COMMON.attention, default: 64, describe: 'Units that compute the attention' },
  dense: { schema: COMMON.dense, default: 96, describe: 'Units before the classes' },
} as const;

/** How a network over frames was trained, for the model card. */
export function trainingText(
  { notes: { rows, engine }, history = [] }: FitNotes<FramesNotes>,
  { epochs, batchSize, learningRate }: FramesOptions,
): string {
  const last = history.at(-1)!;
  return (
    `Trained with Adam on ${rows.toLocaleString('en')} rows for ${epochs} epochs of batches of ${batchSize}, at a learning rate of ` +
    `${learningRate} that falls to 0; averaged weights of the last epochs, engine ${engine.name} ${engine.version}. In the last epoch, with ` +
    `dropout: accuracy ${last.accuracy.toFixed(3)}, cross-entropy ${last.loss.toFixed(3)}.`
  );
}
