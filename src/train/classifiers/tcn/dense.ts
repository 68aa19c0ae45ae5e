import { f32x4, instantiate, v128 } from '../../../features/wasm/wasm.ts';

const LANES = 4;
const VECTOR = 16;
/** Vectors of sums computed at once: as many as the processor's registers hold, with their operands. */
const ABREAST = 8;

/** A product of a row and a matrix, in WebAssembly. */
export interface Dense {
  /** Its input, overwritten by the caller. */
  input: Float32Array;
  /** Its result, valid until the next run. */
  output: Float32Array;
  run(): void;
}

/**
 * Prepares row · kernel for one kernel and any number of rows.
 * @param kernel  inputs × outputs, row-major
 */
export function createDense(kernel: Float32Array, outputs: number): Dense {
  const inputs = kernel.length / outputs;
  const vectors = Math.ceil(outputs / LANES);
  const line = vectors * VECTOR;
  const outputAt = Math.ceil(inputs / LANES) * VECTOR;
  const kernelAt = outputAt + line;
  const { memory, functions } = instantiate(kernelAt + inputs * line, {
    run(body) {
      for (let first = 0; first < vectors; first += ABREAST) {
        const sums = Array.from({ length: Math.min(ABREAST, vectors - first) }, () => body.variable());
        body.loop(inputs, [0, kernelAt + first * VECTOR], [4, line], (sample, weights) => {
          const value = body.keep(v128.loadSplat(sample));
          sums.forEach(({ get, set }, i) => set(f32x4.add(get, f32x4.mul(value, v128.load(weights, i * VECTOR)))));
        });
        body.loop(1, [outputAt + first * VECTOR], [0], (output) => {
          sums.forEach(({ get }, i) => body.emit(v128.store(output, get, i * VECTOR)));
        });
      }
    },
  });
  const own = new Float32Array(memory, kernelAt, (inputs * line) / 4);
  for (let i = 0; i < inputs; i++) own.set(kernel.subarray(i * outputs, (i + 1) * outputs), (i * line) / 4);
  return {
    input: new Float32Array(memory, 0, inputs),
    output: new Float32Array(memory, outputAt, outputs),
    run: functions.run,
  };
}
