import { sum } from '../statistics/mean.ts';
import type { CountMetric, Counts } from './metric.ts';

/**
 * Macro-F1 from counts: the mean F1 over all labels; one without clips and predictions counts as 0. Equals `classScores(…).macro.f1`.
 * @param confusion  counts, true label × predicted label
 * @returns 0–1; NaN without labels
 * @example
 * macroF1([[3, 1], [0, 2]]) // → 0.829
 */
export function macroF1(confusion: Counts): number {
  const f1 = confusion.map((row, label) => {
    const both = sum(row) + sum(confusion.map((one) => one[label]));
    return both === 0 ? 0 : (2 * row[label]) / both;
  });
  return sum(f1) / f1.length;
}

export const MACRO_F1: CountMetric = {
  name: 'macroF1',
  title: 'macro-F1',
  formula: 'mean F1 over all emotions, 0 for one that is neither tested nor predicted',
  higherIsBetter: true,
  undefinedWhen: 'there is no label',
  ofCounts: macroF1,
};
