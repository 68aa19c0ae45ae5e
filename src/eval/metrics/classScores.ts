import { sum } from '../statistics/mean.ts';
import { expectLabels, requireSameLength } from './confusion.ts';

/** Precision, recall and F1 of one class or of an average. */
export interface Scores {
  precision: number;
  recall: number;
  f1: number;
  /** Clips with this true label; for an average, of all classes. */
  support: number;
}

export interface ClassScores {
  /** One entry per label, in the order of `labels`. */
  perClass: Scores[];
  /** From the counts of all classes together. Equals the accuracy if `labels` contains every label that occurs. */
  micro: Scores;
  /** Plain mean over all of `labels`, including absent classes (which count as `zeroDivision`). */
  macro: Scores;
  /** Mean weighted by support: absent classes don't count. */
  weighted: Scores;
}

/**
 * Precision, recall, F1 and support of every label, and their averages.
 * Matches `sklearn.metrics.precision_recall_fscore_support(labels=…, zero_division=…)` 1.5.2 within 1e-12, so a class
 * that is absent from truth and predictions has `zeroDivision` for all three, and the macro average counts it.
 * @param labels  the classes to score; pairs with other labels still count as misses and false alarms
 * @param zeroDivision  the value of 0/0
 * @example
 * const { perClass, macro } = classScores(['angry', 'angry', 'calm'], ['angry', 'calm', 'calm'], ['angry', 'calm']);
 * perClass[0].recall // → 0.5
 * macro.f1 // → 0.667
 */
export function classScores(
  truth: readonly string[],
  predicted: readonly string[],
  labels: readonly string[],
  zeroDivision: 0 | 1 = 0,
): ClassScores {
  expectLabels({ truth, predicted, labels });
  requireSameLength(truth, predicted);
  const counts = labels.map((label) => ({
    hits: truth.filter((value, i) => value === label && predicted[i] === label).length,
    predicted: predicted.filter((value) => value === label).length,
    support: truth.filter((value) => value === label).length,
  }));
  const ratio = (part: number, whole: number): number => (whole === 0 ? zeroDivision : part / whole);
  const scores = (count: (typeof counts)[number]): Scores => ({
    precision: ratio(count.hits, count.predicted),
    recall: ratio(count.hits, count.support),
    f1: ratio(2 * count.hits, count.predicted + count.support),
    support: count.support,
  });
  const perClass = counts.map(scores);
  const support = sum(perClass.map((row) => row.support));
  const average = (weights: number[]): Scores => {
    const mean = (name: 'precision' | 'recall' | 'f1'): number =>
      sum(perClass.map((row, i) => row[name] * weights[i])) / sum(weights);
    return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1'), support };
  };
  const equal = perClass.map(() => 1);
  return {
    perClass,
    micro: scores({
      hits: sum(counts.map((count) => count.hits)),
      predicted: sum(counts.map((count) => count.predicted)),
      support,
    }),
    macro: average(equal),
    // Without a single clip the weights are all zero: scikit-learn then uses the plain mean.
    weighted: average(support === 0 ? equal : perClass.map((row) => row.support)),
  };
}
