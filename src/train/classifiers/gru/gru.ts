import type { Classifier } from '../classifier.ts';
import { readTcn } from '../tcn/files.ts';
import { openTcn } from '../tcn/forward.ts';
import { FRAMES_OPTIONS, type FramesNotes, type FramesOptions } from '../tcn/options.ts';
import { type GruSizes, RECURRENT_SIZES } from '../tcn/shape.ts';

export type GruOptions = GruSizes & FramesOptions;

const { entries } = RECURRENT_SIZES;

/** Gated recurrent units in both directions of time with attentive statistics over frames: the temporal network with these in place of its residual blocks. */
export const gru: Classifier<GruOptions, FramesNotes> = {
  name: 'gru',
  accepts: ['frames'],
  continues: true,
  augmentation: true,
  options: {
    stack: { schema: entries.stack, default: 2, describe: 'Consecutive frames that form one step in time' },
    context: { schema: entries.context, default: 0, describe: 'Frames before and after these that a step sees too' },
    width: { schema: entries.width, default: 96, describe: 'Channels of each step' },
    layers: {
      schema: entries.layers,
      default: 1,
      describe: 'Recurrent layers, one above the other',
      search: { choices: [1, 2] },
    },
    units: {
      schema: entries.units,
      default: 64,
      describe: 'Units of each recurrent layer in each direction of time',
      search: { choices: [32, 64, 96] },
    },
    pooled: { schema: entries.pooled, default: 160, describe: 'Channels that are pooled over time' },
    attention: { schema: entries.attention, default: 64, describe: 'Units that compute the attention' },
    dense: { schema: entries.dense, default: 96, describe: 'Units before the classes' },
    ...FRAMES_OPTIONS,
  },
  fit: async (...args) => (await import('../tcn/fit.ts')).fitTcn(RECURRENT_SIZES, ...args),
  describe: (
    { notes: { weights, rows, engine }, history = [] },
    { epochs, layers, units, batchSize, learningRate },
  ) => {
    const last = history.at(-1)!;
    return (
      `A recurrent network of ${weights.toLocaleString('en')} weights: ${layers === 1 ? 'one layer' : `${layers} layers`} of ${units} gated recurrent units in ` +
      `each direction of time, and attentive means and deviations over time. Trained with Adam on ${rows.toLocaleString('en')} rows for ${epochs} ` +
      `epochs of batches of ${batchSize}, at a learning rate of ${learningRate} that falls to 0; averaged weights of the last epochs, engine ` +
      `${engine.name} ${engine.version}. In the last epoch, with dropout: accuracy ${last.accuracy.toFixed(3)}, cross-entropy ${last.loss.toFixed(3)}.`
    );
  },
  open: (files, shape) => {
    const { sizes, ...own } = readTcn(files, shape, RECURRENT_SIZES);
    return { predictProba: openTcn(shape, sizes, own), parameters: own.weights.length + own.moments.length };
  },
};
