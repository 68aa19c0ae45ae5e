import { argmax } from '../../../argmax.ts';
import { softmax } from '../../../data/temperature.ts';
import type { Samples } from '../classifier.ts';
import { weightedRows } from '../rowWeights.ts';

/** Least share of a class at the start: one without rows has a finite score too. */
const LEAST_SHARE = 1e-7;

/** Rows with the scores that the rounds so far have given them. */
export interface ScoredRows {
  /** Their places in the samples; rows of weight 0 are left out. */
  index: Uint32Array;
  y: Uint8Array;
  weights: Float64Array;
  /** rows × classes. */
  scores: Float64Array;
  /** rows × classes, of the scores at the last `evaluate`. */
  probabilities: Float64Array;
}

/** @throws {SerError} `usage` for weights out of range, or without rows */
export function scoredRows(samples: Samples, classes: number): ScoredRows {
  const index = weightedRows(samples);
  return {
    index,
    y: Uint8Array.from(index, (row) => samples.y[row]),
    weights: Float64Array.from(index, (row) => samples.weights?.[row] ?? 1),
    scores: new Float64Array(index.length * classes),
    probabilities: new Float64Array(index.length * classes),
  };
}

/** The classes' shares of the weight. */
export function sharesOf({ y, weights }: ScoredRows, classes: number): number[] {
  const totals = new Array<number>(classes).fill(0);
  y.forEach((of, i) => (totals[of] += weights[i]));
  const whole = totals.reduce((a, b) => a + b);
  return totals.map((total) => Math.max(total / whole, LEAST_SHARE));
}

/** Updates the probabilities. @returns weighted mean cross-entropy in nats, and accuracy */
export function evaluate(
  { y, weights, scores, probabilities }: ScoredRows,
  classes: number,
): { loss: number; accuracy: number } {
  let [loss, hits, whole] = [0, 0, 0];
  y.forEach((of, i) => {
    const row = softmax(Array.from(scores.subarray(i * classes, (i + 1) * classes)), 1);
    probabilities.set(row, i * classes);
    loss -= weights[i] * Math.log(Math.max(row[of], Number.MIN_VALUE));
    if (argmax(row) === of) hits += weights[i];
    whole += weights[i];
  });
  return { loss: loss / whole, accuracy: hits / whole };
}
