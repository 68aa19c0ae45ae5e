import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import type { Masks } from './dropout.ts';
import type { Engine } from './engine.ts';
import { poolKernel } from './poolKernel.ts';

/**
 * The operations between two convolutions in training: max pooling of 2, bias, ReLU and dropout, in one pass over memory in each
 * direction. As a dozen operations of the engine they took half of an epoch. Pooling comes before bias and ReLU: the
 * maximum is the same, with half the work. A last frame without a neighbour is dropped; of two equal values
 * the first receives the gradient, as in TensorFlow.
 * @param x  batch × 1 × frames × channels, channels a multiple of 4
 * @param bias  channels
 * @param rate  share of the values that dropout sets to 0
 * @returns batch × 1 × ⌊frames / 2⌋ × channels
 */
export function poolReluDropout(engine: Engine, x: Tensor4D, bias: Tensor, masks: Masks, rate: number): Tensor4D {
  const { tf } = engine;
  const [batch, , frames, channels] = x.shape;
  const kernel = poolKernel({ batch, frames, channels, taps: 0 });
  const layer = tf.customGrad((...inputs) => {
    const [values, biases] = inputs as Tensor[];
    kernel.input.set(values.dataSync() as Float32Array);
    const { value, backward } = run(engine, kernel, { batch, channels, biases, masks, rate });
    return {
      value,
      gradFunc: (dy: Tensor) => {
        const biasGradient = backward(dy);
        return [tf.tensor4d(kernel.inputGradient.subarray(0, x.size), x.shape), biasGradient];
      },
    };
  });
  return layer(x, bias) as Tensor4D;
}

/**
 * The same with the convolution before it, for the first layer: for so few products the engine's convolution, and the transfer
 * of its result in both directions, take many times as long. There is no gradient for the signal.
 * @param x  batch × samples
 * @param filters  taps × 1 × channels
 * @returns batch × 1 × ⌊(samples − taps + 1) / 2⌋ × channels
 */
export function convolvePoolReluDropout(
  engine: Engine,
  x: Tensor2D,
  filters: Tensor,
  bias: Tensor,
  masks: Masks,
  rate: number,
): Tensor4D {
  const { tf } = engine;
  const [batch, samples] = x.shape;
  const [taps, , channels] = (filters as Tensor3D).shape;
  const kernel = poolKernel({ batch, frames: samples - taps + 1, channels, taps });
  kernel.input.set(x.dataSync());
  const layer = tf.customGrad((...inputs) => {
    const [values, biases] = inputs as Tensor[];
    kernel.filters.set(values.dataSync() as Float32Array);
    const { value, backward } = run(engine, kernel, { batch, channels, biases, masks, rate });
    return {
      value,
      gradFunc: (dy: Tensor) => {
        const biasGradient = backward(dy);
        return [tf.tensor(kernel.filterGradient.slice(), filters.shape), biasGradient];
      },
    };
  });
  return layer(filters, bias) as Tensor4D;
}

interface Run {
  batch: number;
  channels: number;
  biases: Tensor;
  masks: Masks;
  rate: number;
}

/** The engine reads its arguments before the kernel writes there again: no copies are needed. */
function run({ tf }: Engine, kernel: ReturnType<typeof poolKernel>, { batch, channels, biases, masks, rate }: Run) {
  const size = batch * kernel.pairs * channels;
  kernel.bias.set(biases.dataSync() as Float32Array);
  masks(size, rate, kernel.mask);
  const number = kernel.forward(batch);
  const value = tf.tensor4d(kernel.output.subarray(0, size), [batch, 1, kernel.pairs, channels]);
  const backward = (dy: Tensor): Tensor => {
    kernel.output.set(dy.dataSync() as Float32Array);
    kernel.backward(batch, number);
    return tf.tensor1d(kernel.biasGradient.slice());
  };
  return { value, backward };
}
