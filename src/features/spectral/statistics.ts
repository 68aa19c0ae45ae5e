import type { Frames } from '../types.ts';

/** Mean of every bin over the frames, accumulated in float64. */
export function binMeans({ data, frames, bins }: Frames): Float64Array {
  const means = new Float64Array(bins);
  for (let t = 0, i = 0; t < frames; t++) for (let k = 0; k < bins; k++, i++) means[k] += data[i];
  for (let k = 0; k < bins; k++) means[k] /= frames;
  return means;
}

/** Population standard deviation (divided by n, as `numpy.std`) of every bin over the frames. */
export function binDeviations({ data, frames, bins }: Frames, means: Float64Array): Float64Array {
  const squares = new Float64Array(bins);
  for (let t = 0, i = 0; t < frames; t++) {
    for (let k = 0; k < bins; k++, i++) {
      const d = data[i] - means[k];
      squares[k] += d * d;
    }
  }
  for (let k = 0; k < bins; k++) squares[k] = Math.sqrt(squares[k] / frames);
  return squares;
}

/** Median of every bin over the frames. */
export function binMedians({ data, frames, bins }: Frames): Float64Array {
  const medians = new Float64Array(bins);
  const column = new Float32Array(frames);
  for (let k = 0; k < bins; k++) {
    for (let t = 0, i = k; t < frames; t++, i += bins) column[t] = data[i];
    medians[k] = medianInPlace(column);
  }
  return medians;
}

const QUANTILES = [0.1, 0.5, 0.9];

/** Names of the values of `bandStatistics`. */
export const BAND_STATISTICS: readonly string[] = ['mean', 'std', ...QUANTILES.map((q) => `p${100 * q}`), 'change'];

/** Over time, of every bin: mean, deviation, three quantiles (the nearest rank), and the mean absolute difference of frames that follow each other. */
export function bandStatistics(frames: Frames): Float64Array[] {
  const { data, frames: count, bins } = frames;
  const means = binMeans(frames);
  const quantiles = QUANTILES.map(() => new Float64Array(bins));
  const changes = new Float64Array(bins);
  for (let bin = 0; bin < bins; bin++) {
    const column = Float32Array.from({ length: count }, (_, frame) => data[frame * bins + bin]);
    for (let frame = 1; frame < count; frame++)
      changes[bin] += Math.abs(column[frame] - column[frame - 1]) / (count - 1);
    column.sort();
    QUANTILES.forEach((q, i) => (quantiles[i][bin] = column[Math.round(q * (count - 1))]));
  }
  return [means, binDeviations(frames, means), ...quantiles, changes];
}

/**
 * Median, or the mean of the two middle values if their number is even; reorders `values`.
 * @param values  at least one, none NaN
 * @param length  number of values that count
 */
export function medianInPlace(values: Float32Array, length = values.length): number {
  const middle = length >> 1;
  const upper = selectInPlace(values, middle, length);
  if (length % 2 === 1) return upper;
  // After selection no value before the middle is larger than the middle one.
  let lower = values[0];
  for (let i = 1; i < middle; i++) if (values[i] > lower) lower = values[i];
  return (lower + upper) / 2;
}

/** The value of rank `rank` (from 0), by Hoare's quickselect; afterwards no value before it is larger, none after it smaller. */
function selectInPlace(values: Float32Array, rank: number, length: number): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i <= j) {
        const swap = values[i];
        values[i] = values[j];
        values[j] = swap;
        i++;
        j--;
      }
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return values[rank];
}
