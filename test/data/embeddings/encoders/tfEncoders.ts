import * as tf from '@tensorflow/tfjs';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import type { FloatTensor } from '../../../../src/onnx/session.ts';

/*
 * wav2vec2 and the encoder of Whisper in tfjs, written from their papers and the layout of their weights, without the graphs of
 * scripts/make-random-encoders.ts. Only tests use it.
 */

type Weights = ReadonlyMap<string, FloatTensor>;

const [HEADS, GROUPS, POSITIONS] = [2, 4, 16];
const STRIDES = [5, 2, 2, 2, 2, 2, 2];
const KERNELS = [10, 3, 3, 3, 3, 2, 2];

await tf.setBackend('cpu');

const of = (weights: Weights, name: string): tf.Tensor => {
  const { data, shape } = weights.get(name)!;
  return tf.tensor(data, [...shape]);
};
const gelu = (x: tf.Tensor): tf.Tensor => x.mul(x.div(Math.SQRT2).erf().add(1)).div(2);

/** Over the last axis, or over time. */
function norm(x: tf.Tensor, weights: Weights, name: string, axis = -1): tf.Tensor {
  const { mean, variance } = tf.moments(x, axis, true);
  const standard = x.sub(mean).div(variance.add(1e-5).sqrt());
  return standard.mul(of(weights, `${name}.weight`)).add(of(weights, `${name}.bias`));
}

const linear = (x: tf.Tensor, weights: Weights, name: string): tf.Tensor => {
  const matrix = of(weights, `${name}.weight`) as Tensor2D;
  const [clips, frames, width] = x.shape;
  const product = x.reshape([clips * frames, width]).matMul(matrix);
  return product.add(of(weights, `${name}.bias`)).reshape([clips, frames, matrix.shape[1]]);
};

/** clips × frames × channels */
function convolve(x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor, stride = 1, padding = 0): tf.Tensor {
  const padded = tf.pad(x, [[0, 0], [padding, padding], [0, 0]]); // prettier-ignore
  return tf.conv1d(padded as Tensor3D, filter.transpose([2, 1, 0]) as Tensor3D, stride, 'valid').add(bias);
}

/** @param heard  clips × frames, 1 for frames that others may attend to */
function attention(x: tf.Tensor, weights: Weights, name: string, heard?: tf.Tensor): tf.Tensor {
  const [clips, frames, width] = x.shape;
  const part = (which: string): Tensor4D =>
    linear(x, weights, `${name}.${which}_proj`)
      .reshape([clips, frames, HEADS, width / HEADS])
      .transpose([0, 2, 1, 3]);
  let scores = tf.matMul(part('q'), part('k'), false, true).div(Math.sqrt(width / HEADS));
  if (heard) scores = scores.add(heard.reshape([clips, 1, 1, frames]).sub(1).mul(1e9));
  const mixed = tf.matMul(scores.softmax(), part('v')).transpose([0, 2, 1, 3]);
  return linear(mixed.reshape([clips, frames, width]), weights, `${name}.out_proj`);
}

export interface TfEncoded {
  /** The output of every layer, and of the whole, clips × frames × width. */
  layers: Float32Array[];
  output: Float32Array;
  frames: number;
}

const values = (x: tf.Tensor): Float32Array => Float32Array.from(x.dataSync());

/**
 * @param signal  clips × samples
 * @param lengths  samples of each clip that are not padding, for the large model
 */
export function tfWav2vec2(weights: Weights, signal: readonly Float32Array[], lengths?: readonly number[]): TfEncoded {
  const isLarge = lengths !== undefined;
  let x: tf.Tensor = tf.stack(signal.map((samples) => tf.tensor1d(samples))).expandDims(2);
  STRIDES.forEach((stride, i) => {
    const own = `feature_extractor.conv_layers.${i}`;
    x = convolve(x, of(weights, `${own}.conv.weight`), of(weights, `${own}.conv.bias`), stride);
    if (isLarge || i === 0) x = norm(x, weights, `${own}.layer_norm`, isLarge ? -1 : 1);
    x = gelu(x);
  });
  x = norm(x, weights, 'feature_projection.layer_norm');
  x = linear(x, weights, 'feature_projection.projection');
  const frames = x.shape[1]!;
  const heard = lengths && tf.tensor2d(lengths.map((samples) => {
    const own = STRIDES.reduce((length, stride, i) => Math.floor((length - KERNELS[i]) / stride) + 1, samples);
    return Array.from({ length: frames }, (_, t) => (t < own ? 1 : 0));
  })); // prettier-ignore
  if (heard) x = x.mul(heard.expandDims(2));
  const [filters, bias] = ['weight', 'bias'].map((name) => of(weights, `encoder.pos_conv_embed.conv.${name}`));
  const convolved = tf.concat(
    tf.split(x, GROUPS, 2).map((part, group) => {
      const size = filters.shape[0] / GROUPS;
      return convolve(part, filters.slice([group * size], [size]), bias.slice([group * size], [size]), 1, POSITIONS / 2);
    }),
    2,
  ); // prettier-ignore
  x = x.add(gelu(convolved.slice([0, 0, 0], [-1, frames, -1])));
  if (!isLarge) x = norm(x, weights, 'encoder.layer_norm');
  return transformer(x, weights, isLarge, {
    attention: 'attention',
    norms: ['layer_norm', 'final_layer_norm'],
    dense: ['feed_forward.intermediate_dense', 'feed_forward.output_dense'],
    last: isLarge ? 'encoder.layer_norm' : undefined,
    heard,
  });
}

/** @param mel  clips × bands × frames */
export function tfWhisper(weights: Weights, mel: Tensor3D): TfEncoded {
  const conv = (x: tf.Tensor, name: string, stride: number): tf.Tensor =>
    gelu(convolve(x, of(weights, `${name}.weight`), of(weights, `${name}.bias`), stride, 1));
  const x = conv(conv(mel.transpose([0, 2, 1]), 'conv1', 1), 'conv2', 2);
  return transformer(x.add(of(weights, 'embed_positions.weight')), weights, true, {
    attention: 'self_attn',
    norms: ['self_attn_layer_norm', 'final_layer_norm'],
    dense: ['fc1', 'fc2'],
    last: 'layer_norm',
  });
}

function transformer(
  x: tf.Tensor,
  weights: Weights,
  normsFirst: boolean,
  names: { attention: string; norms: string[]; dense: string[]; last?: string; heard?: tf.Tensor },
): TfEncoded {
  const layers: Float32Array[] = [];
  for (let layer = 0; weights.has(`encoder.layers.${layer}.${names.norms[0]}.weight`); layer++) {
    const own = (name: string): string => `encoder.layers.${layer}.${name}`;
    const sublayers = [
      (y: tf.Tensor) => attention(y, weights, own(names.attention), names.heard),
      (y: tf.Tensor) => linear(gelu(linear(y, weights, own(names.dense[0]))), weights, own(names.dense[1])),
    ];
    sublayers.forEach((sublayer, i) => {
      const normed = (y: tf.Tensor): tf.Tensor => norm(y, weights, own(names.norms[i]));
      x = normsFirst ? x.add(sublayer(normed(x))) : normed(x.add(sublayer(x)));
    });
    layers.push(values(x));
  }
  return { layers, output: values(names.last ? norm(x, weights, names.last) : x), frames: x.shape[1]! };
}
