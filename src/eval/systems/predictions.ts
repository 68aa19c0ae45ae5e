import type { Gender } from '../../data/clip.ts';
import { SerError } from '../../error.ts';

/** What a model said of one clip, and the truth. The only thing that `eval` ever sees of a model. */
export interface Prediction {
  id: string;
  speaker: string;
  /** null where it is not known. */
  gender: Gender | null;
  label: string;
  /** The label with the highest probability. */
  predicted: string;
  /** One probability a label, in the order of `Predictions.labels`; they sum to 1. */
  probabilities: number[];
}

/** Predictions on a set of test clips, with the protocol that they were made under. */
export interface Predictions {
  protocol: string;
  labels: readonly string[];
  rows: Prediction[];
}

/** How far the probabilities of a clip may be from a sum of 1: room for other toolkits' rounding. */
const SUM_TOLERANCE = 1e-3;

/**
 * Checks that predictions hold together, so that no figure is made of half of them.
 * @param origin  what to call them in messages: a path, or "the predictions"
 * @throws {SerError} `table` for no clips, a clip twice, an unknown label, probabilities that are none, or a predicted
 * label that is not the most probable one
 */
export function checkPredictions({ labels, rows }: Predictions, origin = 'the predictions'): void {
  const refuse = (message: string): never => {
    throw new SerError('table', `${origin}: ${message}`);
  };
  if (rows.length === 0) refuse('there is no clip to score.');
  if (labels.length < 2 || new Set(labels).size !== labels.length) refuse('give two or more different labels.');
  const seen = new Set<string>();
  rows.forEach(({ id, speaker, label, predicted, probabilities }, i) => {
    const row = `row ${i + 1} (clip ${id || 'without an id'})`;
    if (id === '' || speaker === '') refuse(`${row} has no ${id === '' ? 'id' : 'speaker'}.`);
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

/** Whether no probability says more than the predicted label. */
export function isLabelsOnly({ rows }: Pick<Predictions, 'rows'>): boolean {
  return rows.every(({ probabilities }) => probabilities.every((p) => p === 0 || p === 1));
}

/** Of each row, whether its label is the one that was predicted. */
export function rightOf({ rows }: Pick<Predictions, 'rows'>): boolean[] {
  return rows.map(({ label, predicted }) => label === predicted);
}

/**
 * True and predicted labels of the rows, as the metrics take them.
 * @example
 * labelPairs([{ label: 'angry', predicted: 'calm' }]) // → { truth: ['angry'], predicted: ['calm'] }
 */
export function labelPairs(rows: readonly Prediction[]): { truth: string[]; predicted: string[] } {
  return { truth: rows.map((row) => row.label), predicted: rows.map((row) => row.predicted) };
}

/** Probability of the label that is predicted. */
export function confidenceOf({ probabilities }: Pick<Prediction, 'probabilities'>): number {
  return Math.max(...probabilities);
}
