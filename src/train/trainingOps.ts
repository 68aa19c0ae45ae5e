import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Engine } from './engine.ts';

/**
 * Operations of training with gradients of their own: those of tfjs for the same (through `MaxPoolGrad` and `step`) took
 * a third of an epoch on a CPU.
 */

/**
 * The larger of each pair of neighbouring frames: max pooling of 2. A last frame without a neighbour is left out.
 * Of two equal values the first takes the gradient, as in TensorFlow.
 * @param x  batch × 1 × frames × channels
 */
export function poolPairs({ tf }: Engine, x: Tensor4D): Tensor4D {
  const [batch, , frames, channels] = x.shape;
  const pairs = Math.floor(frames / 2);
  const even = frames === 2 * pairs ? x : tf.slice(x, [0, 0, 0, 0], [batch, 1, 2 * pairs, channels]);
  const pooled = tf.customGrad((paired, save) => {
    const [first, second] = tf.unstack(paired as Tensor, 2);
    (save as (tensors: Tensor[]) => void)([tf.cast(tf.greaterEqual(first, second), 'float32')]);
    return {
      value: tf.maximum(first, second),
      gradFunc: (dy: Tensor, [isFirst]: Tensor[]) => {
        const toFirst = tf.mul(dy, isFirst);
        return tf.stack([toFirst, tf.sub(dy, toFirst)], 2);
      },
    };
  })(tf.reshape(even, [batch, pairs, 2, channels]));
  return tf.reshape(pooled, [batch, 1, pairs, channels]);
}

/**
 * ReLU, then dropout: `x · (x > 0) · mask`.
 * @param mask  of the size of `x`: 0 where it is dropped
 */
export function reluDropout<T extends Tensor>({ tf }: Engine, x: T, mask: Float32Array): T {
  return tf.customGrad((values, save) => {
    const open = tf.cast(tf.greater(values as T, 0), 'float32');
    const gate = tf.mul(open, tf.tensor(mask, x.shape));
    (save as (tensors: Tensor[]) => void)([gate]);
    return { value: tf.mul(values as T, gate), gradFunc: (dy: Tensor, [saved]: Tensor[]) => tf.mul(dy, saved) };
  })(x) as T;
}
