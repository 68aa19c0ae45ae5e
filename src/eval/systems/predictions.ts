import { expectArgument, isObject, isTexts } from '../../messages/arguments.ts';
import type { Gender } from '../../data/clip.ts';
import { SerError } from '../../error.ts';

/** A model's prediction for one clip, and the truth: the only input of `eval`. */
export interface Prediction {
  id: string;
  /** Empty if unknown. */
  speaker: string;
  /** null if unknown. */
  gender: Gender | null;
  label: string;
  /** The label with the highest probability. */
  predicted: string;
  /** One probability per label, in the order of `Predictions.labels`; they sum to 1. */
  probabilities: number[];
}

/** Predictions for a set of test clips, with their protocol. */
export interface Predictions {
  protocol: string;
  labels: readonly string[];
  rows: Prediction[];
}

/** Tolerance of a clip's sum of probabilities, for other toolkits' rounding. */
const SUM_TOLERANCE = 1e-3;

/**
 * Checks that predictions are complete and consistent.
 * @param origin  their name in messages: a path, or "the predictions"
 * @throws {SerError} `table` for no clips, a duplicate clip, an unknown label, invalid probabilities, or a predicted
 * label that is not the most probable one
 */
export function checkPredictions({ labels, rows }: Predictions, origin = 'the predictions'): void {
  const refuse = (message: string): never => {
    throw new SerError('table', `${origin}: ${message}`);
  };
  if (rows.length === 0) refuse('there is no clip to score.');
  if (labels.length < 2 || new Set(labels).size !== labels.length) refuse('give two or more different labels.');
  const seen = new Set<string>();
  rows.forEach(({ id, label, predicted, probabilities }, i) => {
    const row = `row ${i + 1} (clip ${id || 'without an id'})`;
    if (id === '') refuse(`${row} has no id.`);
    if (seen.has(id)) refuse(`${row} occurs twice; a clip counts once.`);
    seen.add(id);
    for (const [what, value] of [
      ['label', label],
      ['predicted label', predicted],
    ] as const)
      // prettier-ignore
      if (!labels.includes(value)) refuse(`${row} has the ${what} "${value}"; the labels are ${labels.join(', ')}.`);
    if (probabilities.length !== labels.length)
      refuse(`${row} has ${probabilities.length} probabilities for ${labels.length} labels.`);
    const bad = probabilities.findIndex((p) => !(p >= 0 && p <= 1 + SUM_TOLERANCE));
    if (bad >= 0) refuse(`${row} has ${probabilities[bad]} as the probability of ${labels[bad]}.`);
    const sum = probabilities.reduce((total, p) => total + p, 0);
    if (Math.abs(sum - 1) > SUM_TOLERANCE) refuse(`the probabilities of ${row} sum to ${sum}, not to 1.`);
    const top = Math.max(...probabilities);
    if (probabilities[labels.indexOf(predicted)] < top)
      refuse(`${row} predicts ${predicted}, but ${labels[probabilities.indexOf(top)]} is more probable.`);
  });
}

/** Refuses what is no predictions at all, of callers without types. @throws {SerError} `usage` */
export function expectScored(predictions: Pick<Predictions, 'labels' | 'rows'>, origin: string): void {
  const isRow = (row: unknown): boolean => isObject(row) && Array.isArray(row.probabilities);
  const holds = isObject(predictions) && isTexts(predictions.labels) && Array.isArray(predictions.rows);
  expectArgument(holds && predictions.rows.every(isRow), origin, 'predictions: { labels, rows: [{ id, label, predicted, probabilities, … }] }', predictions); // prettier-ignore
}

/** The number of speakers of the rows, as far as they are known. */
export function countSpeakers(rows: readonly Pick<Prediction, 'speaker'>[]): number {
  return new Set(rows.flatMap(({ speaker }) => speaker || [])).size;
}

/** Whether no probability exceeds that of the predicted label. */
export function isLabelsOnly({ rows }: Pick<Predictions, 'rows'>): boolean {
  return rows.every(({ probabilities }) => probabilities.every((p) => p === 0 || p === 1));
}

/** For each row, whether its predicted label is right. */
export function rightOf({ rows }: Pick<Predictions, 'rows'>): boolean[] {
  return rows.map(({ label, predicted }) => label === predicted);
}

/**
 * True and predicted labels of the rows, for the metrics.
 * @example
 * labelPairs([{ label: 'angry', predicted: 'calm' }]) // → { truth: ['angry'], predicted: ['calm'] }
 */
export function labelPairs(rows: readonly Prediction[]): { truth: string[]; predicted: string[] } {
  return { truth: rows.map((row) => row.label), predicted: rows.map((row) => row.predicted) };
}

/** Probability of the predicted label. */
export function confidenceOf({ probabilities }: Pick<Prediction, 'probabilities'>): number {
  return Math.max(...probabilities);
}
