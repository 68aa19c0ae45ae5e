import { i32, instantiate, v128 } from '../../../features/wasm/wasm.ts';
import { rowProduct } from '../../network/rowProduct.ts';

const LANES = 4;
const VECTOR = 16;

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
      rowProduct(body, 0, { inputs, outputs: vectors * LANES, kernelAt }, (sums, offset) => {
        body.emit(v128.store(i32.constant(outputAt), sums, offset));
      });
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

/** Row by row, the values of all parts side by side, times the kernel. @param parts  rows × width each, with the width */
export function product(
  { input, output, run }: Dense,
  parts: readonly (readonly [Float32Array, number])[],
  rows: number,
): Float32Array {
  const result = new Float32Array(rows * output.length);
  for (let row = 0; row < rows; row++) {
    let at = 0;
    for (const [values, width] of parts) {
      input.set(values.subarray(row * width, (row + 1) * width), at);
      at += width;
    }
    run();
    result.set(output, row * output.length);
  }
  return result;
}
