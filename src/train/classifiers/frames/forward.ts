import { rowStarts } from '../../../data/tables/rowStarts.ts';
import { softmax } from '../../../data/temperature.ts';
import { SerError } from '../../../error.ts';
import { sizeOf } from '../../network/layers.ts';
import type { LoadedClassifier, Shape } from '../classifier.ts';
import { padFrames } from './padding.ts';
import { createDense, type Dense, product } from './dense.ts';
import { attentiveStatistics, type Moments, type Norm, normRelu } from './kernels.ts';
import { openDirection } from '../gru/openDirection.ts';
import { cutMoments, DIRECTIONS, type Sizes, weightShapes } from './shape.ts';

/** Everything that a training determines. */
export interface FramesWeights {
  /** In the order of `weightShapes`, concatenated. */
  weights: Float32Array;
  /** Of the batch norms, for `cutMoments`. */
  moments: Float32Array;
}

/** A layer with a batch norm. */
interface Normed {
  dense: Dense;
  norm: Norm;
  moments: Moments;
}

/**
 * A network for prediction. TensorFlow is not required; runs in Node, Deno and the browser. Matches `framesLogits` within 1e-5.
 */
export function openFrames(
  shape: Shape,
  sizes: Sizes,
  { weights, moments }: FramesWeights,
): LoadedClassifier['predictProba'] {
  const { features, classes } = shape;
  const { width, pooled, attention, dense: units } = sizes;
  let at = 0;
  const parts = weightShapes(shape, sizes).map(([, own]) => weights.slice(at, (at += sizeOf(own))));
  const rest = parts.values();
  const next = (): Float32Array => rest.next().value!;
  const layer = (outputs: number): [Dense, Float32Array] => [createDense(next(), outputs), next()];
  const known = cutMoments(moments, sizes).values();
  const normed = (outputs: number): Normed => ({
    dense: createDense(next(), outputs),
    norm: { gain: next(), offset: next() },
    moments: known.next().value!,
  });
  const input = normed(width);
  const blocks = 'dilations' in sizes ? sizes.dilations.map((dilation) => ({ dilation, ...normed(width) })) : [];
  const recurrent =
    'layers' in sizes
      ? Array.from({ length: sizes.layers }, () =>
          DIRECTIONS.map((direction) => {
            const [input, state] = [layer(3 * sizes.units), layer(3 * sizes.units)];
            return openDirection({ input, state, units: sizes.units, backwards: direction === 'backwards' });
          }),
        )
      : [];
  const joined = normed(pooled);
  const hidden = layer(attention);
  const logits = createDense(next(), pooled);
  const last = layer(units);
  const output = layer(classes);

  const predictClip = (frames: Float32Array): number[] => {
    const { x, mask, steps, clips } = padFrames([frames], features, sizes);
    const active = ({ norm, moments }: Normed, y: Float32Array, h?: Float32Array): Float32Array =>
      normRelu(y, norm, moments, clips, h);
    let h = active(input, product(input.dense, [[x, x.length / steps]], steps));
    const all: [Float32Array, number][] = [[h, width]];
    for (const { dilation, ...block } of blocks) {
      const taps = [-dilation, 0, dilation].map((by): [Float32Array, number] => [shifted(h, by * width), width]);
      h = active(block, product(block.dense, taps, steps), h);
      all.push([h, width]);
    }
    let below = all;
    for (const layer of recurrent) {
      below = layer.map((direction) => direction(below, steps));
      all.push(...below);
    }
    const channels = active(joined, product(joined.dense, all, steps));
    const scores = product(hidden[0], [[channels, pooled]], steps);
    for (let i = 0; i < scores.length; i++) scores[i] = Math.tanh(scores[i] + hidden[1][i % attention]);
    const attended = product(logits, [[scores, attention]], steps);
    const statistics = new Float32Array(2 * pooled);
    attentiveStatistics(channels, attended, mask, steps, new Float32Array(channels.length), statistics);
    const final = rectified(product(last[0], [[statistics, 2 * pooled]], 1), last[1]);
    const sums = product(output[0], [[final, units]], 1);
    return softmax(Array.from(sums, (sum, i) => sum + output[1][i]), 1); // prettier-ignore
  };

  return (x, frames) => {
    if (!frames) throw new SerError('usage', 'A temporal network predicts from frames; vectors were given.');
    const starts = rowStarts(frames);
    const probabilities = new Float32Array(frames.length * classes);
    for (let row = 0; row < frames.length; row++) {
      const own = x.subarray(starts[row] * features, starts[row + 1] * features);
      probabilities.set(predictClip(own), row * classes);
    }
    return probabilities;
  };
}

/** max(0, y + bias) of a single row. */
const rectified = (y: Float32Array, bias: Float32Array): Float32Array =>
  y.map((value, i) => Math.max(0, value + bias[i]));

/** The value `by` places later at each place; 0 beyond the ends. */
function shifted(values: Float32Array, by: number): Float32Array {
  const result = new Float32Array(values.length);
  if (by >= 0) result.set(values.subarray(by));
  else result.set(values.subarray(0, Math.max(0, values.length + by)), Math.min(values.length, -by));
  return result;
}
