import { COMBINED, GENDERS, type Part, PARTS } from '../../data/clip.ts';
import { classScores, type Scores } from '../metrics/classScores.ts';
import { confusionOf } from '../metrics/confusion.ts';
import { COUNT_METRICS, METRICS, PROBABILITY_METRICS } from '../metrics/metrics.ts';
import type { Metric } from '../metrics/metric.ts';
import {
  BOOTSTRAP_DEFAULTS,
  type BootstrapOptions,
  type Estimate,
  estimatesOver,
  type Interval,
} from '../statistics/bootstrap.ts';
import { mean, sum } from '../statistics/mean.ts';
import { overSeeds, type OverSeeds } from '../statistics/seeds.ts';
import {
  checkPredictions,
  confidenceOf,
  countSpeakers,
  expectScored,
  isLabelsOnly,
  labelPairs,
  type Predictions,
  rightOf,
} from './predictions.ts';

/** A metric over the seeds, with the interval of its mean: bootstrap over the speakers; null if there is none, as for probabilities. */
export interface Figure extends OverSeeds {
  values: number[];
  interval: Interval | null;
}

/** By the names of `METRICS`. */
export type Figures = Record<string, Figure>;

/** Scores of one label, over the seeds. */
export interface ClassFigures extends Record<'precision' | 'recall' | 'f1', OverSeeds> {
  label: string;
  clips: number;
}

/** The figures of one set of test clips. */
export interface PartScores {
  n: number;
  speakers: number;
  /** Number of correct clips, mean over the seeds. */
  correct: number;
  figures: Figures;
  /** Mean probability of the predicted label: if it exceeds the accuracy, the models are overconfident. */
  confidence: number;
  /** Counts of all seeds together, true label × predicted label, in the order of the labels. */
  confusion: number[][];
  classes: ClassFigures[];
  /** Means over the labels, plain and weighted by their clips. */
  averages: Record<'macro' | 'weighted', Omit<Scores, 'support'>>;
}

export interface SystemScores {
  /** Parts that have clips, all clips last. */
  parts: Partial<Record<Part, PartScores>>;
  /** For each metric: women's clips minus men's; null if only one gender was tested, or none is known. */
  gap: Record<string, Estimate> | null;
}

export type Scored = Pick<Predictions, 'labels' | 'rows'>;

/** Options of the intervals. */
export type IntervalOptions = Required<BootstrapOptions> & { over: 'speakers' };
export const intervalOptions = (options: BootstrapOptions): IntervalOptions => ({ ...BOOTSTRAP_DEFAULTS, ...options, over: 'speakers' }); // prettier-ignore

/** All figures of some predictions, part by part. */
export interface Evaluation extends SystemScores {
  protocol: string;
  labels: readonly string[];
  interval: IntervalOptions;
}

/**
 * All figures of some predictions: for each gender that occurs, and for all clips together.
 * @throws {SerError} `table` for inconsistent predictions
 * @example
 * const rows = [['angry', 'angry', 0.9], ['angry', 'calm', 0.4], ['calm', 'calm', 0.2], ['calm', 'calm', 0.3]].map(
 *   ([label, predicted, p], i) => ({ id: `clip ${i}`, speaker: `speaker ${i % 2}`, gender: 'female', label, predicted, probabilities: [p, 1 - p] }),
 * );
 * const { female } = evaluate({ protocol: 'loso', labels: ['angry', 'calm'], rows }).parts;
 * female.figures.uar.mean // → 0.75
 * female.figures.mcc.mean // → 0.577
 */
export function evaluate(predictions: Predictions, options: BootstrapOptions = {}): Evaluation {
  expectScored(predictions, 'evaluate: predictions');
  checkPredictions(predictions);
  const { protocol, labels } = predictions;
  return { protocol, labels, interval: intervalOptions(options), ...scoreRuns([predictions], options) };
}

/**
 * All figures of a system: means over its runs.
 * @param runs  its predictions with every seed, of the same clips in the same order
 */
export function scoreRuns(runs: readonly Scored[], options: BootstrapOptions = {}): SystemScores {
  const parts = partsOf(runs[0]).map((part) => [part, scorePart(selectPart(runs, part), options)] as const);
  const [men, women] = GENDERS.map((gender) => selectPart(runs, gender));
  const both = [men, women].every(([{ rows }]) => rows.length > 0);
  return { parts: Object.fromEntries(parts), gap: both ? differencesOf(men, women, { ...options, paired: false }) : null }; // prettier-ignore
}

/** The parts that have clips, in the order of `PARTS`: genders, and all clips unless they have one gender. */
export function partsOf({ rows }: Pick<Predictions, 'rows'>): Part[] {
  const genders = new Set(rows.map((row) => row.gender));
  return PARTS.filter((part) => (part === COMBINED ? genders.size !== 1 || genders.has(null) : genders.has(part)));
}

