import { f32x4, instantiate, v128 } from '../../../features/wasm/wasm.ts';

/** A matrix, row-major. */
export interface Rows {
  data: Float32Array;
  /** Values per row. */
  size: number;
}

/** One row of the RBF kernel's matrix: exp(−gamma · ‖x − v‖²) between a vector x and every row v. */
export type KernelRow = (x: Float32Array) => Float32Array;

const VECTOR = 16;
/** Bytes of a row per iteration of the inner loop. */
const STEP = 2 * VECTOR;

/**
 * The RBF kernel between any vector and a set of rows. In WebAssembly SIMD: distances are summed in eight float32 lanes, then in
 * float64.
 * @param gamma  above 0: how fast the kernel falls with the squared distance
 */
export function rbfKernel({ data, size }: Rows, gamma: number): KernelRow {
  const rows = data.length / size;
  // Values beyond the last feature stay zero on both sides.
  const line = Math.ceil((size * 4) / STEP) * STEP;
  const sumsAt = (1 + rows) * line;
  const { memory, functions } = instantiate(sumsAt + rows * VECTOR, {
    distances(body) {
      body.loop(rows, [line, sumsAt], [line, VECTOR], (row, sums) => {
        const [even, odd] = [body.variable(), body.variable()];
        body.loop(line / STEP, [0, row], [STEP, STEP], (x, v) => {
          for (const [{ get, set }, at] of [
            [even, 0],
            [odd, VECTOR],
          ] as const) {
            // prettier-ignore
            const difference = body.keep(f32x4.sub(v128.load(x, at), v128.load(v, at)));
            set(f32x4.add(get, f32x4.mul(difference, difference)));
          }
        });
        body.emit(v128.store(sums, f32x4.add(even.get, odd.get)));
      });
    },
  });
  for (let row = 0; row < rows; row++) {
    new Float32Array(memory, (1 + row) * line, size).set(data.subarray(row * size, (row + 1) * size));
  }
  const given = new Float32Array(memory, 0, size);
  const sums = new Float32Array(memory, sumsAt, 4 * rows);
  return (x) => {
    given.set(x);
    functions.distances();
    const similarity = new Float32Array(rows);
    for (let row = 0, at = 0; row < rows; row++, at += 4) {
      similarity[row] = Math.exp(-gamma * (sums[at] + sums[at + 1] + (sums[at + 2] + sums[at + 3])));
    }
    return similarity;
  };
}

/**
 * The kernel matrix of a set of rows, by rows: each is computed at the first request. If the memory limit is reached,
 * the least recently used one is dropped.
 * @param bytes  limit of the rows kept
 * @returns the row at an index, which must not be modified
 */
export function kernelMatrix({ data, size }: Rows, gamma: number, bytes: number): (index: number) => Float32Array {
  const compute = rbfKernel({ data, size }, gamma);
  const rows = data.length / size;
  const most = Math.max(2, Math.floor(bytes / (rows * Float32Array.BYTES_PER_ELEMENT)));
  // In the order of their use: a map iterates in insertion order.
  const kept = new Map<number, Float32Array>();
  return (index) => {
    const known = kept.get(index);
    const row = known ?? compute(data.subarray(index * size, (index + 1) * size));
    if (known) kept.delete(index);
    else if (kept.size >= most) kept.delete(kept.keys().next().value!);
    kept.set(index, row);
    return row;
  };
}

/**
 * One over the number of features times the variance of all values: 1 / features if every feature is standardised.
 * `gamma="scale"` of scikit-learn.
 * @returns 1 if all values are equal
 */
export function scaledGamma({ data, size }: Rows): number {
  let mean = 0;
  for (const value of data) mean += value / data.length;
  let variance = 0;
  for (const value of data) variance += (value - mean) ** 2 / data.length;
  return variance > 0 ? 1 / (size * variance) : 1;
}
