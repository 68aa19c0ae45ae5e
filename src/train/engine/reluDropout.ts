import type { Tensor } from '@tensorflow/tfjs';
import type { Engine } from './engine.ts';

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
