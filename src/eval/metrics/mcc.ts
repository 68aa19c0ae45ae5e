import { sum } from '../statistics/mean.ts';
import type { CountMetric, Counts } from './metric.ts';

/**
 * Matthews' correlation coefficient for any number of classes (Gorodkin, 2004, R_K): the correlation between true and predicted labels.
 * With c of s clips correct, t clips of each true label and p of each predicted one: (c s − Σ t p) / √((s² − Σ p²)(s² − Σ t²)).
 * Matches `sklearn.metrics.matthews_corrcoef` 1.5.2 within 1e-12.
 * @param confusion  counts, true label × predicted label
 * @returns −1 … 1; 0 if predictions and truth are uncorrelated, or only one label is true or predicted; NaN without clips
 * @example
 * matthewsCorrelation([[3, 1], [0, 2]]) // → 0.707
 */
export function matthewsCorrelation(confusion: Counts): number {
  const truth = confusion.map(sum);
  const predicted = confusion.map((_, label) => sum(confusion.map((row) => row[label])));
  const [n, right] = [sum(truth), sum(confusion.map((row, label) => row[label]))];
  if (n === 0) return NaN;
  const squares = (counts: readonly number[]): number => sum(counts.map((count) => count ** 2));
  const spread = Math.sqrt(n ** 2 - squares(predicted)) * Math.sqrt(n ** 2 - squares(truth));
  return spread === 0 ? 0 : (right * n - sum(truth.map((count, label) => count * predicted[label]))) / spread;
}

export const MCC: CountMetric = {
  name: 'mcc',
  title: 'MCC',
  formula: "Matthews' correlation of true and predicted emotion, 0 for guessing",
  higherIsBetter: true,
  undefinedWhen: 'there is no clip',
  ofCounts: matthewsCorrelation,
};
