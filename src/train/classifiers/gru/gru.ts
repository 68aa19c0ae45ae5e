import type { Classifier } from '../classifier.ts';
import { readFrames } from '../frames/files.ts';
import { openFrames } from '../frames/forward.ts';
import {
  FRAMES_OPTIONS,
  HEAD_OPTIONS,
  INPUT_OPTIONS,
  trainingText,
  type FramesNotes,
  type FramesOptions,
} from '../frames/options.ts';
import { type GruSizes, RECURRENT_SIZES } from '../frames/shape.ts';

export type GruOptions = GruSizes & FramesOptions;

const { entries } = RECURRENT_SIZES;

/** Gated recurrent units in both directions of time with attentive statistics over frames: the temporal network with these in place of its residual blocks. */
export const gru: Classifier<GruOptions, FramesNotes> = {
  name: 'gru',
  accepts: ['frames'],
  continues: true,
  augmentation: true,
  options: {
    ...INPUT_OPTIONS,
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
    ...HEAD_OPTIONS,
    ...FRAMES_OPTIONS,
  },
  fit: async (...args) => (await import('../frames/fit.ts')).fitFrames(RECURRENT_SIZES, ...args),
  fitLong: async (...args) => (await import('../frames/fit.ts')).fitFrames(RECURRENT_SIZES, ...args),
  describe: (trained, options) => {
    const { layers, units } = options;
    return (
      `A recurrent network of ${trained.notes.weights.toLocaleString('en')} weights: ${layers === 1 ? 'one layer' : `${layers} layers`} of ${units} gated recurrent units in ` +
      `each direction of time, and attentive means and deviations over time. ${trainingText(trained, options)}`
    );
  },
  open: (files, shape) => {
    const { sizes, ...own } = readFrames(files, shape, RECURRENT_SIZES);
    return { predictProba: openFrames(shape, sizes, own), parameters: own.weights.length + own.moments.length };
  },
};
