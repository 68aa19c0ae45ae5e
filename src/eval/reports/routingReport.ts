import { type Gender, genderOf, GENDERS } from '../../data/clip.ts';
import { type BootstrapOptions, type Interval, pairedBootstrap } from '../statistics/bootstrap.ts';
import { confusionOf } from '../metrics/confusion.ts';
import { evaluate, type Part, type PartScores } from '../metrics/evaluate.ts';
import { type McNemar, mcnemar } from '../statistics/mcnemar.ts';
import { accuracy, uar } from '../metrics/metrics.ts';
import type { Predictions } from '../systems/predictions.ts';
import { routedPredictions, type RoutingInput, type System, SYSTEMS } from '../systems/routing.ts';

const FIGURES = ['n', 'correct', 'accuracy', 'accuracyInterval', 'uar', 'uarInterval', 'macroF1', 'logLoss'] as const;
export type SystemScores = Partial<Record<Part, Pick<PartScores, (typeof FIGURES)[number]>>>;

/** A clip that the gender model puts on the wrong side, and what becomes of it. */
export interface RoutingError {
  id: string;
  speaker: string;
  gender: Gender;
  /** Of the wrong gender. */
  probability: number;
  label: string;
  /** What each system predicts. */
  predicted: Partial<Record<System, string>>;
}

/** Two systems on the same clips. */
export interface Comparison extends McNemar {
  first: System;
  second: System;
  /** Second minus first. */
  accuracy: { difference: number; interval: Interval | null };
  uar: { difference: number; interval: Interval | null };
}

/** What it costs that nobody says the gender. */
export interface RoutingReport {
  posteriors: string;
  systems: Partial<Record<System, SystemScores>>;
  /** Clips whose voice is taken for the other gender. */
  errors: Record<Part, { n: number; wrong: number }> & { clips: RoutingError[] };
  /** Every system against each one before it. */
  comparisons: Comparison[];
}

/**
 * Scores every way of routing on the same clips, and compares them in pairs.
 * @throws {SerError} `table` if the input does not hold together
 * @example
 * const rows = [['angry', 'angry', 0.9], ['angry', 'calm', 0.4], ['calm', 'calm', 0.2], ['calm', 'calm', 0.3]].map(
 *   ([label, predicted, p], i) => ({ id: `clip ${i}`, speaker: `speaker ${i % 2}`, gender: 'female', label, predicted, probabilities: [p, 1 - p] }),
 * );
 * const answer = { protocol: 'loso', labels: ['angry', 'calm'], rows };
 * const input = { answers: { male: answer, female: answer }, maleProbability: Object.fromEntries(rows.map(({ id }) => [id, 0.1])), posteriors: 'example' };
 * Object.keys(routingReport(input).systems) // → ['oracle', 'hard', 'soft']
 */
export function routingReport(input: RoutingInput, options: BootstrapOptions = {}): RoutingReport {
  const routed = routedPredictions(input);
  const names = SYSTEMS.filter((name) => routed[name]);
  const scores = names.map((name) => [name, scoresOf(routed[name]!, options)] as const);
  const pairs = names.flatMap((second, i) => names.slice(0, i).map((first) => [first, second] as const));
  return {
    posteriors: input.posteriors,
    systems: Object.fromEntries(scores),
    errors: routingErrors(routed, input.maleProbability),
    comparisons: pairs.map(([first, second]) => ({
      first,
      second,
      ...compare(routed[first]!, routed[second]!, options),
    })),
  };
}

function scoresOf(predictions: Predictions, options: BootstrapOptions): SystemScores {
  const evaluation = evaluate(predictions, options);
  const parts = [...GENDERS, 'combined'] as const;
  return Object.fromEntries(
    parts.flatMap((part) => {
      const scores = evaluation[part];
      return scores ? [[part, Object.fromEntries(FIGURES.map((figure) => [figure, scores[figure]]))]] : [];
    }),
  ) as SystemScores;
}

function compare(
  first: Predictions,
  second: Predictions,
  options: BootstrapOptions,
): Omit<Comparison, 'first' | 'second'> {
  const rightOf = ({ rows }: Predictions): boolean[] => rows.map((row) => row.predicted === row.label);
  const [a, b] = [first, second].map(confusionOf);
  const differenceIn = (figure: typeof accuracy) => ({
    difference: figure(b) - figure(a),
    interval: pairedBootstrap(first, second, figure, options),
  });
  return { ...mcnemar(rightOf(first), rightOf(second)), accuracy: differenceIn(accuracy), uar: differenceIn(uar) };
}

function routingErrors(
  routed: Partial<Record<System, Predictions>>,
  maleProbability: RoutingInput['maleProbability'],
): RoutingReport['errors'] {
  const rows = routed.oracle!.rows.map((row) => ({ ...row, gender: genderOf(row) }));
  const taken = (id: string): Gender => (maleProbability[id] >= 0.5 ? 'male' : 'female');
  const wrong = rows.flatMap((row, i) => (taken(row.id) === row.gender ? [] : [{ row, i }]));
  const count = (gender?: Gender) => ({
    n: rows.filter((row) => !gender || row.gender === gender).length,
    wrong: wrong.filter(({ row }) => !gender || row.gender === gender).length,
  });
  const clips = wrong.map(({ row: { id, speaker, gender, label }, i }): RoutingError => {
    const predicted = SYSTEMS.flatMap((name) => (routed[name] ? [[name, routed[name].rows[i].predicted]] : []));
    const probability = gender === 'male' ? 1 - maleProbability[id] : maleProbability[id];
    return { id, speaker, gender, probability, label, predicted: Object.fromEntries(predicted) };
  });
  return { male: count('male'), female: count('female'), combined: count(), clips };
}
