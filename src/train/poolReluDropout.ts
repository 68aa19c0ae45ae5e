import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { f32x4, i32, instantiate, v128 } from '../features/wasm.ts';
import type { Masks } from './dropout.ts';
import type { Engine } from './engine.ts';

/**
 * What lies between two convolutions in training: max pooling of 2, bias, ReLU and dropout, in one pass over memory there
 * and one back. By the engine's operations, a dozen of them, it took half of an epoch. Pooled before bias and ReLU: the
 * maximum is the same, and there is half as much to do. A last frame without a neighbour is left out; of two equal values
 * the first takes the gradient, as in TensorFlow.
 * @param x  batch × 1 × frames × channels, channels a multiple of 4
 * @param bias  channels
 * @param rate  share of the values that dropout sets to 0
 * @returns batch × 1 × ⌊frames / 2⌋ × channels
 */
export function poolReluDropout({ tf }: Engine, x: Tensor4D, bias: Tensor, masks: Masks, rate: number): Tensor4D {
  const [batch, , frames, channels] = x.shape;
  const kernel = kernelFor(batch, frames, channels);
  const forward = tf.customGrad((...inputs) => {
    const [values, biases] = inputs as Tensor[];
    const { input, output } = kernel;
    input.set(values.dataSync() as Float32Array);
    kernel.bias.set(biases.dataSync() as Float32Array);
    masks(batch * kernel.pairs * channels, rate, kernel.mask);
    const run = kernel.forward(batch);
    const shape: [number, number, number, number] = [batch, 1, kernel.pairs, channels];
    return {
      // Slices: an engine may keep the array that it is given.
      value: tf.tensor4d(output.subarray(0, batch * kernel.pairs * channels), shape),
      gradFunc: (dy: Tensor) => {
        output.set(dy.dataSync() as Float32Array);
        kernel.backward(batch, run);
        return [
          tf.tensor4d(kernel.inputGradient.subarray(0, values.size), x.shape),
          tf.tensor1d(kernel.biasGradient.slice()),
        ];
      },
    };
  });
  return forward(x, bias) as Tensor4D;
}

interface Kernel {
  /** Frames that it gives. */
  pairs: number;
  /** Room for `capacity` rows of the batch. */
  capacity: number;
  input: Float32Array;
  bias: Float32Array;
  mask: Float32Array;
  /** What comes out; on the way back its gradient goes in here. */
  output: Float32Array;
  inputGradient: Float32Array;
  biasGradient: Float32Array;
  /** @returns the number of this run */
  forward(batch: number): number;
  /** Backwards through the last run, which must have been `run`. */
  backward(batch: number, run: number): void;
}

const kernels = new Map<string, Kernel>();

function kernelFor(batch: number, frames: number, channels: number): Kernel {
  const key = `${frames} × ${channels}`;
  let kernel = kernels.get(key);
  if (!kernel || kernel.capacity < batch) kernels.set(key, (kernel = createKernel(batch, frames, channels)));
  return kernel;
}

const VECTOR = 16;

function createKernel(capacity: number, frames: number, channels: number): Kernel {
  const pairs = Math.floor(frames / 2);
  const vectors = channels / 4;
  const line = channels * 4; // bytes of a frame
  const [row, pooledRow] = [frames * line, pairs * line];
  let bytes = 0;
  const reserve = (size: number): number => (bytes += size) - size;
  const [inputAt, inputGradientAt] = [reserve(capacity * row), reserve(capacity * row)];
  const [outputAt, firstAt, secondAt] = Array.from({ length: 3 }, () => reserve(capacity * pooledRow));
  const [biasAt, biasGradientAt] = [reserve(line), reserve(line)];
  const batchAt = reserve(4);
  const maskAt = firstAt; // a gate takes the place of its mask
  const batch = i32.load(i32.constant(batchAt));

  const { memory, functions } = instantiate(bytes, {
    forward(body) {
      body.loop(batch, [inputAt, outputAt, firstAt, secondAt], [row, pooledRow, pooledRow, pooledRow], (...rows) =>
        body.loop(pairs, rows, [2 * line, line, line, line], (...lines) =>
          body.loop(vectors, [...lines, biasAt], new Array<number>(5).fill(VECTOR), (x, y, first, second, bias) => {
            const [a, b] = [body.keep(v128.load(x)), body.keep(v128.load(x, line))];
            const pooled = body.keep(f32x4.add(f32x4.max(a, b), v128.load(bias)));
            const positive = f32x4.greater(pooled, f32x4.sub(pooled, pooled));
            const gate = body.keep(v128.and(v128.load(first), positive));
            const isFirst = body.keep(f32x4.notLess(a, b));
            body.emit(v128.store(y, f32x4.mul(pooled, gate)));
            body.emit(v128.store(first, v128.and(gate, isFirst)));
            body.emit(v128.store(second, v128.andNot(gate, isFirst)));
          }),
        ),
      );
    },
    backward(body) {
      body.loop(batch, [inputGradientAt, outputAt, firstAt, secondAt], [row, pooledRow, pooledRow, pooledRow], (...rows) =>
        body.loop(pairs, rows, [2 * line, line, line, line], (...lines) =>
          body.loop(vectors, [...lines, biasGradientAt], new Array<number>(5).fill(VECTOR), (dx, dy, first, second, sum) => {
            const slope = body.keep(v128.load(dy));
            const a = body.keep(f32x4.mul(slope, v128.load(first)));
            const b = body.keep(f32x4.mul(slope, v128.load(second)));
            body.emit(v128.store(dx, a), v128.store(dx, b, line));
            body.emit(v128.store(sum, f32x4.add(v128.load(sum), f32x4.add(a, b))));
          }),
        ),
      );
    },
  }); // prettier-ignore
  const view = (at: number, length: number) => new Float32Array(memory, at, length);
  const rows = new Int32Array(memory, batchAt, 1);
  const biasGradient = view(biasGradientAt, channels);
  let runs = 0;
  return {
    pairs,
    capacity,
    input: view(inputAt, (capacity * row) / 4),
    bias: view(biasAt, channels),
    mask: view(maskAt, (capacity * pooledRow) / 4),
    output: view(outputAt, (capacity * pooledRow) / 4),
    inputGradient: view(inputGradientAt, (capacity * row) / 4),
    biasGradient,
    forward(count) {
      rows[0] = count;
      functions.forward();
      return ++runs;
    },
    backward(count, run) {
      if (run !== runs) throw new Error('a gradient must be taken before the next forward pass');
      rows[0] = count;
      biasGradient.fill(0);
      functions.backward();
    },
  };
}
