import { f32x4, f64x2, instantiate, i32, v128 } from '../wasm/wasm.ts';
import { memoize } from '../../memoize.ts';

/** Absolute values of complex numbers in WebAssembly SIMD, four at a time, in blocks of `MAGNITUDE_BLOCK`. */
export interface MagnitudeKernel {
  re: Float32Array;
  im: Float32Array;
  /** Output of `run`, for the whole block. */
  magnitude: Float32Array;
  run(): void;
}

/** Numbers per block: three blocks fit into a processor's first-level cache. */
export const MAGNITUDE_BLOCK = 2048;

const BYTES = 4 * MAGNITUDE_BLOCK;
const VECTOR = 16;

/** The kernel; all callers share one. */
export const magnitudeKernel = memoize(createKernel);

function createKernel(): MagnitudeKernel {
  const onesAt = 3 * BYTES;
  const { memory, functions } = instantiate(onesAt + VECTOR, {
    run(body) {
      const one = body.keep(v128.load(i32.constant(onesAt)));
      body.loop(MAGNITUDE_BLOCK / 4, [0], [VECTOR], (at) => {
        const re = body.keep(f32x4.abs(v128.load(at)));
        const im = body.keep(f32x4.abs(v128.load(at, BYTES)));
        const larger = body.keep(f32x4.max(re, im));
        const ratio = body.keep(f32x4.div(f32x4.min(re, im), larger));
        // One rounding for ratio² + 1, as in a fused multiply-add: the square is exact in float64.
        const sums = [f64x2.promoteLow(ratio), f64x2.promoteLow(f64x2.high(ratio, ratio))].map((half) => {
          const wide = body.keep(half);
          return body.keep(f64x2.demote(f64x2.add(f64x2.mul(wide, wide), one)));
        });
        const value = f32x4.mul(larger, f32x4.sqrt(f64x2.low(sums[0], sums[1])));
        // 0/0 is NaN: where the larger part is 0, so is the result.
        body.emit(v128.store(at, v128.and(value, f32x4.greater(larger, f32x4.sub(larger, larger))), 2 * BYTES));
      });
    },
  });
  new Float64Array(memory, onesAt, 2).fill(1);
  const block = (at: number): Float32Array => new Float32Array(memory, at, MAGNITUDE_BLOCK);
  return { re: block(0), im: block(BYTES), magnitude: block(2 * BYTES), run: functions.run };
}
