import { type BootstrapOptions, type Estimate, quantile } from '../statistics/bootstrap.ts';
import { mean } from '../statistics/mean.ts';
import type { Overlap } from '../statistics/overlap.ts';
import { overSeeds, type OverSeeds } from '../statistics/seeds.ts';
import { abstentionByFold } from '../statistics/selective.ts';
import { BOOTSTRAP_DEFAULTS } from '../statistics/bootstrap.ts';
import { compareSystems, type Comparison, uarShare } from '../systems/compare.ts';
import { alignModels, type ModelPredictions } from '../systems/modelPredictions.ts';
import { isLabelsOnly } from '../systems/predictions.ts';
import { type MaleProbability, routingErrors, type RoutingErrors } from '../systems/routing.ts';
import {
  intervalOptions,
  type IntervalOptions,
  probabilityFigures,
  scoreRuns,
  type SystemScores,
} from '../systems/scores.ts';
import { isControl, type Run, type System, type SystemName, systemsOf, uncalibrated } from '../systems/systems.ts';

/**
 * Kinds of reports: finished models on test clips; on other data, which they may have learnt from; a kind of model trained in every fold; predictions of another toolkit; finished
 * models under noise and other conditions.
 */
export const REPORT_KINDS = ['models', 'data', 'cross-validation', 'predictions', 'conditions'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/** Text that accompanies all figures. */
export interface ReportContext {
  /** What is tested, and what training and test sets have in common: `Protocol.description`. */
  description: string;
  overlap: Overlap;
  /** Further notes for the reader, such as how a clip's model was chosen. One sentence each. */
  notes: readonly string[];
}

export interface ReportOptions extends BootstrapOptions {
  /** Largest share of wrong answers of a system that may say "not sure". Default .25. */
  maxError?: number;
}

export const REPORT_DEFAULTS = { ...BOOTSTRAP_DEFAULTS, maxError: 0.25 } as const;

/** The input of a report. */
export interface ReportData extends ReportContext {
  kind: ReportKind;
  predictions: readonly ModelPredictions[];
  /** Titles of systems that the models' names do not identify, such as conditions. */
  names?: readonly SystemName[];
  /** From gender models trained without the speaker: if given, clips are also routed by predicted gender. */
  maleProbability?: MaleProbability;
  /** Their origin, in a sentence. */
  posteriors?: string;
  options?: ReportOptions;
}

export interface SystemReport extends SystemName, SystemScores {
  /** Figures of its probabilities before calibration, for all clips; null if nothing was calibrated. */
  uncalibrated: Record<string, OverSeeds> | null;
  /** Its result with the option "not sure"; null for a control, or if for some seed no threshold reaches the error on the validation clips. */
  abstention: { threshold: number; coverage: OverSeeds; error: OverSeeds } | null;
}

/** A report: the figures of every system for every part of the clips, and comparisons of systems. The content of report.json. */
export interface Report extends ReportContext {
  kind: ReportKind;
  protocol: string;
  labels: readonly string[];
  /** [null] if unknown, as for external predictions. */
  seeds: (number | null)[];
  interval: IntervalOptions;
  /** Largest share of wrong answers for which the thresholds of `abstention` were chosen, on the validation clips of each seed and fold. */
  maxError: number;
  /** Temperatures of all models, one per fold, seed and kind; null if none was fitted. */
  temperatures: { median: number; least: number; most: number } | null;
  /** The main system of the report. */
  systems: SystemReport[];
  /** Of every two systems; for conditions, of each with the first, with its UAR as a share of the first one's. */
  comparisons: (Comparison & { share?: Estimate })[];
  /** Voices classified as the other gender, with the first seed; null if no clip is routed by predicted gender. */
  routing: (RoutingErrors & { posteriors: string }) | null;
}

/** A report with the predictions for its charts. */
export interface ScoredReport {
  report: Report;
  systems: readonly System[];
  /** The same before calibration. */
  before: readonly System[];
}

/**
 * Scores every system that can be formed from the predictions, and compares them.
 * @throws {SerError} `table` for inconsistent predictions, `usage` for options out of range
 * @example
 * const rows = [['angry', 'angry', 0.9], ['angry', 'calm', 0.4], ['calm', 'calm', 0.2], ['calm', 'calm', 0.3]].map(
 *   ([label, predicted, p], i) => ({ id: `clip ${i}`, speaker: `speaker ${i % 2}`, gender: 'female', label, predicted, probabilities: [p, 1 - p], fold: 'test', temperature: 1 }),
 * );
 * const model = { protocol: 'loso', labels: ['angry', 'calm'], model: 'male', seed: 1, rows, validation: [] };
 * const count = { test: 2, shared: 0 };
 * const overlap = { speakers: count, sentences: count, recordings: count };
 * const predictions = [{ ...model, model: 'pooled' }];
 * const { report } = makeReport({ kind: 'models', predictions, description: 'An example.', overlap, notes: [] });
 * report.systems[0].parts.female.figures.accuracy.mean // → 0.75
 */
export function makeReport({
  kind,
  names,
  maleProbability,
  posteriors = '',
  options,
  ...input
}: ReportData): ScoredReport {
  const { description, overlap, notes } = input;
  const { maxError, ...bootstrap } = { ...REPORT_DEFAULTS, ...options };
  const predictions = alignModels(input.predictions);
  const systems = systemsOf(predictions, maleProbability, names);
  const before = systemsOf(uncalibrated(predictions), maleProbability, names);
  const temperatures = temperaturesOf(predictions);
  const pairs = systems.flatMap((second, i) =>
    systems.slice(0, kind === 'conditions' ? Math.min(i, 1) : i).map((first) => [first, second] as const),
  );
  const isRouted = systems.some(({ name }) => name === 'hard');
  return {
    report: {
      kind,
      protocol: predictions[0].protocol,
      ...{ description, overlap, notes },
      labels: predictions[0].labels,
      seeds: [...new Set(predictions.map(({ seed }) => seed))],
      interval: intervalOptions(bootstrap),
      ...{ maxError, temperatures },
      systems: systems.map(({ runs, ...name }, i) => ({
        ...name,
        ...scoreRuns(runs, bootstrap),
        uncalibrated: temperatures && !runs.some(isLabelsOnly) ? probabilityFigures(before[i].runs) : null,
        abstention: isControl(name) ? null : abstentionOf(runs, maxError),
      })),
      comparisons: pairs.map(([first, second]) => ({
        ...compareSystems(first, second, bootstrap),
        ...(kind === 'conditions' && { share: uarShare(first, second, bootstrap) }),
      })),
      routing: maleProbability && isRouted
        ? { posteriors, ...routingErrors(systems.map(({ name, runs }) => [name, runs[0]] as const), maleProbability) }
        : null, // prettier-ignore
    },
    systems,
    before,
  };
}

function temperaturesOf(models: readonly ModelPredictions[]): Report['temperatures'] {
  const all = models
    .flatMap(({ rows }) => [
      ...new Map(rows.map(({ fold, temperature }) => [`${fold} ${temperature}`, temperature])).values(),
    ]) // prettier-ignore
    .sort((a, b) => a - b);
  return all.every((one) => one === 1) ? null : { median: quantile(all, 0.5), least: all[0], most: all.at(-1)! };
}

function abstentionOf(runs: readonly Run[], maxError: number): SystemReport['abstention'] {
  const chosen = runs.map(({ folds }) => abstentionByFold(folds, maxError));
  if (chosen.some((one) => one === null || one.answered === 0)) return null;
  const valuesOf = (name: 'threshold' | 'coverage' | 'error'): number[] => chosen.map((one) => one![name]);
  return {
    threshold: mean(valuesOf('threshold')),
    coverage: overSeeds(valuesOf('coverage')),
    error: overSeeds(valuesOf('error')),
  };
}
