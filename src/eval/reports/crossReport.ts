import type { Answers } from '../systems/modelPredictions.ts';
import {
  BOOTSTRAP_DEFAULTS,
  type BootstrapOptions,
  type Interval,
  intervalOver,
  quantile,
  seedsDifference,
} from '../statistics/bootstrap.ts';
import { calibration } from '../metrics/calibration.ts';
import { confusionOf } from '../metrics/confusion.ts';
import { type Part, partsOf } from '../metrics/evaluate.ts';
import { genderGap } from '../metrics/gap.ts';
import { type McNemar, mcnemar } from '../statistics/mcnemar.ts';
import { accuracy, macroF1, uar } from '../metrics/metrics.ts';
import { mean } from '../statistics/mean.ts';
import { isLabelsOnly } from '../systems/predictions.ts';
import { overSeeds, type OverSeeds } from '../statistics/seeds.ts';
import { abstentionByFold } from '../statistics/selective.ts';
import {
  CROSS_SYSTEMS,
  type CrossSystem,
  isControl,
  type SeedPredictions,
  systemPredictions,
  uncalibrated,
} from '../systems/systems.ts';

/** Counts of a confusion matrix, true label × predicted label, to one figure. */
type Figure = (confusion: number[][]) => number;

export interface CrossReportOptions extends BootstrapOptions {
  /** Share of the answers that may be wrong where a system answers at all. Default .25. */
  maxError?: number;
}

export const CROSS_REPORT_DEFAULTS = { ...BOOTSTRAP_DEFAULTS, maxError: 0.25 } as const;

/** A figure over the seeds, with its interval: bootstrap over the test speakers of the mean over the seeds. */
export interface SeedFigure extends OverSeeds {
  values: number[];
  interval: Interval | null;
}

export interface SystemPart {
  n: number;
  speakers: number;
  uar: SeedFigure;
  accuracy: SeedFigure;
  macroF1: SeedFigure;
  /** Of every label: test clips, and the mean recall over the seeds. */
  recalls: { label: string; clips: number; recall: number; sd: number | null }[];
}

export interface CalibrationFigures {
  ece: OverSeeds;
  brier: OverSeeds;
  nll: OverSeeds;
}

export interface SystemResult {
  system: CrossSystem;
  parts: Partial<Record<Part, SystemPart>>;
  /** Counts of all seeds together, true label × predicted label. */
  confusion: number[][];
  /** UAR of women's clips minus that of men's. */
  gap: { mean: number; interval: Interval | null } | null;
  /** null where there are labels without probabilities. */
  calibration: { before: CalibrationFigures; after: CalibrationFigures } | null;
  /** What it does when it may say "not sure"; null of a control, and if with some seed no threshold reaches the error on the validation clips. */
  abstention: { threshold: number; coverage: OverSeeds; error: OverSeeds } | null;
}

/** Two systems on the same clips: second minus first. */
export interface SystemComparison {
  first: CrossSystem;
  second: CrossSystem;
  uar: { difference: number; interval: Interval | null };
  accuracy: { difference: number; interval: Interval | null };
  /** Over the clips, with the first seed. */
  mcnemar: McNemar & { seed: number | null };
}

export interface CrossReport {
  protocol: string;
  /** [null] where it is not known, as of predictions made elsewhere. */
  seeds: (number | null)[];
  labels: readonly string[];
  interval: Required<BootstrapOptions> & { over: 'speakers' };
  /** Share of wrong answers that the thresholds of `abstention` were chosen for, on the validation clips of each seed and fold. */
  maxError: number;
  /** Of all models, one of each fold, seed and kind; null where none was fitted. */
  temperatures: { median: number; least: number; most: number } | null;
  systems: SystemResult[];
  comparisons: SystemComparison[];
}

/**
 * All figures of a cross-validation: each system's, and every two of them compared.
 * @param sheets  out-of-fold answers
 * @param maleProbability  of each clip, by a gender model that never heard the speaker
 * @throws {SerError} `table` if the answers don't hold together
 */
export function crossReport(
  sheets: readonly Answers[],
  maleProbability?: Readonly<Record<string, number>>,
  options: CrossReportOptions = {},
): CrossReport {
  const { maxError, ...bootstrap } = { ...CROSS_REPORT_DEFAULTS, ...options };
  const after = systemPredictions(sheets, maleProbability);
  const before = systemPredictions(uncalibrated(sheets), maleProbability);
  const names = (Object.keys(CROSS_SYSTEMS) as CrossSystem[]).filter((name) => after[name]);
  const pairs = names.flatMap((second, i) => names.slice(0, i).map((first) => [first, second] as const));
  return {
    protocol: sheets[0].protocol,
    seeds: [...new Set(sheets.map((sheet) => sheet.seed))],
    labels: sheets[0].labels,
    interval: { ...bootstrap, over: 'speakers' },
    maxError,
    temperatures: temperaturesOf(sheets),
    systems: names.map((name) => scoreSystem(name, after[name]!, before[name]!, bootstrap, maxError)),
    comparisons: pairs.map(([first, second]) => compare(first, second, after[first]!, after[second]!, bootstrap)),
  };
}

