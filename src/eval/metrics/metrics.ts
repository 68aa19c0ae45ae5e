import { SerError } from '../../error.ts';
import { sum } from '../statistics/mean.ts';

/** Precision, recall and F1 of one class or of an average. */
export interface Scores {
  precision: number;
  recall: number;
  f1: number;
  /** Clips whose true label this is; of an average: of all classes. */
  support: number;
}

export interface ClassScores {
  /** One entry a label, in the order of `labels`. */
  perClass: Scores[];
  /** From the counts of all classes together. Equals the accuracy where `labels` covers every label that occurs. */
  micro: Scores;
  /** Plain mean over all of `labels`, absent classes included (they count as `zeroDivision`). */
  macro: Scores;
  /** Mean weighted by support: absent classes don't count. */
  weighted: Scores;
}

/**
 * Share of clips that are right (weighted accuracy, WA): trace / total.
 * @param confusion  counts, true label × predicted label
 * @returns 0–1; NaN without clips, where it is undefined
 * @example
 * accuracy([[3, 1], [0, 2]]) // → 0.833
 */
export function accuracy(confusion: readonly (readonly number[])[]): number {
  return sum(confusion.map((row, label) => row[label])) / sum(confusion.map(sum));
}

/**
 * Unweighted average recall (UAR, balanced accuracy): the mean recall over the classes that are present in the truth.
 * A class without test clips has no recall and is left out, so that the figure doesn't fall because of what was not
 * tested. Matches `sklearn.metrics.balanced_accuracy_score` 1.5.2 within 1e-12.
 * @param confusion  counts, true label × predicted label
 * @returns 0–1; NaN without clips, where it is undefined
 * @example
 * uar([[3, 1], [0, 2]]) // → 0.875
 */
export function uar(confusion: readonly (readonly number[])[]): number {
  const recalls = confusion.map((row, label) => row[label] / sum(row)).filter((recall) => !Number.isNaN(recall));
  return sum(recalls) / recalls.length;
}

/**
 * Macro-F1 from counts: the mean F1 over all labels; one without clips and predictions counts as 0. Equals `classScores(…).macro.f1`.
 * @param confusion  counts, true label × predicted label
 * @returns 0–1; NaN without labels
 */
export function macroF1(confusion: readonly (readonly number[])[]): number {
  const f1 = confusion.map((row, label) => {
    const both = sum(row) + sum(confusion.map((one) => one[label]));
    return both === 0 ? 0 : (2 * row[label]) / both;
  });
  return sum(f1) / f1.length;
}

/**
 * Precision, recall, F1 and support of every label, and their averages.
 * Matches `sklearn.metrics.precision_recall_fscore_support(labels=…, zero_division=…)` 1.5.2 within 1e-12, so a class
 * that is absent from truth and predictions has `zeroDivision` for all three, and the macro average counts it.
 * @param labels  the classes to score; pairs with other labels still count as misses and false alarms
 * @param zeroDivision  what 0/0 is
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
    // Without a single clip the weights are all zero: scikit-learn then takes the plain mean.
    weighted: average(support === 0 ? equal : perClass.map((row) => row.support)),
  };
}

/**
 * Mean of −ln p(true label), in nats. Probabilities are clipped to [ε, 1 − ε], ε = 2⁻⁵², so a wrong answer given with
 * certainty costs 36.04, not infinity. Matches `sklearn.metrics.log_loss(labels=…)` 1.5.2 within 1e-12.
 * @param probabilities  one row per clip, one column per label
 * @returns ≥ 0; NaN without clips, where it is undefined
 * @throws {SerError} `usage` if a true label is not in `labels` or a row has another length
 * @example
 * logLoss(['angry', 'calm'], [[0.9, 0.1], [0.4, 0.6]], ['angry', 'calm']) // → 0.308
 */
export function logLoss(
  truth: readonly string[],
  probabilities: readonly (readonly number[])[],
  labels: readonly string[],
): number {
  requireSameLength(truth, probabilities);
  const losses = truth.map((label, i) => {
    const column = labels.indexOf(label);
    if (column < 0)
      throw new SerError('usage', `clip ${i} has the true label "${label}", which is not among the labels`);
    if (probabilities[i].length !== labels.length)
      throw new SerError('usage', `clip ${i} has ${probabilities[i].length} probabilities for ${labels.length} labels`);
    const p = probabilities[i][column];
    return -Math.log(Math.min(Math.max(p, Number.EPSILON), 1 - Number.EPSILON));
  });
  return sum(losses) / losses.length;
}

export function requireSameLength(truth: readonly unknown[], predicted: readonly unknown[]): void {
  if (truth.length !== predicted.length)
    throw new SerError('usage', `${truth.length} true labels but ${predicted.length} predictions: give one per clip`);
}
