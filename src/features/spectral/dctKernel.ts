import { f64x2, i32, instantiate, v128 } from '../wasm/wasm.ts';

/** The first coefficients of a DCT-II in WebAssembly SIMD: even and odd ones side by side. */
export interface DctKernel {
  /** For each value of the left half its sum with the mirrored value, then its difference from it. */
  parts: Float64Array;
  /** Output of `run`. */
  coefficients: Float64Array;
  run(): void;
}

const VECTOR = 16;
/** Pairs of coefficients that are summed at once: as many as the registers hold. */
const ABREAST = 10;

/** @param basis  value of vector k at i, for the left half */
export function createDctKernel(half: number, count: number, basis: (k: number, i: number) => number): DctKernel {
  const pairs = Math.ceil(count / 2);
  const basisAt = half * VECTOR;
  const line = half * VECTOR;
  const coefficientsAt = basisAt + pairs * line;
  const { memory, functions } = instantiate(coefficientsAt + pairs * VECTOR, {
    run(body) {
      for (let first = 0; first < pairs; first += ABREAST) {
        const sums = Array.from({ length: Math.min(ABREAST, pairs - first) }, () => body.variable());
        body.loop(half, [0, basisAt + first * line], [VECTOR, VECTOR], (part, vector) => {
          const value = body.keep(v128.load(part));
          sums.forEach(({ get, set }, i) => set(f64x2.add(get, f64x2.mul(value, v128.load(vector, i * line)))));
        });
        sums.forEach(({ get }, i) => {
          body.emit(v128.store(i32.constant(coefficientsAt + (first + i) * VECTOR), get));
        });
      }
    },
  });
  const vectors = new Float64Array(memory, basisAt, 2 * pairs * half);
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < half; i++) vectors[((k >> 1) * half + i) * 2 + (k & 1)] = basis(k, i);
  }
  return {
    parts: new Float64Array(memory, 0, 2 * half),
    coefficients: new Float64Array(memory, coefficientsAt, count),
    run: functions.run,
  };
}
