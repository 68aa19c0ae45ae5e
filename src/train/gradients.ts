import type { NamedAttrMap, Tensor } from '@tensorflow/tfjs';
import type { Engine } from './engine.ts';

/**
 * Replaces two of tfjs's gradients by cheaper ones of the same value: its ReLU gradient goes through `step`, its pooling
 * gradient through `MaxPoolGrad`, and those two took a third of the training time of a small network on a CPU.
 */
export function registerFastGradients({ tf }: Engine): void {
  tf.registerGradient({
    kernelName: 'Relu',
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => tf.mul(dy as Tensor, tf.cast(tf.greater(y, 0), 'float32')) }),
  });

  const general = tf.getGradient('MaxPool');
  if ('pairwise' in general) return; // replaced before
  const pairwise = {
    ...general,
    pairwise: true,
    gradFunc: (dy: Tensor | Tensor[], saved: Tensor[], attrs: NamedAttrMap) => {
      const [x, y] = saved;
      const [batch, length, width, channels] = x.shape;
      if (String(attrs.filterSize) !== '2,1' || String(attrs.strides) !== '2,1' || width !== 1) {
        return general.gradFunc(dy, saved, attrs);
      }
      return {
        x: () => {
          const pairs = y.shape[1]!;
          const covered = length === 2 * pairs ? x : tf.slice(x, [0, 0, 0, 0], [batch, 2 * pairs, 1, channels]);
          const [first, second] = tf.unstack(tf.reshape(covered, [batch, pairs, 2, channels]), 2);
          const all = tf.reshape(dy as Tensor, [batch, pairs, channels]);
          // Of two equal values the first takes the gradient, as in TensorFlow.
          const toFirst = tf.mul(all, tf.cast(tf.greaterEqual(first, second), 'float32'));
          const dx = tf.reshape(tf.stack([toFirst, tf.sub(all, toFirst)], 2), [batch, 2 * pairs, 1, channels]);
          const left = length - 2 * pairs;
          return left === 0 ? dx : tf.pad(dx, [[0, 0], [0, left], [0, 0], [0, 0]]); // prettier-ignore
        },
      };
    },
  };
  tf.registerGradient(pairwise);
}
