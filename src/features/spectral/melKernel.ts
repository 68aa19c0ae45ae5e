import { framePairs, LANE_STEP } from '../wasm/frameLanes.ts';
import { f64x2, i32, instantiate, v128 } from '../wasm/wasm.ts';

/** The power in mel bands of two frames side by side, in WebAssembly SIMD. */
export interface MelKernel {
  /** The `bins` magnitudes of each frame. */
  frames: Float32Array[];
  /** Output of `run`: for each band the first frame's power, then the second frame's. */
  bands: Float32Array;
  run(): void;
}

const VECTOR = 16;

/** @param filters  for each band its first bin and at least one weight */
export function createMelKernel(
  bins: number,
  filters: readonly { first: number; weights: ArrayLike<number> }[],
): MelKernel {
  const steps = Math.ceil(bins / LANE_STEP);
  const line = steps * VECTOR;
  const pairsAt = 2 * line;
  const weightsAt = pairsAt + steps * LANE_STEP * VECTOR;
  const weights = Float64Array.from(filters.flatMap((filter) => Array.from(filter.weights)));
  const bandsAt = weightsAt + weights.byteLength;
  /** For each filter the addresses of its first pair and first weight, and their number. */
  const tableAt = bandsAt + 8 * filters.length;
  const row = 3 * Int32Array.BYTES_PER_ELEMENT;
  const { memory, functions } = instantiate(tableAt + row * filters.length, {
    run(body) {
      body.loop(steps, [0, pairsAt], [VECTOR, LANE_STEP * VECTOR], (from, to) => {
        framePairs(body, v128.load(from), v128.load(from, line)).forEach((pair, i) => {
          body.emit(v128.store(to, pair, i * VECTOR));
        });
      });
      body.loop(filters.length, [tableAt, bandsAt], [row, 8], (filter, band) => {
        const sum = body.variable();
        body.loop(i32.load(filter, 8), [i32.load(filter), i32.load(filter, 4)], [VECTOR, 8], (pair, weight) => {
          const value = body.keep(v128.load(pair));
          sum.set(f64x2.add(sum.get, f64x2.mul(f64x2.mul(f64x2.loadSplat(weight), value), value)));
        });
        body.emit(f64x2.storeFloat32(band, sum.get));
      });
    },
  });
  new Float64Array(memory, weightsAt, weights.length).set(weights);
  const table = new Int32Array(memory, tableAt, 3 * filters.length);
  filters.reduce((at, filter, m) => {
    table.set([pairsAt + filter.first * VECTOR, at, filter.weights.length], 3 * m);
    return at + 8 * filter.weights.length;
  }, weightsAt);
  return {
    frames: [0, 1].map((frame) => new Float32Array(memory, frame * line, bins)),
    bands: new Float32Array(memory, bandsAt, 2 * filters.length),
    run: functions.run,
  };
}
