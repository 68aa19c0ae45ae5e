import { argmax } from '../../argmax.ts';
import type { Epoch, FitProgress } from '../classifiers/classifier.ts';

/** Mean cross-entropy and accuracy. Probabilities are clipped at 1e-7, as in Keras. */
export function evaluate(probabilities: Float32Array, y: Uint8Array): { loss: number; accuracy: number } {
  const classes = probabilities.length / y.length;
  let loss = 0;
  for (let row = 0; row < y.length; row++) loss -= Math.log(Math.max(probabilities[row * classes + y[row]], 1e-7));
  return { loss: loss / y.length, accuracy: countHits(probabilities, y) / y.length };
}

/** Rows whose class has the highest score. @param scores  rows × classes */
export function countHits(scores: Float32Array, y: Uint8Array): number {
  const classes = scores.length / y.length;
  return y.filter((label, row) => argmax(scores.subarray(row * classes, (row + 1) * classes)) === label).length;
}

export function progressOf(epoch: Epoch, epochs: number): FitProgress {
  const { loss, accuracy, validationAccuracy } = epoch;
  const held = validationAccuracy === undefined ? '' : ` val accuracy ${validationAccuracy.toFixed(3)}`;
  return {
    done: epoch.epoch,
    total: epochs,
    text: `loss ${loss.toFixed(3)} accuracy ${accuracy.toFixed(3)}${held}`,
    epoch,
  };
}
