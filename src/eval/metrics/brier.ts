import { mean } from '../statistics/mean.ts';
import type { ProbabilityMetric } from './metric.ts';

/**
 * Brier's (1950) original score, for any number of classes: the squared distance between the probabilities and the truth, summed over the classes,
 * mean over the clips. For two classes it is twice `sklearn.metrics.brier_score_loss`.
 * @returns 0 for predictions that are right with certainty, 2 if all are wrong with certainty; NaN without clips
 */
export function brierScore(
  truth: readonly string[],
  probabilities: readonly (readonly number[])[],
  labels: readonly string[],
): number {
  const distances = truth.map((label, i) =>
    probabilities[i].reduce((sum, p, column) => sum + (p - Number(labels[column] === label)) ** 2, 0),
  );
  return mean(distances);
}

export const BRIER: ProbabilityMetric = {
  name: 'brier',
  title: 'Brier',
  formula: 'squared distance between probabilities and truth, summed over the emotions',
  higherIsBetter: false,
  undefinedWhen: 'there is no clip, or labels without probabilities',
  ofProbabilities: ({ labels, rows }) =>
    brierScore(rows.map((row) => row.label), rows.map((row) => row.probabilities), labels), // prettier-ignore
};
