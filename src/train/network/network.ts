import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Random } from '../../random.ts';
import type { Masks } from '../engine/dropout.ts';
import type { Engine } from '../engine/engine.ts';
import { convolvePoolReluDropout, poolReluDropout } from '../engine/poolReluDropout.ts';
import { reluDropout } from '../engine/reluDropout.ts';
import { cutWeights, sizeOf, type Stage, weightShapes } from './layers.ts';

/** Initial weights as in Keras, concatenated: Glorot uniform kernels, zero biases. */
export function initialWeights({ tf }: Engine, stages: readonly Stage[], random: Random): Float32Array {
  const shapes = weightShapes(stages);
  const weights = new Float32Array(shapes.map(sizeOf).reduce((a, b) => a + b));
  cutWeights(weights, shapes).forEach((part, i) => {
    if (shapes[i].length === 1) return; // a bias
    const glorot = tf.initializers.glorotUniform({ seed: random.integer(2 ** 31) });
    part.set(tf.tidy(() => glorot.apply(shapes[i]).dataSync() as Float32Array));
  });
  return weights;
}

/**
 * A network up to its logits, in operations that have a gradient.
 * @param weights  with the shapes of `weightShapes`
 * @param x  rows × features
 * @param masks  dropout masks, in training
 * @returns rows × classes
 */
export function networkLogits(
  engine: Engine,
  stages: readonly Stage[],
  weights: readonly Tensor[],
  x: Tensor2D,
  masks?: Masks,
): Tensor2D {
  const { tf } = engine;
  const [rows] = x.shape;
  let h: Tensor = x;
  stages.forEach(({ frames, channels, pool, relu, dropout }, i) => {
    const [kernel, bias] = weights.slice(2 * i, 2 * i + 2);
    if (pool && i === 0 && masks) {
      h = convolvePoolReluDropout(engine, x, kernel, bias, masks, dropout);
    } else if (pool) {
      const image: Tensor4D = tf.reshape(h, [rows, 1, frames, channels]);
      const convolved = tf.conv2d(image, tf.expandDims(kernel, 0) as Tensor4D, 1, 'valid');
      h = masks
        ? poolReluDropout(engine, convolved, bias, masks, dropout)
        : tf.relu(tf.add(tf.maxPool(convolved, [1, 2], [1, 2], 'valid'), bias));
    } else {
      const sum = tf.add(tf.matMul(tf.reshape(h, [rows, -1]), kernel as Tensor2D), bias);
      h = !relu ? sum : masks ? reluDropout(engine, sum, masks(sum.size, dropout)) : tf.relu(sum);
    }
  });
  return h as Tensor2D;
}

/** Rows per call in prediction, which bounds the memory. */
const PREDICT_ROWS = 256;

/**
 * Probabilities computed by the engine, for many rows: for few, most of the time is spent between operations (see `forwardPass`).
 * @param weights  of all stages, concatenated
 * @param x  rows × features, standardised
 * @returns rows × classes
 */
export function predictNetwork(
  { tf, ...engine }: Engine,
  stages: readonly Stage[],
  weights: Float32Array,
  x: Float32Array,
): Float32Array {
  const [{ frames: features }] = stages;
  const classes = stages.at(-1)!.filters;
  const rows = x.length / features;
  const shapes = weightShapes(stages);
  const probabilities = new Float32Array(rows * classes);
  tf.tidy(() => {
    const tensors = cutWeights(weights, shapes).map((part, i) => tf.tensor(part, shapes[i]));
    for (let from = 0; from < rows; from += PREDICT_ROWS) {
      const to = Math.min(rows, from + PREDICT_ROWS);
      const part = tf.tidy(() => {
        const input = tf.tensor2d(x.subarray(from * features, to * features), [to - from, features]);
        return tf.softmax(networkLogits({ tf, ...engine }, stages, tensors, input)).dataSync();
      });
      probabilities.set(part, from * classes);
    }
  });
  return probabilities;
}
