import { SerError } from '../../error.ts';
import { mean, sum } from './mean.ts';
import { confidenceOf, type Prediction, type Predictions } from '../systems/predictions.ts';

/** The result of a system that says "not sure" below a confidence. */
export interface Selection {
  /** Clips with at least this confidence are answered. */
  threshold: number;
  n: number;
  answered: number;
  notSure: number;
  /** Share of the clips that are answered; NaN without clips. */
  coverage: number;
  /** Number of clips answered wrongly. */
  errors: number;
  /** Share of the answered clips that are wrong (selective risk); NaN if none is answered, for which it is undefined. */
  error: number;
}

type Clips = Pick<Predictions, 'rows'>;

/**
 * Risk–coverage curve (El-Yaniv & Wiener, 2010): one selection for each confidence that occurs, from the most confident clips to all of them. Clips
 * with equal confidence are answered together: no threshold can separate them.
 */
export function riskCoverage({ rows }: Clips): Selection[] {
  const sorted = rows.map((row) => ({ confidence: confidenceOf(row), wrong: isWrong(row) }));
  sorted.sort((a, b) => b.confidence - a.confidence);
  let errors = 0;
  return sorted.flatMap(({ confidence, wrong }, i) => {
    errors += Number(wrong);
    return sorted[i + 1]?.confidence === confidence ? [] : [selection(confidence, sorted.length, i + 1, errors)];
  });
}

/**
 * Area under the risk–coverage curve (AURC; Geifman & El-Yaniv, 2017): the mean of the error at the coverages 1/n, 2/n … 1. For clips with
 * equal confidence it is the mean over all their orders, so that an uninformative confidence gives the error of all clips.
 * @returns 0 if every clip is right, 1 if every clip is wrong; NaN without clips
 */
export function aurc(curve: readonly Selection[]): number {
  let sum = 0;
  let before = { answered: 0, errors: 0 };
  for (const point of curve) {
    const rate = (point.errors - before.errors) / (point.answered - before.answered);
    for (let k = before.answered + 1; k <= point.answered; k++)
      sum += (before.errors + rate * (k - before.answered)) / k;
    before = point;
  }
  return sum / before.answered;
}

/**
 * The lowest threshold at which the error among the answered clips is at most `maxError`: it answers most clips. Use VALIDATION clips, never the
 * test clips to which `applyThreshold` is applied; on those the error may be higher.
 * @param maxError  0 … 1
 * @returns its result on these clips; its threshold is the lowest confidence that is answered, 0 if all are. null if no threshold reaches the error,
 * or there are no clips
 * @throws {SerError} `usage` for an error out of range
 */
export function abstention(validation: Clips, maxError: number): Selection | null {
  if (!(maxError >= 0 && maxError <= 1))
    throw new SerError('usage', `the largest error must be a share between 0 and 1; it is ${maxError}`);
  const chosen = riskCoverage(validation).findLast(({ error }) => error <= maxError);
  if (!chosen) return null;
  return chosen.notSure === 0 ? { ...chosen, threshold: 0 } : chosen;
}

/** The result of a threshold on other clips than those on which it was chosen. */
export function applyThreshold({ rows }: Clips, threshold: number): Selection {
  const answered = rows.filter((row) => confidenceOf(row) >= threshold);
  return selection(threshold, rows.length, answered.length, answered.filter(isWrong).length);
}

/**
 * The result of a system that says "not sure" below a threshold for each fold, chosen on the fold's validation clips for at most this error. A fold
 * in which no threshold reaches it answers nothing.
 * @returns over the test clips of all folds; its threshold is the mean over the folds that have one. null if none has
 */
export function abstentionByFold(
  folds: readonly { rows: Predictions['rows']; validation: Predictions['rows'] }[],
  maxError: number,
): Selection | null {
  const chosen = folds.map(({ rows, validation }) => ({ rows, suited: abstention({ rows: validation }, maxError) }));
  const thresholds = chosen.flatMap(({ suited }) => (suited ? [suited.threshold] : []));
  if (thresholds.length === 0) return null;
  const done = chosen.map(({ rows, suited }) => applyThreshold({ rows }, suited?.threshold ?? Infinity));
  const over = (name: 'n' | 'answered' | 'errors'): number => sum(done.map((one) => one[name]));
  return selection(mean(thresholds), over('n'), over('answered'), over('errors'));
}

function selection(threshold: number, n: number, answered: number, errors: number): Selection {
  const [notSure, coverage, error] = [n - answered, answered / n, errors / answered];
  return { threshold, n, answered, notSure, coverage, errors, error };
}

function isWrong({ label, predicted }: Prediction): boolean {
  return label !== predicted;
}
