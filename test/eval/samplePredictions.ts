import type { Prediction, Predictions } from '../../src/eval/systems/predictions.ts';

/** Clips of one speaker: `truth` and the probability of each of the labels a, b, c. */
export function clips(...rows: [truth: string, ...probabilities: number[]][]): Predictions {
  return predictionsOf(rows.map(([label, ...probabilities]) => ({ label, probabilities })));
}

/** Speakers 1, 3, 5 are male, 0, 2, 4 female; without a speaker all clips are those of speaker 1. */
export function predictionsOf(rows: { label: string; probabilities: number[]; speaker?: number }[]): Predictions {
  const labels = ['a', 'b', 'c'];
  return {
    protocol: 'reference',
    labels,
    rows: rows.map(({ label, probabilities, speaker = 1 }, i): Prediction => {
      const predicted = labels[probabilities.indexOf(Math.max(...probabilities))];
      const gender = speaker % 2 === 1 ? 'male' : 'female';
      return { id: `clip ${i}`, speaker: String(speaker), gender, label, predicted, probabilities };
    }),
  };
}

/**
 * 60 clips of 6 speakers, the surer the more often right, by whole-number arithmetic: the reference values beside the tests were computed
 * from the same rows with numpy 1.26 and scikit-learn 1.5.2.
 */
export const sample = predictionsOf(
  Array.from({ length: 60 }, (_, i) => {
    const weights = [0, 1, 2].map((j) => (((i * 7 + j * j * 11 + i * i * j) % 17) + 1) ** 2);
    const sum = weights[0] + weights[1] + weights[2];
    const top = weights.indexOf(Math.max(...weights));
    const truth = 10 * weights[top] > ((7 * i) % 10) * sum ? top : (top + 1 + (i % 2)) % 3;
    return { label: 'abc'[truth], probabilities: weights.map((weight) => weight / sum), speaker: i % 6 };
  }),
);
