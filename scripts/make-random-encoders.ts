/**
 * Writes small encoders with random weights, each with the settings that Hugging Face puts beside such models: two like wav2vec2 (its base
 * model: group norm, norms after the sublayers; its large one: layer norms, before them, and an attention mask) and one like the encoder
 * of Whisper, for 1 s. Weights have the names that they have there.
 *
 *     npx tsx scripts/make-random-encoders.ts [FOLDER]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic, writeJson } from '../src/files/files.ts';
import { createOnnxGraph, type OnnxGraph } from '../src/onnx/graph.ts';
import { createRandom, type Random } from '../src/random.ts';

const SIZE = { channels: 8, width: 16, heads: 2, inner: 32, layers: 3, positions: 16, groups: 4 };
const CONVOLUTIONS = { kernels: [10, 3, 3, 3, 3, 2, 2], strides: [5, 2, 2, 2, 2, 2, 2] };
const MEL = { bands: 80, frames: 100 };
const EPSILON = { float: 1e-5 };

/** A graph under construction, and operations on its values (clips × frames × width unless stated otherwise). */
function builder(graph: OnnxGraph, random: Random) {
  const { node, constant } = graph;
  let count = 0;
  const integers = (...values: number[]): string =>
    constant(`integers_${count++}`, [values.length], BigInt64Array.from(values, BigInt));
  const number = (value: number): string => constant(`number_${count++}`, [], Float32Array.of(value));
  const weights = (name: string, shape: number[], spread: number, middle = 0): string => {
    const length = shape.reduce((product, size) => product * size, 1);
    return constant(
      name,
      shape,
      Float32Array.from({ length }, () => middle + spread * random.normal()),
    );
  };
  const add = (a: string, b: string): string => node('Add', [a, b]);
  const transpose = (x: string): string => node('Transpose', [x], { perm: [0, 2, 1] });
  const norm = (x: string, name: string, width = SIZE.width): string =>
    node('LayerNormalization', [x, weights(`${name}.weight`, [width], 0.1, 1), weights(`${name}.bias`, [width], 0.1)], {
      epsilon: EPSILON,
      axis: -1,
    });
  const gelu = (x: string): string => {
    const part = add(node('Erf', [node('Mul', [x, number(Math.SQRT1_2)])]), number(1));
    return node('Mul', [node('Mul', [x, part]), number(0.5)]);
  };
  const linear = (x: string, name: string, inputs: number, outputs: number): string =>
    add(
      node('MatMul', [x, weights(`${name}.weight`, [inputs, outputs], inputs ** -0.5)]),
      weights(`${name}.bias`, [outputs], 0.1),
    );
  /** clips × channels × frames */
  const convolve = (x: string, name: string, shape: [number, number, number], options: { stride?: number; pad?: number; group?: number }): string => // prettier-ignore
    node('Conv', [x, weights(`${name}.weight`, shape, (shape[1] * shape[2]) ** -0.5), weights(`${name}.bias`, [shape[0]], 0.1)], {
      kernel_shape: [shape[2]],
      strides: [options.stride ?? 1],
      pads: [options.pad ?? 0, options.pad ?? 0],
      group: options.group ?? 1,
    }); // prettier-ignore

  /** @param bias  added to the scores, clips × 1 × 1 × frames */
  const attention = (x: string, name: string, bias?: string): string => {
    const { width, heads } = SIZE;
    const split = (part: string, perm: number[]): string =>
      node('Transpose', [node('Reshape', [linear(x, `${name}.${part}_proj`, width, width), integers(0, 0, heads, width / heads)])], { perm }); // prettier-ignore
    const products = node('MatMul', [split('q', [0, 2, 1, 3]), split('k', [0, 2, 3, 1])]);
    const scores = node('Mul', [products, number((width / heads) ** -0.5)]);
    const shares = node('Softmax', [bias ? add(scores, bias) : scores], { axis: -1 });
    const heard = node('Transpose', [node('MatMul', [shares, split('v', [0, 2, 1, 3])])], { perm: [0, 2, 1, 3] });
    return linear(node('Reshape', [heard, integers(0, 0, width)]), `${name}.out_proj`, width, width);
  };
  /** Transformer layers, with norms before or after their two sublayers. */
  const layers = (
    x: string,
    normsFirst: boolean,
    names: { attention: string; first: string; second: string; dense: [string, string] },
    bias?: string,
  ): string => {
    // prettier-ignore
    const { width, inner } = SIZE;
    for (let layer = 0; layer < SIZE.layers; layer++) {
      const own = (name: string): string => `encoder.layers.${layer}.${name}`;
      const dense = (y: string): string =>
        linear(gelu(linear(y, own(names.dense[0]), width, inner)), own(names.dense[1]), inner, width);
      if (normsFirst) {
        x = add(x, attention(norm(x, own(names.first)), own(names.attention), bias));
        x = add(x, dense(norm(x, own(names.second))));
      } else {
        x = norm(add(x, attention(x, own(names.attention), bias)), own(names.first));
        x = norm(add(x, dense(x)), own(names.second));
      }
    }
    return x;
  };
  return { graph, node, integers, number, weights, add, transpose, norm, gelu, linear, convolve, layers };
}

const WAV2VEC2_NAMES = {
  attention: 'attention',
  first: 'layer_norm',
  second: 'final_layer_norm',
  dense: ['feed_forward.intermediate_dense', 'feed_forward.output_dense'] as [string, string],
};
const WHISPER_NAMES = {
  attention: 'self_attn',
  first: 'self_attn_layer_norm',
  second: 'final_layer_norm',
  dense: ['fc1', 'fc2'] as [string, string],
};

