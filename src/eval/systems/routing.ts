import { type Gender, genderOf } from '../../data/clip.ts';
import { SerError } from '../../error.ts';
import type { Prediction, Predictions } from './predictions.ts';
import { argmax } from '../../argmax.ts';

/** Ways to combine the predictions of a pair of emotion models by predicted gender. */
export const PAIR_ROUTINGS = ['hard', 'soft'] as const;
export type PairRouting = (typeof PAIR_ROUTINGS)[number];

/**
 * The probabilities of a pair of gender-specific models, given the gender's probability. `hard`: those of the more probable
 * gender's model. `soft`: both models' probabilities, weighted by the gender probabilities (a mixture of experts whose gate
 * is the gender model; Jacobs et al., 1991).
 * @param pair  probabilities of each model, one per label
 * @param maleProbability  0–1; at ½ the voice counts as male, as for the gender model
 */
export function routeProbabilities(
  routing: PairRouting,
  pair: Record<Gender, ArrayLike<number>>,
  maleProbability: number,
): number[] {
  const weight = routing === 'soft' ? maleProbability : Number(isTakenForMale(maleProbability));
  return Array.from(pair.male, (male, label) => weight * male + (1 - weight) * pair.female[label]);
}

const isTakenForMale = (maleProbability: number): boolean => maleProbability >= 0.5;

/** The probability that a clip's voice is male, by clip id. */
export type MaleProbability = Readonly<Record<string, number>>;

/** Ways to choose between a pair's models: by the true gender, the predicted one, and the wrong one. */
export type PairSystem = 'oracle' | PairRouting | 'swapped';

/**
 * The predictions of each way of routing for the same clips, in order.
 * @param pair  predictions of each gender's model for all of these clips
 * @param maleProbability  without it clips are not routed by predicted gender
 * @throws {SerError} `table` if the models have different clips, or a clip has no gender probability, `corpus` if one has no gender
 */
export function routePair(
  pair: Readonly<Record<Gender, Predictions>>,
  maleProbability?: MaleProbability,
): Partial<Record<PairSystem, Predictions>> {
  const { protocol, labels, rows } = pair.male;
  const others = pair.female.rows;
  const differs = rows.findIndex(({ id }, i) => id !== others[i]?.id);
  if (differs >= 0 || others.length !== rows.length) {
    throw new SerError('table', `the models were not given the same clips to route: they differ in row ${differs + 1}.`); // prettier-ignore
  }
  const chanceOf = ({ id }: Prediction): number => maleProbability?.[id] ?? NaN;
  const lost = maleProbability && rows.find((row) => !(chanceOf(row) >= 0 && chanceOf(row) <= 1));
  if (lost) throw new SerError('table', `clip ${lost.id} has no probability of its gender, and cannot be routed.`);

  const routed = (routing: PairRouting, chance: (row: Prediction) => number): Predictions => ({
    protocol,
    labels,
    rows: rows.map((row, i) => {
      const both = { male: row.probabilities, female: others[i].probabilities };
      return { ...row, ...mostProbable(routeProbabilities(routing, both, chance(row)), labels) };
    }),
  });
  return {
    oracle: routed('hard', (row) => Number(genderOf(row) === 'male')),
    ...(maleProbability && { hard: routed('hard', chanceOf), soft: routed('soft', chanceOf) }),
    swapped: routed('hard', ({ gender }) => Number(gender === 'female')),
  };
}

/** Probabilities with their most probable label; the first of equal ones. */
export function mostProbable(
  probabilities: number[],
  labels: readonly string[],
): Pick<Prediction, 'probabilities' | 'predicted'> {
  return { probabilities, predicted: labels[argmax(probabilities)] };
}

/** A clip whose gender is predicted wrongly, and its predictions. */
export interface RoutingError {
  id: string;
  speaker: string;
  gender: Gender;
  /** Probability of the wrong gender. */
  probability: number;
  label: string;
  /** Prediction of each system. */
  predicted: Record<string, string>;
}

/** Clips whose gender is predicted wrongly, with their numbers by gender and in total. */
export interface RoutingErrors {
  counts: Record<Gender, { n: number; wrong: number }>;
  clips: RoutingError[];
}

/**
 * @param systems  predictions for the same clips in the same order, by name
 * @example
 * const rows = [['angry', 'angry', 0.9], ['angry', 'calm', 0.4], ['calm', 'calm', 0.2], ['calm', 'calm', 0.3]].map(
 *   ([label, predicted, p], i) => ({ id: `clip ${i}`, speaker: `speaker ${i % 2}`, gender: 'female', label, predicted, probabilities: [p, 1 - p] }),
 * );
 * const chances = { 'clip 0': 0.1, 'clip 1': 0.6, 'clip 2': 0.2, 'clip 3': 0.3 };
 * const { counts, clips } = routingErrors([['oracle', { protocol: 'loso', labels: ['angry', 'calm'], rows }]], chances);
 * counts.female // → { n: 4, wrong: 1 }
 * clips[0].id // → 'clip 1'
 */
export function routingErrors(
  systems: readonly (readonly [name: string, predictions: Predictions])[],
  maleProbability: MaleProbability,
): RoutingErrors {
  const [[, { rows }]] = systems;
  const clips = rows.flatMap(({ id, speaker, gender, label }, i): RoutingError[] => {
    const male = maleProbability[id];
    if (gender === null || isTakenForMale(male) === (gender === 'male')) return [];
    const predicted = Object.fromEntries(systems.map(([name, one]) => [name, one.rows[i].predicted]));
    return [{ id, speaker, gender, probability: gender === 'male' ? 1 - male : male, label, predicted }];
  });
  const count = (gender: Gender) => ({
    n: rows.filter((row) => row.gender === gender).length,
    wrong: clips.filter((clip) => clip.gender === gender).length,
  });
  return { counts: { male: count('male'), female: count('female') }, clips };
}
