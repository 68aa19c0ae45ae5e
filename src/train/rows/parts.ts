import { rowStarts } from '../../data/tables/rowStarts.ts';
import { inMemory, type Values } from '../../data/tables/values.ts';
import { joinSamples } from '../../features/join.ts';

/** Rows that are taken together where they are not in memory: of vectors as many as a network predicts in a call, so that no bit depends on it. */
const ROWS = { vectors: 256, frames: 16 };

/** Some rows, one after the other. */
export interface RowPart {
  /** Of the first one, and the one after the last. */
  from: number;
  to: number;
  x: Float32Array;
  /** Of each of them; absent for vectors. */
  frames?: Uint32Array;
}

/** All rows in parts that fit into memory, in order; those that are in memory together. @param width  values of a vector or frame */
export function* rowParts(x: Values, width: number, frames?: Uint32Array): Generator<RowPart> {
  const starts = frames && rowStarts(frames);
  const rows = frames?.length ?? x.length / width;
  const step = inMemory(x) ? Math.max(1, rows) : frames ? ROWS.frames : ROWS.vectors;
  const placeOf = (row: number): number => width * (starts ? starts[row] : row);
  for (let from = 0; from < rows; from += step) {
    const to = Math.min(rows, from + step);
    yield { from, to, x: x.subarray(placeOf(from), placeOf(to)), ...(frames && { frames: frames.subarray(from, to) }) };
  }
}

/** The results of a function of rows, such as their probabilities, part by part. */
export const inParts = (
  { x, frames }: { x: Values; frames?: Uint32Array },
  width: number,
  compute: (part: RowPart) => Float32Array,
): Float32Array => joinSamples(Array.from(rowParts(x, width, frames), compute));