/** Like wav2vec2 (Baevski et al., 2020). @param isLarge  layer norms, before the sublayers, and an attention mask */
function wav2vec2(isLarge: boolean): OnnxGraph {
  const name = isLarge ? 'wav2vec2-large' : 'wav2vec2-base';
  const graph = createOnnxGraph(name);
  const b = builder(graph, createRandom(name));
  const { channels, width, positions, groups } = SIZE;
  const signal = graph.input('input_values', ['batch_size', 'sequence_length']);
  let x = b.node('Unsqueeze', [signal, b.integers(1)]);
  CONVOLUTIONS.kernels.forEach((kernel, i) => {
    const own = `feature_extractor.conv_layers.${i}`;
    x = b.convolve(x, `${own}.conv`, [channels, i === 0 ? 1 : channels, kernel], { stride: CONVOLUTIONS.strides[i] });
    if (isLarge) x = b.transpose(b.norm(b.transpose(x), `${own}.layer_norm`, channels));
    else if (i === 0) {
      const [scale, shift] = [b.weights(`${own}.layer_norm.weight`, [channels], 0.1, 1), b.weights(`${own}.layer_norm.bias`, [channels], 0.1)]; // prettier-ignore
      x = b.node('InstanceNormalization', [x, scale, shift], { epsilon: EPSILON });
    }
    x = b.gelu(x);
  });
  x = b.norm(b.transpose(x), 'feature_projection.layer_norm', channels);
  x = b.linear(x, 'feature_projection.projection', channels, width);
  let bias: string | undefined;
  if (isLarge) {
    const heard = framesHeard(b, x);
    x = b.node('Mul', [x, b.node('Unsqueeze', [heard, b.integers(2)])]);
    const unheard = b.node('Sub', [heard, b.number(1)]);
    bias = b.node('Unsqueeze', [b.node('Mul', [unheard, b.number(1e9)]), b.integers(1, 2)]);
  }
  const even = b.convolve(b.transpose(x), 'encoder.pos_conv_embed.conv', [width, width / groups, positions], { pad: positions / 2, group: groups }); // prettier-ignore
  const placed = b.node('Slice', [even, b.integers(0), b.integers(-1), b.integers(2)]);
  x = b.add(x, b.transpose(b.gelu(placed)));
  if (!isLarge) x = b.norm(x, 'encoder.layer_norm');
  x = b.layers(x, isLarge, WAV2VEC2_NAMES, bias);
  if (isLarge) x = b.norm(x, 'encoder.layer_norm');
  graph.output(x, 'last_hidden_state', ['batch_size', 'frames', width]);
  return graph;
}

/** 1 for each frame that contains no padding, 0 for the others: clips × frames. */
function framesHeard(b: ReturnType<typeof builder>, x: string): string {
  const mask = b.graph.input('attention_mask', ['batch_size', 'sequence_length'], 'int64');
  let length = b.node('ReduceSum', [mask, b.integers(1)], { keepdims: 1 });
  CONVOLUTIONS.kernels.forEach((kernel, i) => {
    const steps = b.node('Div', [b.node('Sub', [length, b.integers(kernel)]), b.integers(CONVOLUTIONS.strides[i])]);
    length = b.add(steps, b.integers(1));
  });
  const frames = b.node('Gather', [b.node('Shape', [x]), b.integers(1)], { axis: 0 });
  const scalar = (value: string): string => b.node('Squeeze', [value]);
  const numbers = b.node('Range', [scalar(b.integers(0)), scalar(frames), scalar(b.integers(1))]);
  return b.node('Cast', [b.node('Less', [numbers, length])], { to: 1 });
}

/** Like the encoder of Whisper (Radford et al., 2022). */
function whisper(): OnnxGraph {
  const graph = createOnnxGraph('whisper');
  const b = builder(graph, createRandom('whisper'));
  const { width } = SIZE;
  const mel = graph.input('input_features', ['batch_size', MEL.bands, MEL.frames]);
  let x = b.gelu(b.convolve(mel, 'conv1', [width, MEL.bands, 3], { pad: 1 }));
  x = b.gelu(b.convolve(x, 'conv2', [width, width, 3], { pad: 1, stride: 2 }));
  x = b.add(b.transpose(x), b.weights('embed_positions.weight', [MEL.frames / 2, width], 0.3));
  x = b.norm(b.layers(x, true, WHISPER_NAMES), 'layer_norm');
  graph.output(x, 'last_hidden_state', ['batch_size', MEL.frames / 2, width]);
  return graph;
}

const WAV2VEC2 = {
  do_normalize: true,
  feature_extractor_type: 'Wav2Vec2FeatureExtractor',
  feature_size: 1,
  padding_side: 'right',
  padding_value: 0,
  sampling_rate: 16_000,
};
const ENCODERS = [
  ['wav2vec2-base', wav2vec2(false), { ...WAV2VEC2, return_attention_mask: false }],
  ['wav2vec2-large', wav2vec2(true), { ...WAV2VEC2, return_attention_mask: true }],
  [
    'whisper',
    whisper(),
    {
      chunk_length: MEL.frames / 100,
      feature_extractor_type: 'WhisperFeatureExtractor',
      feature_size: MEL.bands,
      hop_length: 160,
      n_fft: 400,
      nb_max_frames: MEL.frames,
      sampling_rate: 16_000,
    },
  ],
] as const;

const [folder = 'test/fixtures/encoders'] = process.argv.slice(2);
for (const [name, graph, settings] of ENCODERS) {
  const path = join(folder, name, 'model.onnx');
  mkdirSync(join(folder, name), { recursive: true });
  writeFileAtomic(path, graph.toBytes({ licence: 'CC0-1.0, random weights' }, '1'));
  writeJson(join(folder, name, 'preprocessor_config.json'), settings);
  console.log(path);
}
