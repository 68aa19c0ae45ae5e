import { type Body, type Code, f32x4, v128 } from '../../features/wasm/wasm.ts';

const LANES = 4;
const VECTOR = 16;
/** Vectors of sums computed at once: as many as the processor's registers hold, with their operands. */
const ABREAST = 8;

/** A matrix in memory. */
export interface Kernel {
  inputs: number;
  /** A multiple of four. */
  outputs: number;
  /** Address of the matrix, inputs × outputs. */
  kernelAt: number;
}

/**
 * Emits the product of a row and a matrix.
 * @param input  address of the row
 * @param store  emits the use of four sums, the first of which belongs at this offset in bytes
 */
export function rowProduct(
  body: Body,
  input: Code | number,
  { inputs, outputs, kernelAt }: Kernel,
  store: (sums: Code, offset: number) => void,
): void {
  const vectors = outputs / LANES;
  const line = vectors * VECTOR;
  for (let first = 0; first < vectors; first += ABREAST) {
    const sums = Array.from({ length: Math.min(ABREAST, vectors - first) }, () => body.variable());
    body.loop(inputs, [input, kernelAt + first * VECTOR], [4, line], (sample, weights) => {
      const value = body.keep(v128.loadSplat(sample));
      sums.forEach(({ get, set }, i) => set(f32x4.add(get, f32x4.mul(value, v128.load(weights, i * VECTOR)))));
    });
    sums.forEach(({ get }, i) => store(get, (first + i) * VECTOR));
  }
}
