import type { FeatureLevel, FeatureValues } from './types.ts';

/** One of several inputs of a model: a vector, or frames, of so many values each. */
export interface Input {
  level: FeatureLevel;
  features: number;
}

export const inputOf = ({ level, names }: { level: FeatureLevel; names: readonly string[] }): Input => ({
  level,
  features: names.length,
});

/**
 * The values of several inputs as one row. If the last one is frames, they are preceded by the vectors, each cut into lines as wide as a frame, so that
 * the row is frames too; else the vectors follow each other.
 * @param values  of each input
 * @returns undoes `unpackInputs`
 */
export function packInputs(values: readonly FeatureValues[], inputs: readonly Input[]): Float32Array {
  const width = frameWidth(inputs);
  const row = new Float32Array(values.reduce((sum, one) => sum + lines(one.length, width), 0));
  let at = 0;
  for (const one of values) {
    row.set(one, at);
    at += lines(one.length, width);
  }
  return row;
}

/**
 * The rows of each input from rows that `packInputs` made.
 * @param x  all rows, one after the other
 * @param frames  lines of each row, if the last input is frames
 * @returns for each input rows × features, or the frames of all rows with the number of each
 * @example
 * const inputs = [{ level: 'functionals', features: 3 }, { level: 'frames', features: 2 }];
 * const row = packInputs([Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6, 7)], inputs);
 * Array.from(row) // → [1, 2, 3, 0, 4, 5, 6, 7]
 * unpackInputs(row, Uint32Array.of(4), inputs).map(({ x }) => Array.from(x)) // → [[1, 2, 3], [4, 5, 6, 7]]
 */
export function unpackInputs(
  x: Float32Array,
  frames: Uint32Array | undefined,
  inputs: readonly Input[],
): { x: Float32Array; frames?: Uint32Array }[] {
  const width = frameWidth(inputs);
  const vectors = inputs.filter(({ level }) => level === 'functionals');
  const head = vectors.reduce((sum, { features }) => sum + lines(features, width), 0);
  const rows = frames ? frames.length : x.length / head;
  const starts = Array.from({ length: rows }, (_, row) => row * head);
  frames?.forEach((_, row) => (starts[row] = row === 0 ? 0 : starts[row - 1] + frames[row - 1] * width));
  let before = 0;
  return inputs.map(({ level, features }) => {
    const from = before;
    before += lines(features, width);
    if (level === 'functionals') {
      const own = new Float32Array(rows * features);
      starts.forEach((start, row) => own.set(x.subarray(start + from, start + from + features), row * features));
      return { x: own };
    }
    const own = frames!.map((count) => count - head / width);
    const values = new Float32Array(own.reduce((sum, count) => sum + count * width, 0));
    let at = 0;
    starts.forEach((start, row) => {
      values.set(x.subarray(start + head, start + head + own[row] * width), at);
      at += own[row] * width;
    });
    return { x: values, frames: own };
  });
}

/** Values of a line of the row: 1 without frames. */
function frameWidth(inputs: readonly Input[]): number {
  const last = inputs.at(-1);
  return last?.level === 'frames' ? last.features : 1;
}

/** A number of values, up to whole lines. */
const lines = (length: number, width: number): number => Math.ceil(length / width) * width;
