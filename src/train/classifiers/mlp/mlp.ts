import * as v from 'valibot';
import { count, finite } from '../../../files/json.ts';
import { aboveZero, NETWORK_OPTIONS, type NetworkNotes, positive, share } from '../../network/recipe.ts';
import type { Classifier } from '../classifier.ts';
import { openMlp } from './ensemble.ts';
import { readMlp } from './files.ts';

export interface MlpOptions {
  /** Networks of the ensemble; they differ in their random numbers only. */
  networks: number;
  /** Hidden layers of each network. */
  hiddenLayers: number;
  /** Units of each hidden layer. */
  units: number;
  /** Largest absolute value of a standardised feature; beyond it, values are clipped. */
  clip: number;
  /** Passes over the training rows. */
  epochs: number;
  /** Rows per step. */
  batchSize: number;
  /** Adam's learning rate at the start; it falls to 0 along half a cosine. */
  learningRate: number;
  /** Share of each weight that a step takes away, times the learning rate. */
  weightDecay: number;
  /** Share of the features that a step of the training drops. */
  inputDropout: number;
  /** Share of each hidden layer's values that a step of the training drops. */
  dropout: number;
  /** Both parameters of the beta distribution from which the shares of two mixed rows are drawn; 0: rows are not mixed. */
  mixup: number;
  /** Share of a label's weight that is spread over all classes. */
  smoothing: number;
  /** Whether each vector is standardised by the statistics of the training speaker who is recognised in it. */
  knownSpeakers: boolean;
  /** Threads per operation of the engine. */
  threads: number;
}

export interface MlpNotes extends Omit<NetworkNotes, 'keptEpoch'> {
  /** Training rows. */
  rows: number;
  /** With `knownSpeakers`: those of the training. */
  speakers?: number;
}

const notNegative = v.pipe(finite, v.minValue(0, 'must be 0 or more'));

/** Dense layers over vectors; the mean of several networks' probabilities. */
export const mlp: Classifier<MlpOptions, MlpNotes> = {
  name: 'mlp',
  accepts: ['functionals'],
  continues: true,
  augmentation: true,
  options: {
    networks: { schema: positive, default: 3, describe: 'Networks whose probabilities are averaged' },
    hiddenLayers: {
      schema: count,
      default: 1,
      describe: 'Hidden layers of each network',
      search: { choices: [1, 2] },
    },
    units: {
      schema: positive,
      default: 256,
      describe: 'Units of each hidden layer',
      search: { choices: [128, 256, 512] },
    },
    clip: { schema: aboveZero, default: 5, describe: 'Largest absolute value of a standardised feature' },
    epochs: { ...NETWORK_OPTIONS.epochs, default: 20 },
    batchSize: { ...NETWORK_OPTIONS.batchSize, default: 64 },
    learningRate: { ...NETWORK_OPTIONS.learningRate, default: 1e-3 },
    weightDecay: {
      schema: notNegative,
      default: 0.01,
      describe: 'Share of each weight that a step takes away, times the learning rate',
      search: { low: 1e-3, high: 0.3, scale: 'log' },
    },
    inputDropout: {
      schema: share,
      default: 0.2,
      describe: 'Share of the features that each step drops',
      search: { low: 0, high: 0.5, scale: 'linear' },
    },
    dropout: {
      schema: share,
      default: 0.5,
      describe: 'Share of the values before the classes that each step drops',
      search: { low: 0.1, high: 0.6, scale: 'linear' },
    },
    mixup: {
      schema: notNegative,
      default: 0.2,
      describe: 'Parameter of the beta distribution of the shares of two mixed rows; 0: none are mixed',
      search: { choices: [0, 0.2, 0.4] },
    },
    smoothing: {
      schema: share,
      default: 0.1,
      describe: "Share of a label's weight that is spread over all classes",
      search: { low: 0, high: 0.2, scale: 'linear' },
    },
    knownSpeakers: {
      schema: v.boolean(),
      default: false,
      describe: 'Standardise each clip by the statistics of the training speaker who is recognised in it',
    },
    threads: NETWORK_OPTIONS.threads,
  },
  fit: async (...args) => (await import('./fit.ts')).fitMlp(...args),
  fitLong: async (...args) => (await import('./fit.ts')).fitMlp(...args),
  describe: (
    { notes: { weights, rows, engine, speakers }, history = [] },
    { networks, hiddenLayers, units, epochs, batchSize, learningRate, mixup },
  ) => {
    const last = history.at(-1)!;
    const size = `${hiddenLayers} hidden layer${hiddenLayers === 1 ? '' : 's'} of ${units} units`;
    const whole = `${weights.toLocaleString('en')} weights`;
    return (
      (speakers === undefined ? '' : `For the ${speakers} speakers of its training: a linear layer recognises which of them a clip resembles most, and its features are standardised by the statistics of that speaker's training clips. `) +
      (networks === 1 ? `A network with ${size}, ${whole}. ` : `The mean of ${networks} networks with ${size} each, ${whole} in all. `) +
      `Trained with Adam and weight decay on ${rows.toLocaleString('en')} rows${mixup > 0 ? ', mixed in pairs,' : ''} for ${epochs} epochs of batches of ` +
      `${batchSize}, at a learning rate of ${learningRate} that falls to 0; engine ${engine.name} ${engine.version}. In the last epoch, with dropout: ` +
      `accuracy ${last.accuracy.toFixed(3)}, cross-entropy ${last.loss.toFixed(3)}.`
    ); // prettier-ignore
  },
  open: (files, shape) => {
    const { sizes, weights } = readMlp(files, shape);
    return { predictProba: openMlp(shape, sizes, weights), parameters: weights.length };
  },
};
