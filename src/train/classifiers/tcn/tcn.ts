import type { Classifier } from '../classifier.ts';
import { readFrames } from '../frames/files.ts';
import { openFrames } from '../frames/forward.ts';
import {
  FRAMES_OPTIONS,
  HEAD_OPTIONS,
  INPUT_OPTIONS,
  trainingText,
  type FramesOptions,
  type FramesNotes,
} from '../frames/options.ts';
import { SIZES, type TcnSizes } from '../frames/shape.ts';

export type TcnOptions = TcnSizes & FramesOptions;

const { entries } = SIZES;

/** Residual temporal convolutions with attentive statistics over frames. */
export const tcn: Classifier<TcnOptions, FramesNotes> = {
  name: 'tcn',
  accepts: ['frames'],
  continues: true,
  augmentation: true,
  options: {
    ...INPUT_OPTIONS,
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
    ...HEAD_OPTIONS,
    ...FRAMES_OPTIONS,
  },
  fit: async (...args) => (await import('../frames/fit.ts')).fitFrames(SIZES, ...args),
  fitLong: async (...args) => (await import('../frames/fit.ts')).fitFrames(SIZES, ...args),
  describe: (trained, options) =>
    `A temporal network of ${trained.notes.weights.toLocaleString('en')} weights: residual convolutions of ${options.width} channels with dilations ` +
    `${options.dilations.join(', ')}, and attentive means and deviations over time. ${trainingText(trained, options)}`,
  open: (files, shape) => {
    const { sizes, ...own } = readFrames(files, shape, SIZES);
    return { predictProba: openFrames(shape, sizes, own), parameters: own.weights.length + own.moments.length };
  },
};
