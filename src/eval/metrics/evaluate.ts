import { COMBINED, GENDERS, type Part, PARTS } from '../../data/clip.ts';
import {
  BOOTSTRAP_DEFAULTS,
  bootstrapBySpeaker,
  type BootstrapOptions,
  type Interval,
} from '../statistics/bootstrap.ts';
import { classificationReport, type ClassificationReport } from './classificationReport.ts';
import { confusionMatrix } from './confusion.ts';
import { calibration } from './calibration.ts';
import { genderGap } from './gap.ts';
import { accuracy, classScores, uar } from './metrics.ts';
import { checkPredictions, labelPairs, type Prediction, type Predictions } from '../systems/predictions.ts';

export { type Part, PARTS };

/** The figures of one set of test clips. */
export interface PartScores {
  /** Clips, and how many of them are right. */
  n: number;
  correct: number;
  speakers: number;
  accuracy: number;
  accuracyInterval: Interval | null;
  /** Mean recall over the classes that have test clips. */
  uar: number;
  uarInterval: Interval | null;
  /** Mean F1 over all labels, as scikit-learn's: a class without test clips and predictions counts as 0. */
  macroF1: number;
  logLoss: number;
  /** Summed over the classes: 0 … 2. */
  brier: number;
  /** Expected calibration error, 15 bins. */
  ece: number;
  /** Counts, true label × predicted label, in the order of `labels`. */
  confusion: number[][];
  report: ClassificationReport;
}

export type Evaluation = { protocol: string } & Partial<Record<Part, PartScores>> & {
    labels: readonly string[];
    /** How the intervals were made. */
    interval: Required<BootstrapOptions> & { over: 'speakers' };
    /** UAR of women's clips minus that of men's; null where one gender alone was tested. */
    gap: { uar: number; interval: Interval | null } | null;
  };

/**
 * All figures of some predictions: for each gender that occurs, and for both together where both do.
 * @throws {SerError} `table` if the predictions don't hold together
 * @example
 * const rows = [['angry', 'angry', 0.9], ['angry', 'calm', 0.4], ['calm', 'calm', 0.2], ['calm', 'calm', 0.3]].map(
 *   ([label, predicted, p], i) => ({ id: `clip ${i}`, speaker: `speaker ${i % 2}`, gender: 'female', label, predicted, probabilities: [p, 1 - p] }),
 * );
 * const { female } = evaluate({ protocol: 'loso', labels: ['angry', 'calm'], rows });
 * female.uar // → 0.75
 */
export function evaluate(predictions: Predictions, options: BootstrapOptions = {}): Evaluation {
  checkPredictions(predictions);
  const { protocol, labels } = predictions;
  const bootstrap = { ...BOOTSTRAP_DEFAULTS, ...options };
  const scores = partsOf(predictions).map(([part, rows]) => [part, scorePart({ labels, rows }, bootstrap)] as const);
  const both = scores.length > 1 ? genderGap([predictions], bootstrap) : undefined;
  const gap = both ? { uar: both.gap, interval: both.interval } : null;
  return { protocol, ...Object.fromEntries(scores), labels, interval: { ...bootstrap, over: 'speakers' }, gap };
}

/** The parts that the predictions have clips for, in the order of `PARTS`. */
export function partsOf({ rows }: Predictions): [part: Part, rows: Prediction[]][] {
  const genders = GENDERS.map(
    (gender) => [gender, rows.filter((row) => row.gender === gender)] as [Part, Prediction[]],
  );
  const present = genders.filter(([, clips]) => clips.length > 0);
  return present.length > 1 ? [...present, [COMBINED, rows]] : present;
}

function scorePart(predictions: Pick<Predictions, 'labels' | 'rows'>, options: BootstrapOptions): PartScores {
  const { labels, rows } = predictions;
  const { truth, predicted } = labelPairs(rows);
  const confusion = confusionMatrix(truth, predicted, labels);
  const { ece, brier, nll } = calibration(predictions);
  return {
    n: rows.length,
    correct: rows.filter((row) => row.label === row.predicted).length,
    speakers: new Set(rows.map((row) => row.speaker)).size,
    accuracy: accuracy(confusion),
    accuracyInterval: bootstrapBySpeaker(predictions, accuracy, options),
    uar: uar(confusion),
    uarInterval: bootstrapBySpeaker(predictions, uar, options),
    macroF1: classScores(truth, predicted, labels).macro.f1,
    logLoss: nll,
    brier,
    ece,
    confusion,
    report: classificationReport(truth, predicted, labels),
  };
}
