import { framePairs, LANE_STEP } from '../wasm/frameLanes.ts';
import type { Frames } from '../types.ts';
import { f64x2, i32, instantiate, v128 } from '../wasm/wasm.ts';
import { memoize } from '../../memoize.ts';

/**
 * Every frame times a matrix of a few dense rows, `data · weightsᵀ`, summed in float64 from the first bin to the last.
 * In WebAssembly SIMD: two frames side by side and all rows at once, so that each value is read only once.
 * @param magnitude  frames × bins, float32
 * @param weights  rows × bins
 * @returns  frames × rows
 */
export function project({ data, frames, bins }: Frames, weights: Float64Array, rows: number): Float32Array {
  const kernel = kernelFor(bins, rows);
  const { first, second, sums } = kernel;
  kernel.weights.forEach((row, c) => row.set(weights.subarray(c * bins, (c + 1) * bins)));
  const result = new Float32Array(frames * rows);
  for (let t = 0; t < frames; t += 2) {
    // An odd last frame is paired with itself.
    const pair = Math.min(t + 1, frames - 1);
    first.set(data.subarray(t * bins, (t + 1) * bins));
    second.set(data.subarray(pair * bins, (pair + 1) * bins));
    kernel.run();
    for (let c = 0; c < rows; c++) {
      result[t * rows + c] = sums[2 * c];
      result[pair * rows + c] = sums[2 * c + 1];
    }
  }
  return result;
}

interface ProjectionKernel {
  /** `bins` values of each frame. */
  first: Float32Array;
  second: Float32Array;
  /** One row of `bins` each. */
  weights: Float64Array[];
  /** For every row the first frame's sum, then the second frame's. */
  sums: Float64Array;
  run(): void;
}

const kernelFor = memoize(createKernel);

const VECTOR = 16;

function createKernel(bins: number, rows: number): ProjectionKernel {
  // Values beyond the last bin stay zero.
  const steps = Math.ceil(bins / LANE_STEP);
  const line = steps * LANE_STEP * 8;
  const [secondAt, weightsAt] = [line / 2, line];
  const sumsAt = weightsAt + rows * line;
  const { memory, functions } = instantiate(sumsAt + rows * VECTOR, {
    run(body) {
      const sums = Array.from({ length: rows }, () => body.variable());
      body.loop(steps, [0, weightsAt], [LANE_STEP * 4, LANE_STEP * 8], (at, weight) => {
        const values = framePairs(body, v128.load(at), v128.load(at, secondAt));
        sums.forEach(({ get, set }, c) => {
          set(
            values.reduce(
              (sum, value, i) => f64x2.add(sum, f64x2.mul(value, f64x2.loadSplat(weight, c * line + i * 8))),
              get,
            ),
          );
        });
      });
      sums.forEach(({ get }, c) => body.emit(v128.store(i32.constant(sumsAt + c * VECTOR), get)));
    },
  });
  return {
    first: new Float32Array(memory, 0, bins),
    second: new Float32Array(memory, secondAt, bins),
    weights: Array.from({ length: rows }, (_, c) => new Float64Array(memory, weightsAt + c * line, bins)),
    sums: new Float64Array(memory, sumsAt, 2 * rows),
    run: functions.run,
  };
}
