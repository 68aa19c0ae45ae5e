import type { LayersModel } from '@tensorflow/tfjs';
import type { Random } from '../random.ts';
import type { Classifier, Shape } from './classifier.ts';
import type { Engine } from './engine.ts';
import { fitNetwork } from './fit.ts';
import { loadNetwork } from './network.ts';

/**
 * The convolutional network of the reference system: 386,120 weights on 186 features and 8 classes.
 * As Keras builds it: no padding, Glorot uniform kernels, zero biases.
 */
export function buildCnn({ tf }: Engine, { features, classes }: Shape, random: Random): LayersModel {
  const glorot = () => tf.initializers.glorotUniform({ seed: random.integer(2 ** 31) });
  const { conv1d, maxPooling1d, dropout, flatten, dense } = tf.layers;
  const convolution = (name: string, filters: number, kernelSize: number, inputShape?: number[]) =>
    conv1d({ name, filters, kernelSize, inputShape, activation: 'relu', kernelInitializer: glorot() });
  return tf.sequential({
    name: 'cnn',
    layers: [
      convolution('conv1', 64, 5, [features, 1]), //     186 × 1   → 182 × 64
      maxPooling1d({ name: 'pool1', poolSize: 2 }), //             →  91 × 64
      dropout({ name: 'dropout1', rate: 0.3 }),
      convolution('conv2', 128, 3), //                             →  89 × 128
      maxPooling1d({ name: 'pool2', poolSize: 2 }), //             →  44 × 128
      dropout({ name: 'dropout2', rate: 0.3 }),
      flatten({ name: 'flatten' }), //                             →  5,632
      dense({ name: 'dense1', units: 64, activation: 'relu', kernelInitializer: glorot() }),
      dropout({ name: 'dropout3', rate: 0.4 }),
      dense({ name: 'dense2', units: classes, activation: 'softmax', kernelInitializer: glorot() }),
    ],
  });
}

export const cnn: Classifier = {
  name: 'cnn',
  fit: (...args) => fitNetwork('cnn', buildCnn, ...args),
  load: loadNetwork,
};
