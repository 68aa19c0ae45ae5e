/**
 * A sliding median of 31 in WebAssembly SIMD, four sequences side by side, assembled here so that it needs no build step.
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
const PAGE = 65_536;

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
  shared ??= instantiate();
  return shared;
}

function instantiate(): MedianKernel {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble()));
  const { buffer } = exports.memory as WebAssembly.Memory;
  const run = exports.run as (tiles: number) => void;
  return {
    input: new Float32Array(buffer, 0, OUTPUT_AT / 4),
    output: new Float32Array(buffer, OUTPUT_AT, MEDIAN_CAPACITY * LANES),
    run: (count) => {
      if (count > 0) run(Math.ceil(count / TILE));
    },
  };
}

// WebAssembly opcodes, named as in its specification.
const F32X4_PMIN = 0xea;
const F32X4_PMAX = 0xeb;
const V128_LOAD = 0x00;
const V128_STORE = 0x0b;
const I32 = 0x7f;
const V128 = 0x7b;
const EMPTY = 0x40;

/** The local variables of the loop: the tiles still to do, the byte where this tile begins, and then the vectors. */
const TILES_LEFT = 0;
const POINTER = 1;
const FIRST_VECTOR = 2;

/** The body of one tile as a list of bytes; every value gets a local of its own. */
function tileBody(): { code: number[]; vectors: number } {
  const code: number[] = [];
  let vectors = 0;

  const store = (): number => {
    const local = FIRST_VECTOR + vectors++;
    code.push(0x21, ...leb(local));
    return local;
  };
  const binary = (opcode: number, a: number, b: number): number => {
    code.push(0x20, ...leb(a), 0x20, ...leb(b), 0xfd, ...leb(opcode));
    return store();
  };
  const min = (a: number, b: number): number => binary(F32X4_PMIN, a, b);
  const max = (a: number, b: number): number => binary(F32X4_PMAX, a, b);

  const loaded = new Map<string, number[]>();
  /** The `count` samples from `start` on, sorted; groups within groups are sorted only once. */
  const sorted = (start: number, count: number): number[] => {
    const key = `${start}/${count}`;
    let result = loaded.get(key);
    if (result) return result;
    if (count === 1) {
      code.push(0x20, ...leb(POINTER), 0xfd, ...leb(V128_LOAD), 4, ...leb(start * ROW));
      result = [store()];
    } else {
      result = merge(sorted(start, count / 2), sorted(start + count / 2, count / 2));
    }
    loaded.set(key, result);
    return result;
  };
  /** Sorts a sequence that rises and then falls (or is a rotation of one). */
  const sortBitonic = (x: number[]): number[] => {
    if (x.length === 1) return x;
    const half = x.length / 2;
    const low = x.slice(0, half).map((value, i) => min(value, x[half + i]));
    const high = x.slice(0, half).map((value, i) => max(value, x[half + i]));
    return [...sortBitonic(low), ...sortBitonic(high)];
  };
  const merge = (a: number[], b: number[]): number[] => {
    const low = a.map((value, i) => min(value, b[b.length - 1 - i]));
    const high = a.map((value, i) => max(value, b[b.length - 1 - i]));
    return [...sortBitonic(low), ...sortBitonic(high)];
  };
  /** The middle n ranks of 2n sorted candidates and n sorted samples more: without the n lowest and the n highest. */
  const middle = (candidates: number[], more: number[]): number[] => {
    const n = more.length;
    const belowTop = more.map((_, i) => min(candidates[n + i], more[n - 1 - i]));
    return sortBitonic(belowTop.map((value, i) => max(candidates[i], value)));
  };
  /** Writes the medians of the windows `from` … `to` − 1, given the ranks of their common samples that can be medians. */
  const descend = (candidates: number[], from: number, to: number): void => {
    if (to - from === 1) {
      code.push(0x20, ...leb(POINTER), 0x20, ...leb(candidates[0]));
      code.push(0xfd, ...leb(V128_STORE), 4, ...leb(OUTPUT_AT + from * ROW));
      return;
    }
    const half = (to - from) / 2;
    descend(middle(candidates, sorted(from + half - 1, half)), from, from + half);
    descend(middle(candidates, sorted(from + MEDIAN_WINDOW, half)), from + half, to);
  };
  descend(sorted(TILE - 1, TILE), 0, TILE);
  return { code, vectors };
}

/** The module: one memory, and `run(tiles)` that loops over tiles of sixteen windows. */
function assemble(): Uint8Array<ArrayBuffer> {
  const { code, vectors } = tileBody();
  const advance = (local: number, by: number): number[] => [0x20, local, 0x41, ...leb(by), 0x6a, 0x22, local];
  const body = [
    ...[2, 1, I32, ...leb(vectors), V128],
    ...[0x03, EMPTY, ...code],
    ...[...advance(POINTER, TILE * ROW), 0x1a],
    ...[...advance(TILES_LEFT, -1), 0x0d, 0],
    ...[0x0b, 0x0b],
  ];
  const pages = Math.ceil((OUTPUT_AT + MEDIAN_CAPACITY * ROW) / PAGE);
  const name = (text: string): number[] => [text.length, ...Array.from(text, (letter) => letter.charCodeAt(0))];
  const section = (id: number, content: number[]): number[] => [id, ...leb(content.length), ...content];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, I32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...leb(pages)]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('run'), 0, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
}

/** An integer in LEB128; signed, which the unsigned readers of non-negative numbers take as well. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    const done = (value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}