/** A system's predictions for the clips of a part. */
export function selectPart<Run extends Scored>(runs: readonly Run[], part: Part): Run[] {
  return part === COMBINED ? [...runs] : runs.map((run) => ({ ...run, rows: run.rows.filter(({ gender }) => gender === part) })); // prettier-ignore
}

/** The scores of all clips. */
export function wholeOf({ parts }: Pick<SystemScores, 'parts'>): PartScores {
  return Object.values(parts).at(-1)!;
}

export function scorePart(runs: readonly Scored[], options: BootstrapOptions = {}): PartScores {
  const [{ labels, rows }] = runs;
  const confusions = runs.map(confusionOf);
  const scores = runs.map((run) => {
    const { truth, predicted } = labelPairs(run.rows);
    return classScores(truth, predicted, labels);
  });
  const average = (kind: 'macro' | 'weighted') => {
    const over = (what: 'precision' | 'recall' | 'f1'): number => mean(scores.map((one) => one[kind][what]));
    return { precision: over('precision'), recall: over('recall'), f1: over('f1') };
  };
  return {
    n: rows.length,
    speakers: countSpeakers(rows),
    correct: mean(runs.map((run) => rightOf(run).filter(Boolean).length)),
    figures: figuresOf(runs, options),
    confidence: mean(runs.map((run) => mean(run.rows.map(confidenceOf)))),
    confusion: confusions.reduce((all, one) => all.map((row, r) => row.map((count, c) => count + one[r][c]))),
    classes: labels.map((label, i) => {
      const over = (what: 'precision' | 'recall' | 'f1') => overSeeds(scores.map(({ perClass }) => perClass[i][what]));
      const clips = scores[0].perClass[i].support;
      return { label, clips, precision: over('precision'), recall: over('recall'), f1: over('f1') };
    }),
    averages: { macro: average('macro'), weighted: average('weighted') },
  };
}

function figuresOf(runs: readonly Scored[], options: BootstrapOptions): Figures {
  const over = (all: number[][][]): number[] => COUNT_METRICS.map(({ ofCounts }) => mean(all.map(ofCounts)));
  const intervals = estimatesOver([runs], over, options).map(({ interval }) => interval);
  const figures = METRICS.map((metric) => {
    const values = runs.map((run) => valueOf(metric, run));
    const interval = 'ofCounts' in metric ? intervals[COUNT_METRICS.indexOf(metric)] : null;
    return [metric.name, { values, ...overSeeds(values), interval }];
  });
  return Object.fromEntries(figures) as Figures;
}

/** Metrics of probabilities: mean and deviation over the seeds. */
export function probabilityFigures(runs: readonly Scored[]): Record<string, OverSeeds> {
  return Object.fromEntries(PROBABILITY_METRICS.map((metric) => [metric.name, overSeeds(runs.map((run) => valueOf(metric, run)))])); // prettier-ignore
}

function valueOf(metric: Metric, run: Scored): number {
  if ('ofCounts' in metric) return metric.ofCounts(confusionOf(run));
  return isLabelsOnly(run) ? NaN : metric.ofProbabilities(run);
}

/**
 * Differences of every metric between two systems, means over the seeds; with bootstrap intervals for metrics of counts.
 * @param paired  whether both have the same speakers and are scored on the same draws; otherwise each system's speakers are drawn separately
 * @returns second minus first
 */
export function differencesOf(
  first: readonly Scored[],
  second: readonly Scored[],
  { paired, ...options }: BootstrapOptions & { paired: boolean },
): Record<string, Estimate> {
  const over = (all: number[][][], metric: (typeof COUNT_METRICS)[number]): number => mean(all.map(metric.ofCounts));
  const difference = (all: number[][][]): number[] =>
    COUNT_METRICS.map((metric) => over(all.slice(first.length), metric) - over(all.slice(0, first.length), metric));
  const counts = estimatesOver(paired ? [[...first, ...second]] : [first, second], difference, options);
  const [before, after] = [first, second].map(probabilityFigures);
  return Object.fromEntries([
    ...COUNT_METRICS.map(({ name }, i) => [name, counts[i]] as const),
    ...PROBABILITY_METRICS.map(({ name }) => [name, { value: after[name].mean - before[name].mean, interval: null }] as const), // prettier-ignore
  ]);
}

/** Test clips by predicted label, mean over the seeds. */
export const predictedCounts = ({ confusion }: PartScores, runs: number): number[] =>
  confusion.map((_, label) => sum(confusion.map((row) => row[label])) / runs);
