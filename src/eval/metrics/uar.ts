import { sum } from '../statistics/mean.ts';
import type { CountMetric, Counts } from './metric.ts';

/**
 * Unweighted average recall (UAR, balanced accuracy): the mean recall over the classes that are present in the truth.
 * A class without test clips has no recall and is left out, so that untested classes do not lower the figure.
 * Matches `sklearn.metrics.balanced_accuracy_score` 1.5.2 within 1e-12.
 * @param confusion  counts, true label × predicted label
 * @returns 0–1; NaN without clips, for which it is undefined
 * @example
 * uar([[3, 1], [0, 2]]) // → 0.875
 */
export function uar(confusion: Counts): number {
  const recalls = confusion.map((row, label) => row[label] / sum(row)).filter((recall) => !Number.isNaN(recall));
  return sum(recalls) / recalls.length;
}

export const UAR: CountMetric = {
  name: 'uar',
  title: 'UAR',
  formula: 'mean recall over the emotions that have test clips',
  higherIsBetter: true,
  undefinedWhen: 'there is no clip',
  ofCounts: uar,
};
