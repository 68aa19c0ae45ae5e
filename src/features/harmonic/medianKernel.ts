import { f32x4, f64x2, i32, instantiate, v128, type Body, type Code } from '../wasm/wasm.ts';
import { memoize } from '../../memoize.ts';

/**
 * A sliding median of 31 in WebAssembly SIMD, four sequences side by side.
 *
 * Sixteen neighbouring windows share sixteen samples. These are sorted once by a network without branches; then the
 * windows are split in halves, and each half merges the samples that all its windows share into the sorted ones. A group
 * of n windows lacks n − 1 samples of each window, so only the n middle ranks can still be a median, and only
 * those are kept. That takes about thirty minima and maxima per median, and SIMD does four at a time.
 */

/** Samples per window. */
export const MEDIAN_WINDOW = 31;
/** Windows that are computed together. */
const TILE = (MEDIAN_WINDOW + 1) / 2;
/** Frames per run over time, and per run over frequency. */
export const TIME_FRAMES = 2 * TILE;
export const FREQUENCY_FRAMES = 4;

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const VECTOR = 4 * FLOAT;

/** The kernel's memory. All samples must be 0 or more, and not NaN. */
export interface MedianKernel {
  /** (`TIME_FRAMES` + 30) × bins: the input of a run over time. */
  frames: Float32Array;
  /** `TIME_FRAMES` × bins: row t holds the medians of the frames t … t + 30. */
  overTime: Float32Array;
  medianOverTime(): void;
  /** `FREQUENCY_FRAMES` × bins: the input of a run over frequency. */
  rows: Float32Array;
  /** The same bin of the four frames side by side, from bin −15 to bins + 14; `interleave` writes bins 0 … bins − 1. */
  interleaved: Float32Array;
  /** `FREQUENCY_FRAMES` × bins: the medians of the 31 bins around each. */
  overFrequency: Float32Array;
  interleave(): void;
  medianOverFrequency(): void;
}

/** The kernel for frames of `bins`; all callers share one. */
export const medianKernel = memoize(createKernel);

function createKernel(bins: number): MedianKernel {
  const row = bins * FLOAT;
  const groups = Math.ceil(bins / 4);
  const reach = (MEDIAN_WINDOW - 1) / 2;
  const tiles = Math.ceil(bins / TILE);
  let bytes = 0;
  // One vector of padding after each array: the last group of bins reaches beyond its row.
  const reserve = (size: number): number => {
    const at = bytes;
    bytes += (Math.ceil(size / VECTOR) + 1) * VECTOR;
    return at;
  };
  const framesAt = reserve((TIME_FRAMES + 2 * reach) * row);
  const overTimeAt = reserve(TIME_FRAMES * row);
  const rowsAt = reserve(FREQUENCY_FRAMES * row);
  const overFrequencyAt = reserve(FREQUENCY_FRAMES * row);
  const interleavedAt = reserve((tiles * TILE + 2 * reach + 1) * VECTOR);
  const mediansAt = reserve(tiles * TILE * VECTOR);
  /** From the last group of four bins to the first, so that the next row's first values overwrite what a row writes beyond its end. */
  const last = (groups - 1) * VECTOR;

  const { memory, functions } = instantiate(bytes, {
    medianOverTime(body) {
      body.loop(TIME_FRAMES / TILE, [0], [TILE * row], (frame) => {
        body.loop(groups, [i32.add(frame, last)], [-VECTOR], (at) => {
          writeTile(
            body,
            (sample) => v128.load(at, framesAt + sample * row),
            (window, median) => body.emit(v128.store(at, median, overTimeAt + window * row)),
          );
        });
      });
    },
    interleave(body) {
      body.loop(groups, [0, interleavedAt + reach * VECTOR], [VECTOR, 4 * VECTOR], (from, to) => {
        const loaded = [0, 1, 2, 3].map((frame) => body.keep(v128.load(from, rowsAt + frame * row)));
        transposed(body, loaded).forEach((vector, k) => body.emit(v128.store(to, vector, k * VECTOR)));
      });
    },
    medianOverFrequency(body) {
      body.loop(tiles, [0], [TILE * VECTOR], (at) => {
        writeTile(
          body,
          (sample) => v128.load(at, interleavedAt + sample * VECTOR),
          (window, median) => body.emit(v128.store(at, median, mediansAt + window * VECTOR)),
        );
      });
      body.loop(groups, [mediansAt + 4 * last, last], [-4 * VECTOR, -VECTOR], (from, to) => {
        const loaded = [0, 1, 2, 3].map((k) => body.keep(v128.load(from, k * VECTOR)));
        transposed(body, loaded).forEach((vector, frame) => {
          body.emit(v128.store(to, vector, overFrequencyAt + frame * row));
        });
      });
    },
  });
  const view = (at: number, length: number): Float32Array => new Float32Array(memory, at, length);
  return {
    ...functions,
    frames: view(framesAt, (TIME_FRAMES + 2 * reach) * bins),
    overTime: view(overTimeAt, TIME_FRAMES * bins),
    rows: view(rowsAt, FREQUENCY_FRAMES * bins),
    interleaved: view(interleavedAt, (bins + 2 * reach) * 4),
    overFrequency: view(overFrequencyAt, FREQUENCY_FRAMES * bins),
  };
}

/** The transpose of four vectors of four. */
function transposed(body: Body, [a, b, c, d]: Code[]): Code[] {
  const [ab, cd] = [body.keep(f32x4.interleaveLow(a, b)), body.keep(f32x4.interleaveLow(c, d))];
  const [abHigh, cdHigh] = [body.keep(f32x4.interleaveHigh(a, b)), body.keep(f32x4.interleaveHigh(c, d))];
  return [f64x2.low(ab, cd), f64x2.high(ab, cd), f64x2.low(abHigh, cdHigh), f64x2.high(abHigh, cdHigh)];
}

/** Sixteen medians, of the windows that begin at samples 0 … 15, from 46 samples. */
function writeTile(body: Body, load: (sample: number) => Code, store: (window: number, median: Code) => void): void {
  const min = (a: Code, b: Code): Code => body.keep(f32x4.min(a, b));
  const max = (a: Code, b: Code): Code => body.keep(f32x4.max(a, b));

  const groups = new Map<string, Code[]>();
  /** The `count` samples from `start`, sorted; nested groups are sorted only once. */
  const sorted = (start: number, count: number): Code[] => {
    const key = `${start}/${count}`;
    let group = groups.get(key);
    if (group) return group;
    if (count === 1) group = [body.keep(load(start))];
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
  /** The middle n ranks of 2n sorted candidates and n further sorted samples: without the n lowest and the n highest. */
  const middle = (candidates: Code[], more: Code[]): Code[] => {
    const n = more.length;
    const belowTop = more.map((_, i) => min(candidates[n + i], more[n - 1 - i]));
    return sortBitonic(belowTop.map((value, i) => max(candidates[i], value)));
  };
  /** Writes the medians of the windows `from` … `to` − 1, given those ranks of their common samples that can be medians. */
  const descend = (candidates: Code[], from: number, to: number): void => {
    if (to - from === 1) {
      store(from, candidates[0]);
      return;
    }
    const half = (to - from) / 2;
    descend(middle(candidates, sorted(from + half - 1, half)), from, from + half);
    descend(middle(candidates, sorted(from + MEDIAN_WINDOW, half)), from + half, to);
  };
  descend(sorted(TILE - 1, TILE), 0, TILE);
}
