import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Masks } from '../../engine/dropout.ts';
import type { Engine } from '../../engine/engine.ts';
import { reluDropout } from '../../engine/reluDropout.ts';
import {
  attentiveStatistics,
  attentiveStatisticsBack,
  batchMoments,
  type ClipRows,
  type Moments,
  normRelu,
  normReluBack,
} from './kernels.ts';
import type { Padded } from './padding.ts';
import { recur } from '../gru/recur.ts';
import { DIRECTIONS, type Sizes } from './shape.ts';

/** Dropout before the classes, relative to that of the pooled statistics; and of the channels in a block. */
const LAST_DROPOUT = 0.6;
const CHANNEL_DROPOUT = 0.2;

type Numbers = Float32Array<ArrayBuffer>;
const numbers = (tensor: Tensor): Numbers => tensor.dataSync() as Numbers;
const zeros = ({ length }: Float32Array): Numbers => new Float32Array(length);

/** Of a step of the training. */
export interface TrainingStep {
  /** Dropout masks, and the share of the pooled statistics that dropout takes. */
  masks: Masks;
  dropout: number;
  /** Called with the moments of each batch norm in turn. */
  onMoments(norm: number, moments: Moments): void;
}

/**
 * The network in training up to its logits, in operations that have a gradient. Batch norms take the moments of the batch.
 * @param weights  in the order of `weightShapes`
 * @returns clips × classes
 */
export function framesLogits(
  engine: Engine,
  sizes: Sizes,
  weights: readonly Tensor[],
  { x, mask, steps, clips: clipRows }: Padded,
  { masks, dropout, onMoments }: TrainingStep,
): Tensor2D {
  const { tf } = engine;
  const { width, pooled } = sizes;
  const rows = mask.length;
  const clips = rows / steps;
  const rest = weights.values();
  const next = (): Tensor => rest.next().value!;
  let norms = 0;
  const normed = (y: Tensor2D, h?: Tensor2D, keep?: Float32Array): Tensor2D => {
    const norm = norms++;
    return addNormRelu(engine, y, [next(), next()], h, { clips: clipRows, keep, onMoments: (moments) => onMoments(norm, moments) }); // prettier-ignore
  };
  const dense = (input: Tensor2D): Tensor2D => normed(tf.matMul(input, next() as Tensor2D));

  let h: Tensor2D = dense(tf.tensor2d(x, [rows, x.length / rows]));
  const all = [h];
  for (const dilation of 'dilations' in sizes ? sizes.dilations : []) {
    const image: Tensor4D = tf.reshape(h, [clips, steps / dilation, dilation, width]);
    const y: Tensor2D = tf.reshape(tf.conv2d(image, next() as Tensor4D, 1, 'same'), [rows, width]);
    h = normed(y, h, masks(clips * width, CHANNEL_DROPOUT * dropout));
    all.push(h);
  }
  for (let i = 0; 'layers' in sizes && i < sizes.layers; i++) {
    const directions = DIRECTIONS.map((direction) => {
      const a = tf.add(tf.matMul(h, next() as Tensor2D), next()) as Tensor2D;
      return recur(engine, a, [next() as Tensor2D, next()], mask, steps, direction === 'backwards');
    });
    h = tf.concat(directions, 1) as Tensor2D;
    all.push(h);
  }
  const joined = dense(tf.concat(all, 1));
  const hidden = tf.tanh(tf.add(tf.matMul(joined, next() as Tensor2D), next())) as Tensor2D;
  const statistics = attend(engine, joined, tf.matMul(hidden, next() as Tensor2D), mask, steps, pooled);
  const kept = tf.mul(statistics, tf.tensor(masks(statistics.size, dropout), statistics.shape));
  const sum = tf.add(tf.matMul(kept as Tensor2D, next() as Tensor2D), next());
  const last = reluDropout(engine, sum, masks(sum.size, LAST_DROPOUT * dropout));
  return tf.add(tf.matMul(last as Tensor2D, next() as Tensor2D), next());
}

function addNormRelu(
  { tf }: Engine,
  y: Tensor2D,
  norm: Tensor[],
  h: Tensor2D | undefined,
  on: { clips: ClipRows; keep?: Float32Array; onMoments(moments: Moments): void },
): Tensor2D {
  const { clips, keep } = on;
  return tf.customGrad((...inputs) => {
    const [y, gain, offset] = inputs as Tensor[];
    const values = numbers(y);
    const own = { gain: numbers(gain), offset: numbers(offset) };
    const moments = batchMoments(values, own.gain.length, clips);
    on.onMoments(moments);
    const out = normRelu(values, own, moments, clips, h && numbers(inputs[3] as Tensor), keep);
    const gradFunc = (dOut: Tensor): Tensor[] => {
      const d = { gain: zeros(own.gain), offset: zeros(own.offset) };
      const dy = normReluBack(numbers(dOut), values, own, moments, clips, d, keep);
      return [tf.tensor(dy, y.shape), tf.tensor1d(d.gain), tf.tensor1d(d.offset), ...(h ? [dOut] : [])];
    };
    return { value: tf.tensor2d(out, y.shape as [number, number]), gradFunc };
  })(y, ...norm, ...(h ? [h] : [])) as Tensor2D;
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
