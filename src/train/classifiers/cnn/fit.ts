import type { LayersModel, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Random } from '../../../random.ts';
import type { Shape } from '../classifier.ts';
import type { Masks } from '../../engine/dropout.ts';
import type { Engine } from '../../engine/engine.ts';
import { fitNetwork } from '../../network/fit.ts';
import type { Network } from '../../network/network.ts';
import { convolvePoolReluDropout, poolReluDropout } from '../../engine/poolReluDropout.ts';
import { reluDropout } from '../../engine/reluDropout.ts';

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

/** The same network in training, with dropout, up to the logits. */
export function cnnLogits(
  engine: Engine,
  [k1, b1, k2, b2, k3, b3, k4, b4]: Tensor[],
  x: Tensor2D,
  masks: Masks,
): Tensor2D {
  const { tf } = engine;
  const h1 = convolvePoolReluDropout(engine, x, k1, b1, masks, 0.3);
  const convolved = tf.conv2d(h1, tf.expandDims(k2, 0) as Tensor4D, 1, 'valid');
  const h2 = poolReluDropout(engine, convolved, b2, masks, 0.3);
  const flat = tf.reshape(h2, [x.shape[0], -1]) as Tensor2D;
  const h3 = tf.add(tf.matMul(flat, k3 as Tensor2D), b3) as Tensor2D;
  return tf.add(tf.matMul(reluDropout(engine, h3, masks(h3.size, 0.4)), k4 as Tensor2D), b4);
}

export const CNN: Network = { name: 'cnn', build: buildCnn, logits: cnnLogits };

export const fitCnn = fitNetwork.bind(undefined, CNN);
