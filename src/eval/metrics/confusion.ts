import { expectArgument, isTexts } from '../../messages/arguments.ts';
import { SerError } from '../../error.ts';
import { labelPairs, type Predictions } from '../systems/predictions.ts';

/**
 * Counts of clips by true label (row) and predicted label (column).
 * Matches `sklearn.metrics.confusion_matrix(labels=…)` 1.5.2: pairs with a label outside `labels` are left out.
 * @example
 * confusionMatrix(['angry', 'angry', 'calm'], ['angry', 'calm', 'calm'], ['angry', 'calm']) // → [[1, 1], [0, 1]]
 */
export function confusionMatrix(
  truth: readonly string[],
  predicted: readonly string[],
  labels: readonly string[],
): number[][] {
  expectLabels({ truth, predicted, labels });
  requireSameLength(truth, predicted);
  const index = new Map(labels.map((label, i) => [label, i]));
  const counts = labels.map(() => labels.map(() => 0));
  truth.forEach((label, i) => {
    const row = index.get(label);
    const column = index.get(predicted[i]);
    if (row !== undefined && column !== undefined) counts[row][column]++;
  });
  return counts;
}

/** The confusion matrix of predictions. */
export function confusionOf({ labels, rows }: Pick<Predictions, 'labels' | 'rows'>): number[][] {
  const { truth, predicted } = labelPairs(rows);
  return confusionMatrix(truth, predicted, labels);
}

/**
 * Each row divided by its sum: the diagonal contains the recalls.
 * Matches `confusion_matrix(normalize='true')`: the row of a class without clips is all zeros.
 * @example
 * normaliseRows([[3, 1], [0, 2]]) // → [[0.75, 0.25], [0, 1]]
 */
export function normaliseRows(confusion: readonly (readonly number[])[]): number[][] {
  return confusion.map((row) => {
    const support = row.reduce((total, count) => total + count, 0);
    return row.map((count) => (support === 0 ? 0 : count / support));
  });
}

/** Refuses what is no list of labels, of callers without types. @throws {SerError} `usage` */
export function expectLabels(lists: Readonly<Record<'truth' | 'predicted' | 'labels', readonly string[]>>): void {
  for (const [name, list] of Object.entries(lists)) expectArgument(isTexts(list), name, 'a list of labels', list);
}

export function requireSameLength(truth: readonly unknown[], predicted: readonly unknown[]): void {
  if (truth.length !== predicted.length)
    throw new SerError('usage', `${truth.length} true labels but ${predicted.length} predictions: give one per clip`);
}
