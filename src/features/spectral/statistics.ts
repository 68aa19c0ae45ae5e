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
