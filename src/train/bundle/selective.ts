import * as v from 'valibot';
import { rescale } from '../../data/temperature.ts';
import { confidenceOf, type Predictions } from '../../eval/systems/predictions.ts';
import { confidenceAt, reliabilityCurve, shareRight } from '../../eval/statistics/isotonic.ts';
import { sum } from '../../eval/statistics/mean.ts';
import { riskCoverage } from '../../eval/statistics/selective.ts';
import { SerError } from '../../error.ts';
import { count, finite } from '../../files/json.ts';

/** Largest share of wrong answers that a model is asked to keep to on its validation rows. */
export const STATED_ERROR = 1 / 3;

const share = v.pipe(finite, v.minValue(0), v.maxValue(1));

/** When a model answers and when it says "not sure" (selective prediction: El-Yaniv & Wiener, 2010), chosen on its validation rows. */
export const SELECTIVE = v.object({
  /** Largest share of wrong answers among those given on these rows. */
  statedError: share,
  /** Smallest confidence of a sure answer; null if none keeps to that error, so that no answer is sure. */
  threshold: v.nullable(share),
  /** Share of the rows that are answered, and of wrong answers among them; null if none is answered. */
  coverage: share,
  error: v.nullable(share),
  /** Number of rows, augmented copies among them, and whether they are of speakers that the model had not learnt from (`speaker`). */
  rows: count,
  by: v.picklist(['clip', 'speaker']),
  /** How often an answer is right, by its confidence: points joined by straight lines. */
  reliability: v.pipe(v.array(v.pipe(v.tuple([share, share]), v.readonly())), v.minLength(1), v.readonly()),
  /** Largest distance of the features to the training data (`noveltyOf`) at which an answer is sure: only for vectors. */
  distance: v.optional(v.pipe(finite, v.minValue(0))),
});
export type Selective = v.InferOutput<typeof SELECTIVE>;

/** An answer that is more often wrong than right is never sure, whatever the error of all together. */
const EVEN = 0.5;

/** Share of the validation rows that are within the largest distance. */
const WITHIN = 0.99;

/**
 * Chooses them for a model: the lowest threshold that keeps to the stated error, and from which on answers are right in half of the cases or more.
 * @param unseen  predictions for the validation rows, before division by the temperature
 * @param distances  of the same rows, if the model tells any
 * @throws {SerError} `usage` for an error out of range, or without rows
 * @example
 * const rows = [['angry', 0.9], ['angry', 0.8], ['calm', 0.7], ['calm', 0.6]].map(([label, p]) => (
 *   { id: '', speaker: '', gender: null, label, predicted: 'angry', probabilities: [p, 1 - p] }));
 * const { threshold, coverage } = selectiveOf({ labels: ['angry', 'calm'], rows }, { by: 'speaker', statedError: 0.1 });
 * [threshold, coverage] // → [0.8, 0.5]
 */
export function selectiveOf(
  { rows }: Pick<Predictions, 'labels' | 'rows'>,
  {
    by,
    temperature = 1,
    statedError = STATED_ERROR,
    distances,
  }: { by: Selective['by']; temperature?: number; statedError?: number; distances?: ArrayLike<number> },
): Selective {
  if (!(statedError >= 0 && statedError <= 1)) {
    throw new SerError(
      'usage',
      `the stated error must be a share between 0 and 1, such as 0.33; it is ${statedError}.`,
    );
  }
  const limit = distances && quantile(distances, WITHIN);
  const softened = rows.map((row) => ({ ...row, probabilities: rescale(row.probabilities, temperature) }));
  const near = softened.filter((_, i) => limit === undefined || distances![i] <= limit);
  const verdicts = softened.map((row) => ({ confidence: confidenceOf(row), right: row.label === row.predicted }));
  const reliability = reliabilityCurve(verdicts);
  const even = confidenceAt(reliability, EVEN) ?? Infinity;
  const chosen = riskCoverage({ rows: near }).findLast((one) => one.error <= statedError && one.threshold >= even);
  return {
    statedError,
    threshold: chosen?.threshold ?? null,
    coverage: (chosen?.answered ?? 0) / rows.length,
    error: chosen?.error ?? null,
    rows: rows.length,
    by,
    reliability,
    ...(limit !== undefined && { distance: limit }),
  };
}

/** How sure an answer is, by what was chosen for its model. */
export interface Standing {
  sure: boolean;
  /** Why it is not: its features are unlike those of the training data, or else its probability is too low. */
  reason: 'confidence' | 'distance' | null;
  /**
   * How often an answer of this confidence was right on validation rows of speakers not learnt from; null if there were none such, or the features are
   * unlike theirs too.
   */
  rightOnUnseen: number | null;
}

/** One of the models that an answer is mixed of. */
export interface MixedModel {
  weight: number;
  selective: Pick<Selective, 'threshold' | 'reliability' | 'distance' | 'by'>;
  /** Of the features, by this model's training data. */
  distance?: number;
}

/** No probability reaches it. */
const NEVER = 2;

/**
 * How sure an answer is. For one that is mixed of several models' the weighted mean of their thresholds, shares and relative distances counts.
 * @param confidence  its probability, after division by the temperature
 * @example
 * const selective = { threshold: 0.5, reliability: [[0, 0], [1, 1]], distance: 3, by: 'speaker' };
 * standingOf([{ weight: 1, selective, distance: 9 }], 0.8) // → { sure: false, reason: 'distance', rightOnUnseen: null }
 */
export function standingOf(models: readonly MixedModel[], confidence: number): Standing {
  const mean = (of: (model: MixedModel) => number): number => sum(models.map((one) => one.weight * of(one)));
  const far = mean(({ selective, distance = 0 }) => (selective.distance ? distance / selective.distance : 0)) > 1;
  const low = confidence < mean(({ selective }) => selective.threshold ?? NEVER);
  const isOfSpeakers = models.every(({ selective }) => selective.by === 'speaker');
  return {
    sure: !far && !low,
    reason: far ? 'distance' : low ? 'confidence' : null,
    rightOnUnseen: isOfSpeakers && !far ? mean(({ selective }) => shareRight(selective.reliability, confidence)) : null,
  };
}

/** Squared deviations beyond this count as much: a single feature shall not decide. */
const MOST = 25;

/**
 * The distance of standardised vectors to the training data: for each the mean of the squared values, each at most 25 (a diagonal Mahalanobis distance).
 * About 1 for a vector like those in training.
 * @param x  rows × size, row-major
 * @example
 * noveltyOf(Float32Array.of(1, -1, 3, 100), 2) // → [1, 17]
 */
export function noveltyOf(x: Float32Array, size: number): number[] {
  return Array.from({ length: x.length / size }, (_, row) => {
    let total = 0;
    for (let i = row * size; i < (row + 1) * size; i++) total += Math.min(x[i] ** 2, MOST);
    return total / size;
  });
}

function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Array.from(values).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
