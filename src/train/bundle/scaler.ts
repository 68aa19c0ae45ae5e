import { type SpeakerPrior, type SpeakerStatistics, speakerStatistics, standardise } from '../../data/adapt/speaker.ts';
import { partsOf, type Values } from '../../data/tables/values.ts';
import { SerError } from '../../error.ts';
import { joinSamples } from '../../features/join.ts';
import type { Predictor } from '../predictTable.ts';
import type { LoadedClassifier } from '../classifiers/classifier.ts';

/** Standardises each feature: `(x − mean) / scale`. Plain numbers, so that it can be stored as JSON. */
export interface Scaler {
  mean: number[];
  scale: number[];
}

/**
 * Mean and population standard deviation of each column, accumulated in float64 in two passes.
 * Matches `sklearn.preprocessing.StandardScaler` 1.5 within 1e-9; a constant column gets scale 1.
 * @param x  rows × size, row-major: the training rows only
 * @throws {SerError} `usage` without rows, or if the values are not whole rows
 */
export function fitScaler(x: ArrayLike<number> | Values, size: number): Scaler {
  const rows = x.length / size;
  if (!(rows >= 1) || !Number.isInteger(rows)) {
    throw new SerError('usage', `A scaler needs whole rows of ${size} features; it was given ${x.length} values.`);
  }
  const mean = new Array<number>(size).fill(0);
  const parts = (): Iterable<ArrayLike<number>> => ('subarray' in x ? partsOf(x, size) : [x]);
  for (const part of parts()) {
    for (let i = 0; i < part.length; i++) mean[i % size] += part[i] / rows;
  }
  const variance = new Array<number>(size).fill(0);
  for (const part of parts()) {
    for (let i = 0; i < part.length; i++) variance[i % size] += (part[i] - mean[i % size]) ** 2 / rows;
  }
  const scale = variance.map((value, i) => (isConstant(value, mean[i], rows) ? 1 : Math.sqrt(value)));
  return { mean, scale };
}

/** The variance that rounding alone can leave in a constant column; scikit-learn's `_is_constant_feature`. */
function isConstant(variance: number, mean: number, rows: number): boolean {
  return variance <= rows * Number.EPSILON * variance + (rows * mean * Number.EPSILON) ** 2;
}

/** @returns the standardised rows, a copy */
export function applyScaler({ mean, scale }: Scaler, x: ArrayLike<number>): Float32Array {
  const size = mean.length;
  const scaled = new Float32Array(x.length); // Float32Array.from would make a list of all values first
  for (let at = 0; at < scaled.length;) {
    for (let i = 0; i < size; i++, at++) scaled[at] = (x[at] - mean[i]) / scale[i];
  }
  return scaled;
}

/**
 * A classifier's `predictProba` for rows that are not standardised.
 * @param speakerPrior  if it was trained on speaker-adapted features
 */
export function withScaler(
  model: LoadedClassifier,
  { scaler, speakerPrior }: { scaler: Scaler; speakerPrior?: SpeakerPrior },
): Predictor['predictProba'] {
  const scaled = standardiser({ scaler, speakerPrior });
  return (x, frames, speakers) => model.predictProba(scaled(x, frames, speakers), frames);
}

/** Standardises rows as `withScaler` does. */
export const standardiser =
  ({ scaler, speakerPrior }: { scaler: Scaler; speakerPrior?: SpeakerPrior }) =>
  (x: Float32Array, frames?: Uint32Array, speakers?: readonly SpeakerStatistics[]): Float32Array =>
    applyScaler(scaler, speakerPrior ? adaptRows(x, speakerPrior, frames, speakers) : x);

/** Rows standardised by the statistics of their speakers; by default each by its own. */
function adaptRows(
  x: Float32Array,
  prior: SpeakerPrior,
  frames?: Uint32Array,
  speakers?: readonly SpeakerStatistics[],
): Float32Array {
  const size = prior.mean.length;
  const rows: Float32Array[] = [];
  for (let at = 0; at < x.length;) {
    const row = x.subarray(at, (at += size * (frames?.[rows.length] ?? 1)));
    rows.push(standardise(row, speakers?.[rows.length] ?? speakerStatistics([row], size), prior));
  }
  return joinSamples(rows);
}