function temperaturesOf(sheets: readonly Answers[]): CrossReport['temperatures'] {
  const all = sheets
    .filter(({ model }) => model !== 'given')
    .flatMap(({ rows }) => [...new Map(rows.map(({ fold, temperature }) => [fold, temperature])).values()])
    .sort((a, b) => a - b);
  return all.length > 0 ? { median: quantile(all, 0.5), least: all[0], most: all.at(-1)! } : null;
}

function scoreSystem(
  system: CrossSystem,
  seeds: readonly SeedPredictions[],
  before: readonly SeedPredictions[],
  options: BootstrapOptions,
  maxError: number,
): SystemResult {
  const parts = partsOf(seeds[0]).map(([part]) => {
    const scored = seeds.map(({ labels, rows }) => ({
      labels,
      rows: rows.filter((row) => part === 'combined' || row.gender === part),
    }));
    return [part, scorePart(scored, options)] as const;
  });
  const confusions = seeds.map(confusionOf);
  return {
    system,
    parts: Object.fromEntries(parts),
    confusion: confusions.reduce((sum, one) => sum.map((row, r) => row.map((count, c) => count + one[r][c]))),
    gap: gapOf(seeds, options),
    calibration: seeds.some(isLabelsOnly) ? null : { before: calibrationOf(before), after: calibrationOf(seeds) },
    abstention: isControl(system) ? null : abstentionOf(seeds, maxError),
  };
}

function abstentionOf(seeds: readonly SeedPredictions[], maxError: number): SystemResult['abstention'] {
  const chosen = seeds.map(({ folds }) => abstentionByFold(folds, maxError));
  if (chosen.some((one) => one === null || one.answered === 0)) return null;
  const valuesOf = (name: 'threshold' | 'coverage' | 'error'): number[] => chosen.map((one) => one![name]);
  return {
    threshold: mean(valuesOf('threshold')),
    coverage: overSeeds(valuesOf('coverage')),
    error: overSeeds(valuesOf('error')),
  };
}

type Scored = Pick<SeedPredictions, 'labels' | 'rows'>;

function scorePart(seeds: readonly Scored[], options: BootstrapOptions): SystemPart {
  const [{ labels, rows }] = seeds;
  const confusions = seeds.map(confusionOf);
  const over = (figure: Figure): SeedFigure => {
    const values = confusions.map(figure);
    return {
      values,
      ...overSeeds(values),
      interval: intervalOver([seeds], (drawn) => mean(drawn.map(figure)), options),
    };
  };
  return {
    n: rows.length,
    speakers: new Set(rows.map((row) => row.speaker)).size,
    uar: over(uar),
    accuracy: over(accuracy),
    macroF1: over(macroF1),
    recalls: labels.map((label, i) => {
      const clips = rows.filter((row) => row.label === label).length;
      const { mean: recall, sd } = overSeeds(confusions.map((confusion) => confusion[i][i] / clips));
      return { label, clips, recall, sd };
    }),
  };
}

function gapOf(seeds: readonly SeedPredictions[], options: BootstrapOptions): SystemResult['gap'] {
  const { male, female, gap, interval } = genderGap(seeds, options);
  return male.n > 0 && female.n > 0 ? { mean: gap, interval } : null;
}

function calibrationOf(seeds: readonly SeedPredictions[]): CalibrationFigures {
  const figures = seeds.map((seed) => calibration(seed));
  const over = (name: keyof CalibrationFigures): OverSeeds => overSeeds(figures.map((one) => one[name]));
  return { ece: over('ece'), brier: over('brier'), nll: over('nll') };
}

function compare(
  first: CrossSystem,
  second: CrossSystem,
  a: readonly SeedPredictions[],
  b: readonly SeedPredictions[],
  options: BootstrapOptions,
): SystemComparison {
  const differenceIn = (figure: Figure) => seedsDifference(a, b, figure, { ...options, paired: true });
  const rightOf = ({ rows }: SeedPredictions): boolean[] => rows.map((row) => row.predicted === row.label);
  return {
    first,
    second,
    uar: differenceIn(uar),
    accuracy: differenceIn(accuracy),
    mcnemar: { ...mcnemar(rightOf(a[0]), rightOf(b[0])), seed: a[0].seed },
  };
}
