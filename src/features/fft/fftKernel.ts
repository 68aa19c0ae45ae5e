import { planFft } from './fftPlan.ts';
import { f64x2, i32, instantiate, v128 } from '../wasm/wasm.ts';

const VECTOR = 16;

/** The memory of a transform. */
export interface FftKernel {
  /** `size` samples: the input of `forward`, the output of `inverse`. */
  samples: Float64Array;
  /** The size/2 + 1 bins: the output of `forward`, the input of `inverse`. The first and last imaginary parts must be 0. */
  re: Float32Array;
  im: Float32Array;
  forward(): void;
  inverse(): void;
}

/** @param size  a power of two, 16 or more */
export function createFftKernel(size: number): FftKernel {
  const half = size / 2;
  const partBytes = Math.ceil((half + 1) / 4) * VECTOR;
  const reAt = size * Float64Array.BYTES_PER_ELEMENT;
  const imAt = reAt + partBytes;
  const bins = { re: i32.constant(reAt), im: i32.constant(imAt) };
  const plan = planFft(size, imAt + partBytes);
  const { memory, functions } = instantiate(plan.end, {
    forward(body) {
      const { even, odd } = plan.before;
      body.loop(half / 2, [0, 0], [2 * VECTOR, VECTOR], (from, to) => {
        const a = body.keep(v128.load(from));
        const b = body.keep(v128.load(from, VECTOR));
        body.emit(v128.store(to, f64x2.low(a, b), even), v128.store(to, f64x2.high(a, b), odd));
      });
      plan.forward(body, bins);
    },
    inverse(body) {
      const { even, odd } = plan.after;
      plan.inverse(body, bins);
      body.loop(half / 2, [0, 0], [VECTOR, 2 * VECTOR], (from, to) => {
        const a = body.keep(v128.load(from, even));
        const b = body.keep(v128.load(from, odd));
        body.emit(v128.store(to, f64x2.low(a, b)), v128.store(to, f64x2.high(a, b), VECTOR));
      });
    },
  });
  plan.fill(memory);
  return {
    samples: new Float64Array(memory, 0, size),
    re: new Float32Array(memory, reAt, half + 1),
    im: new Float32Array(memory, imAt, half + 1),
    forward: functions.forward,
    inverse: functions.inverse,
  };
}
