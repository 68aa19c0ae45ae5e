import { joinSamples } from '../../features/join.ts';
import { rowStarts } from './rowStarts.ts';
import type { FeatureTable } from './table.ts';

/** Numbers in memory (a `Float32Array` is one), or on the disk, from where they are read as often as they are needed. */
export interface Values {
  readonly length: number;
  /** Those from one place up to another, which is not included: not to be changed. */
  subarray(from: number, to: number): Float32Array;
}

/** Whether all values are in memory. */
export const inMemory = (values: Values): values is Float32Array => values instanceof Float32Array;

/**
 * Values that are had row by row, when they are asked for.
 * @param row  the values of a row: a vector, or frames × names
 */
export function valuesOfRows(
  { clips, frames, names }: Pick<FeatureTable, 'clips' | 'frames' | 'names'>,
  row: (index: number) => Float32Array,
): Values {
  const starts = frames && rowStarts(frames);
  const startOf = (index: number): number => names.length * (starts ? starts[index] : index);
  const rowAt = (place: number): number => {
    const vector = Math.floor(place / names.length);
    return starts ? lastAtMost(starts, vector) : vector;
  };
  return {
    length: startOf(clips.length),
    subarray: (from, to) => {
      if (to <= from) return new Float32Array();
      let index = rowAt(from);
      const partOf = (index: number): Float32Array =>
        row(index).subarray(Math.max(0, from - startOf(index)), to - startOf(index));
      if (to <= startOf(index + 1)) return partOf(index);
      const values = new Float32Array(to - from);
      for (let at = 0; at < values.length;) {
        const part = partOf(index++);
        values.set(part, at);
        at += part.length;
      }
      return values;
    },
  };
}

/** Index of the last of ascending numbers that is not larger. */
function lastAtMost(numbers: Float64Array, most: number): number {
  let [low, high] = [0, numbers.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (numbers[middle] <= most) low = middle;
    else high = middle;
  }
  return low;
}

/** All values of several, one after the other. */
export function joinValues(parts: readonly Values[]): Values {
  let length = 0;
  const placed = parts.map((values) => ({ values, start: (length += values.length) - values.length }));
  return {
    length,
    subarray: (from, to) => {
      const own = placed.filter(({ values, start }) => start < to && start + values.length > from);
      const cut = own.map(({ values, start }) =>
        values.subarray(Math.max(0, from - start), Math.min(values.length, to - start)),
      );
      return cut.length === 1 ? cut[0] : joinSamples(cut);
    },
  };
}

/** Values that are looked at together: 4 MB. */
const PART = 2 ** 20;

/** Values a few vectors at a time, in order. @param width  values of a vector */
export function* partsOf(values: Values, width: number): Generator<Float32Array> {
  const step = width * Math.max(1, Math.floor(PART / width));
  for (let at = 0; at < values.length; at += step) yield values.subarray(at, Math.min(values.length, at + step));
}
