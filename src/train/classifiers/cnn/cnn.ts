import type { Classifier } from '../classifier.ts';
import { openNetwork } from '../../network/open.ts';
import { describeTraining, NETWORK_OPTIONS, type NetworkNotes, type NetworkOptions } from '../../network/recipe.ts';

/** The convolutional network of the reference system. */
export const cnn: Classifier<NetworkOptions, NetworkNotes> = {
  name: 'cnn',
  accepts: ['functionals'],
  augmentation: true,
  options: NETWORK_OPTIONS,
  fit: async (...args) => (await import('./fit.ts')).fitCnn(...args),
  fitLong: async (...args) => (await import('./fit.ts')).fitCnn(...args),
  describe: (trained, options) =>
    `A convolutional network of ${trained.notes.weights.toLocaleString('en')} weights. ${describeTraining(trained, options)}`,
  open: openNetwork,
};
