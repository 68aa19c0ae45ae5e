import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Masks } from '../../engine/dropout.ts';
import type { Engine } from '../../engine/engine.ts';
import { reluDropout } from '../../engine/reluDropout.ts';
import {
  attentiveStatistics,
  attentiveStatisticsBack,
  biasRelu,
  biasReluBack,
  residual,
  residualBack,
} from './kernels.ts';
import type { Padded } from './padding.ts';
import type { Sizes } from './shape.ts';

/** Dropout before the classes, relative to that of the pooled statistics; and of the channels in a block. */
const LAST_DROPOUT = 0.6;
const CHANNEL_DROPOUT = 0.2;

type Numbers = Float32Array<ArrayBuffer>;
const numbers = (tensor: Tensor): Numbers => tensor.dataSync() as Numbers;
const zeros = ({ length }: Float32Array): Numbers => new Float32Array(length);

/**
 * The network up to its logits, in operations that have a gradient.
 * @param weights  in the order of `weightShapes`
 * @param training  dropout: its masks, and the share of the pooled statistics that it drops
 * @returns clips × classes
 */
export function tcnLogits(
  engine: Engine,
  { width, dilations, pooled }: Sizes,
  weights: readonly Tensor[],
  { x, mask, steps }: Padded,
  training?: { masks: Masks; dropout: number },
): Tensor2D {
  const { tf } = engine;
  const rows = mask.length;
  const clips = rows / steps;
  const rest = weights.values();
  const next = (): Tensor => rest.next().value!;
  const dense = (input: Tensor2D): Tensor2D => addBiasRelu(engine, tf.matMul(input, next() as Tensor2D), next(), mask);

  let h: Tensor2D = dense(tf.tensor2d(x, [rows, x.length / rows]));
  const all = [h];
  for (const dilation of dilations) {
    const image: Tensor4D = tf.reshape(h, [clips, steps / dilation, dilation, width]);
    const y: Tensor2D = tf.reshape(tf.conv2d(image, next() as Tensor4D, 1, 'same'), [rows, width]);
    const keep = training?.masks(clips * width, CHANNEL_DROPOUT * training.dropout);
    h = addResidual(engine, y, h, [next(), next(), next()], mask, steps, keep);
    all.push(h);
  }
  const joined = dense(tf.concat(all, 1));
  const hidden = tf.tanh(tf.add(tf.matMul(joined, next() as Tensor2D), next())) as Tensor2D;
  const statistics = attend(engine, joined, tf.matMul(hidden, next() as Tensor2D), mask, steps, pooled);
  const kept = training
    ? tf.mul(statistics, tf.tensor(training.masks(statistics.size, training.dropout), statistics.shape))
    : statistics;
  const sum = tf.add(tf.matMul(kept as Tensor2D, next() as Tensor2D), next());
  const last = training
    ? reluDropout(engine, sum, training.masks(sum.size, LAST_DROPOUT * training.dropout))
    : tf.relu(sum);
  return tf.add(tf.matMul(last as Tensor2D, next() as Tensor2D), next());
}

function addBiasRelu({ tf }: Engine, y: Tensor2D, bias: Tensor, mask: Float32Array): Tensor2D {
  return tf.customGrad((...inputs) => {
    const [y, bias] = inputs as Tensor[];
    const [values, own] = [numbers(y), numbers(bias)];
    const out = zeros(values);
    biasRelu(values, own, mask, out);
    const gradFunc = (dy: Tensor): Tensor[] => {
      const [dValues, dBias] = [zeros(values), zeros(own)];
      biasReluBack(numbers(dy), out, mask, dValues, dBias);
      return [tf.tensor(dValues, y.shape), tf.tensor(dBias, bias.shape)];
    };
    return { value: tf.tensor2d(out, y.shape as [number, number]), gradFunc };
  })(y, bias) as Tensor2D;
}

function addResidual(
  { tf }: Engine,
  y: Tensor2D,
  h: Tensor2D,
  norm: Tensor[],
  mask: Float32Array,
  steps: number,
  keep?: Float32Array,
): Tensor2D {
  return tf.customGrad((...inputs) => {
    const [y, h, ...parameters] = (inputs as Tensor[]).slice(0, 5);
    const values = numbers(y);
    const [bias, gain, offset] = parameters.map(numbers);
    const [out, normal, inverse] = [zeros(values), zeros(values), zeros(mask)];
    residual(values, numbers(h), { bias, gain, offset }, mask, keep, steps, out, normal, inverse);
    const gradFunc = (dOut: Tensor): Tensor[] => {
      const dy = zeros(values);
      const d = { bias: zeros(bias), gain: zeros(gain), offset: zeros(offset) };
      residualBack(numbers(dOut), { bias, gain, offset }, mask, keep, steps, normal, inverse, dy, d);
      return [tf.tensor(dy, y.shape), dOut, tf.tensor1d(d.bias), tf.tensor1d(d.gain), tf.tensor1d(d.offset)];
    };
    return { value: tf.tensor2d(out, y.shape as [number, number]), gradFunc };
  })(y, h, ...norm) as Tensor2D;
}

function attend(
  { tf }: Engine,
  x: Tensor2D,
  logits: Tensor2D,
  mask: Float32Array,
  steps: number,
  width: number,
): Tensor2D {
  return tf.customGrad((...inputs) => {
    const [x, logits] = inputs as Tensor[];
    const [values, own] = [numbers(x), numbers(logits)];
    const clips = mask.length / steps;
    const [share, out] = [zeros(values), new Float32Array(clips * 2 * width)];
    attentiveStatistics(values, own, mask, steps, share, out);
    const gradFunc = (dy: Tensor): Tensor[] => {
      const [dx, dLogits] = [zeros(values), zeros(values)];
      attentiveStatisticsBack(numbers(dy), values, mask, steps, share, out, dx, dLogits);
      return [tf.tensor(dx, x.shape), tf.tensor(dLogits, logits.shape)];
    };
    return { value: tf.tensor2d(out, [clips, 2 * width]), gradFunc };
  })(x, logits) as Tensor2D;
}
