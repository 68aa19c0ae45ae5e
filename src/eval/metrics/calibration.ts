import { SerError } from '../../error.ts';
import { brierScore } from './brier.ts';
import { logLoss } from './logLoss.ts';
import type { ProbabilityMetric } from './metric.ts';
import { confidenceOf, expectScored, type Predictions } from '../systems/predictions.ts';

/** The clips whose confidence is in (low, high]. */
export interface CalibrationBin {
  low: number;
  high: number;
  /** Number of clips, or the sum of their weights. */
  count: number;
  /** Mean confidence; NaN without clips, for which it is undefined. */
  confidence: number;
  /** Share of correct clips; NaN without clips. */
  accuracy: number;
}

export interface CalibrationOptions {
  /** Number of equally wide bins of confidence. */
  bins?: number;
}

export const CALIBRATION_DEFAULTS = { bins: 15 } as const;

/** Calibration of probabilities. All but `n` and `bins` are NaN without clips, for which they are undefined. */
export interface CalibrationScores {
  n: number;
  /** Expected calibration error over `bins`: 0 … 1. */
  ece: number;
  /** Multi-class Brier score: 0 … 2. */
  brier: number;
  /** Negative log-likelihood of the true labels, in nats: `logLoss`. */
  nll: number;
  bins: CalibrationBin[];
}

/**
 * ECE, Brier score and NLL, and the bins of a reliability chart.
 * @throws {SerError} `usage` unless `bins` is an integer above 0
 * @example
 * const rows = [['angry', 'angry', 0.9], ['angry', 'calm', 0.4], ['calm', 'calm', 0.2], ['calm', 'calm', 0.3]].map(
 *   ([label, predicted, p], i) => ({ id: `clip ${i}`, speaker: `speaker ${i % 2}`, gender: 'female', label, predicted, probabilities: [p, 1 - p] }),
 * );
 * const { n, ece, brier } = calibration({ labels: ['angry', 'calm'], rows });
 * [n, ece, brier] // → [4, 0.3, 0.25]
 */
export function calibration(
  predictions: Pick<Predictions, 'labels' | 'rows'>,
  options: CalibrationOptions = {},
): CalibrationScores {
  expectScored(predictions, 'calibration: predictions');
  const { labels, rows } = predictions;
  const truth = rows.map((row) => row.label);
  const probabilities = rows.map((row) => row.probabilities);
  const verdicts = rows.map((row) => ({ confidence: confidenceOf(row), right: row.predicted === row.label }));
  const bins = calibrationBins(verdicts, options);
  return {
    n: rows.length,
    ece: expectedCalibrationError(bins),
    brier: brierScore(truth, probabilities, labels),
    nll: logLoss(truth, probabilities, labels),
    bins,
  };
}

/** A system's confidence for a clip, and whether its prediction is right. */
export interface Verdict {
  confidence: number;
  right: boolean;
  /** Weight; default 1. */
  weight?: number;
}

/** Confidence against accuracy, in equally wide bins that include their upper limit, as in Guo et al. (2017). */
export function calibrationBins(
  verdicts: readonly Verdict[],
  { bins = CALIBRATION_DEFAULTS.bins }: CalibrationOptions = {},
): CalibrationBin[] {
  if (!(Number.isInteger(bins) && bins > 0)) throw new SerError('usage', `give 1 or more bins; there are ${bins}`);
  const upper = Array.from({ length: bins }, (_, i) => (i + 1) / bins);
  const sums = upper.map(() => ({ count: 0, confidence: 0, right: 0 }));
  for (const { confidence, right, weight = 1 } of verdicts) {
    const bin = sums.at(upper.findIndex((limit) => confidence <= limit))!; // a sum of 1.0001 is in the last one: at(−1)
    bin.count += weight;
    bin.confidence += weight * confidence;
    bin.right += weight * Number(right);
  }
  return sums.map(({ count, confidence, right }, i) => ({
    low: i / bins,
    high: upper[i],
    count,
    confidence: confidence / count,
    accuracy: right / count,
  }));
}

/**
 * Expected calibration error: the mean over the bins of |accuracy − mean confidence|, weighted by their clips (Naeini et al., 2015;
 * Guo et al., 2017). It depends on the number of bins and the number of clips: state both.
 * @returns 0 if accuracy and confidence agree in every bin, 1 if all clips are wrong with certainty; NaN without clips
 */
export function expectedCalibrationError(bins: readonly CalibrationBin[]): number {
  const filled = bins.filter(({ count }) => count > 0);
  const gaps = filled.map(({ count, accuracy, confidence }) => count * Math.abs(accuracy - confidence));
  return gaps.reduce((sum, gap) => sum + gap, 0) / filled.reduce((sum, { count }) => sum + count, 0);
}

export const ECE: ProbabilityMetric = {
  name: 'ece',
  title: 'ECE',
  formula: `expected calibration error over ${CALIBRATION_DEFAULTS.bins} bins of equal width`,
  higherIsBetter: false,
  undefinedWhen: 'there is no clip, or labels without probabilities',
  ofProbabilities: (predictions) => calibration(predictions).ece,
};
