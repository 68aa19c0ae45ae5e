import { f32x4, i32, instantiate, v128, type Body, type Code } from './wasm.ts';

/**
 * A sliding median of 31 in WebAssembly SIMD, four sequences side by side.
 *
 * Sixteen neighbouring windows share sixteen samples. Those are sorted once by a network without branches; then the
 * windows are split in halves, and each half adds the samples that all its windows share to the sorted ones. A group
 * of n windows is n − 1 samples short of its windows, so only the n middle ranks can still be a median, and only
 * those are kept. That comes to about thirty minima and maxima a median, and SIMD does four at a time.
 */

/** Samples in a window. */
export const MEDIAN_WINDOW = 31;

/** How many medians a run may give in one go. */
export const MEDIAN_CAPACITY = 4096;

const TILE = (MEDIAN_WINDOW + 1) / 2;
const LANES = 4;
const ROW = LANES * Float32Array.BYTES_PER_ELEMENT;
const OUTPUT_AT = (MEDIAN_CAPACITY + MEDIAN_WINDOW - 1) * ROW;
/** Where `run` finds how many tiles are to do. */
const TILES_AT = OUTPUT_AT + MEDIAN_CAPACITY * ROW;

/** The kernel's memory, seen from outside. Row k holds sample k of the four sequences. */
export interface MedianKernel {
  /** (`MEDIAN_CAPACITY` + 30) × 4 */
  input: Float32Array;
  /** `MEDIAN_CAPACITY` × 4: row k is the median of the rows k … k + 30 of the input. */
  output: Float32Array;
  /** Computes the first `count` rows of the output. The samples must be 0 or more, and not NaN. */
  run(count: number): void;
}

let shared: MedianKernel | undefined;

/** The kernel; all callers share one. */
export function medianKernel(): MedianKernel {
  shared ??= createKernel();
  return shared;
}

function createKernel(): MedianKernel {
  const { memory, functions } = instantiate(TILES_AT + 4, {
    run(body) {
      const tiles = i32.load(i32.constant(TILES_AT));
      body.loop(tiles, [0], [TILE * ROW], (pointer) => writeTile(body, pointer));
    },
  });
  const tiles = new Int32Array(memory, TILES_AT, 1);
  return {
    input: new Float32Array(memory, 0, OUTPUT_AT / 4),
    output: new Float32Array(memory, OUTPUT_AT, MEDIAN_CAPACITY * LANES),
    run(count) {
      if (count === 0) return;
      tiles[0] = Math.ceil(count / TILE);
      functions.run();
    },
  };
}

/** Sixteen medians from the 46 samples at `pointer`. */
function writeTile(body: Body, pointer: Code): void {
  const min = (a: Code, b: Code): Code => body.keep(f32x4.min(a, b));
  const max = (a: Code, b: Code): Code => body.keep(f32x4.max(a, b));

  const groups = new Map<string, Code[]>();
  /** The `count` samples from `start` on, sorted; groups within groups are sorted only once. */
  const sorted = (start: number, count: number): Code[] => {
    const key = `${start}/${count}`;
    let group = groups.get(key);
    if (group) return group;
    if (count === 1) group = [body.keep(v128.load(pointer, start * ROW))];
    else group = merge(sorted(start, count / 2), sorted(start + count / 2, count / 2));
    groups.set(key, group);
    return group;
  };
  /** Sorts a sequence that rises and then falls (or is a rotation of one). */
  const sortBitonic = (x: Code[]): Code[] => {
    if (x.length === 1) return x;
    const half = x.length / 2;
    const low = x.slice(0, half).map((value, i) => min(value, x[half + i]));
    const high = x.slice(0, half).map((value, i) => max(value, x[half + i]));
    return [...sortBitonic(low), ...sortBitonic(high)];
  };
  const merge = (a: Code[], b: Code[]): Code[] => {
    const low = a.map((value, i) => min(value, b[b.length - 1 - i]));
    const high = a.map((value, i) => max(value, b[b.length - 1 - i]));
    return [...sortBitonic(low), ...sortBitonic(high)];
  };
  /** The middle n ranks of 2n sorted candidates and n sorted samples more: without the n lowest and the n highest. */
  const middle = (candidates: Code[], more: Code[]): Code[] => {
    const n = more.length;
    const belowTop = more.map((_, i) => min(candidates[n + i], more[n - 1 - i]));
    return sortBitonic(belowTop.map((value, i) => max(candidates[i], value)));
  };
  /** Writes the medians of the windows `from` … `to` − 1, given the ranks of their common samples that can be medians. */
  const descend = (candidates: Code[], from: number, to: number): void => {
    if (to - from === 1) {
      body.emit(v128.store(pointer, candidates[0], OUTPUT_AT + from * ROW));
      return;
    }
    const half = (to - from) / 2;
    descend(middle(candidates, sorted(from + half - 1, half)), from, from + half);
    descend(middle(candidates, sorted(from + MEDIAN_WINDOW, half)), from + half, to);
  };
  descend(sorted(TILE - 1, TILE), 0, TILE);
}
