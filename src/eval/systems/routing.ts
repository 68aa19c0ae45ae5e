import { type Gender, genderOf, GENDERS } from '../../data/clip.ts';
import { SerError } from '../../error.ts';
import type { Prediction, Predictions } from './predictions.ts';
import { argmax } from '../../argmax.ts';

/** How the gender model's answer becomes an emotion, by the pair of emotion models. */
export const PAIR_ROUTINGS = ['hard', 'soft'] as const;
export type PairRouting = (typeof PAIR_ROUTINGS)[number];

/**
 * The probabilities that a pair of gender-specific models gives, by what is known of the voice. `hard`: those of the more probable
 * gender's model. `soft`: both models' probabilities, mixed by the probabilities of the genders (a mixture of experts whose gate
 * is the gender model; Jacobs et al., 1991).
 * @param pair  what each model says, one probability a label
 * @param maleProbability  0–1; at ½ the voice counts as male, as it does for the gender model
 */
export function routeProbabilities(
  routing: PairRouting,
  pair: Record<Gender, ArrayLike<number>>,
  maleProbability: number,
): number[] {
  const weight = routing === 'soft' ? maleProbability : maleProbability >= 0.5 ? 1 : 0;
  return Array.from(pair.male, (male, label) => weight * male + (1 - weight) * pair.female[label]);
}

/** What it takes to route test clips in every way. */
export interface RoutingInput {
  /** What each model says of every test clip, of whatever gender; the same clips in the same order. */
  answers: Record<Gender, Predictions> & { pooled?: Predictions };
  /** Of each clip, by its id: the probability that its voice is male. */
  maleProbability: Readonly<Record<string, number>>;
  /** Where these come from, in a sentence. */
  posteriors: string;
}

/** Each clip by the model of its speaker's true gender, then by what the gender model says, then by the pooled model. */
export const SYSTEMS = ['oracle', ...PAIR_ROUTINGS, 'pooled'] as const;
export type System = (typeof SYSTEMS)[number];

/**
 * What each way of routing says of the same clips, in the same order: those of `oracle`.
 * @throws {SerError} `table` if the models were not given the same clips, or one has no gender posterior
 * @example
 * const rows = [['angry', 'angry', 0.9], ['angry', 'calm', 0.4], ['calm', 'calm', 0.2], ['calm', 'calm', 0.3]].map(
 *   ([label, predicted, p], i) => ({ id: `clip ${i}`, speaker: `speaker ${i % 2}`, gender: 'female', label, predicted, probabilities: [p, 1 - p] }),
 * );
 * const answer = { protocol: 'loso', labels: ['angry', 'calm'], rows };
 * const input = { answers: { male: answer, female: answer }, maleProbability: Object.fromEntries(rows.map(({ id }) => [id, 0.1])), posteriors: 'example' };
 * Object.keys(routedPredictions(input)) // → ['oracle', 'hard', 'soft']
 */
export function routedPredictions({ answers, maleProbability }: RoutingInput): Partial<Record<System, Predictions>> {
  const { pooled, ...pair } = answers;
  const { protocol, labels, rows } = pair.male;
  for (const other of [pair.female, pooled ?? pair.female]) {
    const differs = rows.findIndex(({ id }, i) => id !== other.rows[i]?.id);
    if (differs < 0 && other.rows.length === rows.length) continue;
    throw new SerError(
      'table',
      `the models were not given the same clips to route: they differ in row ${differs + 1}.`,
    );
  }
  const lost = rows.find(({ id }) => !((maleProbability[id] ?? NaN) >= 0 && maleProbability[id] <= 1));
  if (lost) throw new SerError('table', `clip ${lost.id} has no probability of its gender, and cannot be routed.`);

  // By gender, as the oracle's predictions are.
  const order = GENDERS.flatMap((gender) => rows.flatMap((row, i) => (row.gender === gender ? [i] : [])));
  const predictionsBy = (probabilitiesOf: (row: Prediction, i: number) => number[]): Predictions => ({
    protocol,
    labels,
    rows: order.map((i) => {
      const probabilities = probabilitiesOf(rows[i], i);
      const predicted = labels[argmax(probabilities)];
      return { ...rows[i], probabilities, predicted };
    }),
  });
  const routed = (routing: PairRouting): Predictions =>
    predictionsBy(({ id }, i) => {
      const both = { male: rows[i].probabilities, female: pair.female.rows[i].probabilities };
      return routeProbabilities(routing, both, maleProbability[id]);
    });
  return {
    oracle: predictionsBy((row, i) => pair[genderOf(row)].rows[i].probabilities),
    hard: routed('hard'),
    soft: routed('soft'),
    ...(pooled && { pooled: predictionsBy((_, i) => pooled.rows[i].probabilities) }),
  };
}
