import type { Classifier } from '../classifier.ts';
import { readTcn } from './files.ts';
import { openTcn } from './forward.ts';
import { FRAMES_OPTIONS, type FramesOptions, type FramesNotes } from './options.ts';
import { SIZES, type TcnSizes } from './shape.ts';

export type TcnOptions = TcnSizes & FramesOptions;

const { entries } = SIZES;

/** Residual temporal convolutions with attentive statistics over frames. */
export const tcn: Classifier<TcnOptions, FramesNotes> = {
  name: 'tcn',
  accepts: ['frames'],
  continues: true,
  augmentation: true,
  options: {
    stack: { schema: entries.stack, default: 2, describe: 'Consecutive frames that form one step in time' },
    context: { schema: entries.context, default: 0, describe: 'Frames before and after these that a step sees too' },
    width: {
      schema: entries.width,
      default: 96,
      describe: 'Channels of each step',
      search: { choices: [64, 96, 128] },
    },
    dilations: {
      schema: entries.dilations,
      default: [1, 2, 4],
      describe: 'Steps between the taps of each residual block',
      search: {
        choices: [
          [1, 2],
          [1, 2, 4],
          [1, 2, 4, 8],
        ],
      },
    },
    pooled: { schema: entries.pooled, default: 160, describe: 'Channels that are pooled over time' },
    attention: { schema: entries.attention, default: 64, describe: 'Units that compute the attention' },
    dense: { schema: entries.dense, default: 96, describe: 'Units before the classes' },
    ...FRAMES_OPTIONS,
  },
  fit: async (...args) => (await import('./fit.ts')).fitTcn(SIZES, ...args),
  describe: (
    { notes: { weights, rows, engine }, history = [] },
    { epochs, width, dilations, batchSize, learningRate },
  ) => {
    const last = history.at(-1)!;
    return (
      `A temporal network of ${weights.toLocaleString('en')} weights: residual convolutions of ${width} channels with dilations ` +
      `${dilations.join(', ')}, and attentive means and deviations over time. Trained with Adam on ${rows.toLocaleString('en')} rows for ${epochs} ` +
      `epochs of batches of ${batchSize}, at a learning rate of ${learningRate} that falls to 0; averaged weights of the last epochs, engine ` +
      `${engine.name} ${engine.version}. In the last epoch, with dropout: accuracy ${last.accuracy.toFixed(3)}, cross-entropy ${last.loss.toFixed(3)}.`
    );
  },
  open: (files, shape) => {
    const { sizes, ...own } = readTcn(files, shape, SIZES);
    return { predictProba: openTcn(shape, sizes, own), parameters: own.weights.length + own.moments.length };
  },
};
