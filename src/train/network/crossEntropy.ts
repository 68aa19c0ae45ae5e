import type { Scalar, Tensor2D } from '@tensorflow/tfjs';
import type { Samples } from '../classifiers/classifier.ts';
import type { Engine } from '../engine/engine.ts';

/** What is to be learnt about rows. */
export type Labels = Pick<Samples, 'y' | 'weights' | 'classes'>;

/** Added to the logits of classes that a row does not distinguish: their probability is 0. */
const EXCLUDED = -1e4;

/** The labels of some rows. @param count  number of classes */
export function labelsOf({ y, weights, classes }: Labels, rows: readonly number[], count: number): Labels {
  return {
    y: Uint8Array.from(rows, (row) => y[row]),
    ...(weights && { weights: Float32Array.from(rows, (row) => weights[row]) }),
    ...(classes && { classes: Uint8Array.from(rows.flatMap((row) => [...classes.subarray(row * count, (row + 1) * count)])) }), // prettier-ignore
  };
}

/**
 * Rows × classes: 1 for a row's class and 0 for the others, but that a share of it is spread over all classes that the row distinguishes
 * (Szegedy et al., 2016).
 */
export function smoothedLabels({ y, classes }: Labels, count: number, smoothing: number): Float64Array {
  const shares = new Float64Array(y.length * count);
  y.forEach((label, row) => {
    const own = Array.from({ length: count }, (_, c) => classes?.[row * count + c] !== 0);
    const spread = smoothing / own.filter(Boolean).length;
    own.forEach((is, c) => {
      if (is) shares[row * count + c] = spread + (c === label ? 1 - smoothing : 0);
    });
  });
  return shares;
}

/**
 * Mean over the rows of the cross-entropy −Σ share · ln softmax(logits), among the classes that each row distinguishes.
 * @param shares  rows × classes
 */
export function crossEntropy(
  { tf }: Engine,
  logits: Tensor2D,
  { weights, classes }: Labels,
  shares: Float64Array,
): Scalar {
  const [rows, count] = logits.shape;
  const whole = weights ? weights.reduce((sum, weight) => sum + weight, 0) || 1 : rows;
  const target = Float32Array.from(shares, (share, i) => -((weights?.[Math.floor(i / count)] ?? 1) / whole) * share);
  const excluded = classes && Float32Array.from(classes, (is) => (is ? 0 : EXCLUDED));
  const scores = excluded ? tf.add<Tensor2D>(logits, tf.tensor2d(excluded, logits.shape)) : logits;
  return tf.sum(tf.mul(tf.logSoftmax(scores), tf.tensor2d(target, logits.shape)));
}
