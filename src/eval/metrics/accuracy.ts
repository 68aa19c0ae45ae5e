import { sum } from '../statistics/mean.ts';
import type { CountMetric, Counts } from './metric.ts';

/**
 * Share of correct clips (weighted accuracy, WA): trace / total.
 * @param confusion  counts, true label × predicted label
 * @returns 0–1; NaN without clips, for which it is undefined
 * @example
 * accuracy([[3, 1], [0, 2]]) // → 0.833
 */
export function accuracy(confusion: Counts): number {
  return sum(confusion.map((row, label) => row[label])) / sum(confusion.map(sum));
}

export const ACCURACY: CountMetric = {
  name: 'accuracy',
  title: 'accuracy (WA)',
  formula: 'share of the clips that are right',
  higherIsBetter: true,
  undefinedWhen: 'there is no clip',
  ofCounts: accuracy,
};
