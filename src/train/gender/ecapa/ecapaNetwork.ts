import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import type { Random } from '../../../random.ts';
import { ECAPA, ecapaShapes, type EcapaWidths } from './ecapaWeights.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Tensors } from './safetensors.ts';

/** The parts of the network that are other in training than in use. */
export interface Norms {
  /** Batch norm `layer` of rows × channels: by their own moments in training, by the running ones in use. */
  norm(x: Tensor2D, layer: string): Tensor2D;
  /** The same after adding `bias` and a ReLU. */
  reluNorm(x: Tensor2D, bias: Tensor1D, layer: string): Tensor2D;
}

/** The number of frames must be a multiple of it, as it is of every dilation. */
export const FRAME_UNIT = 12;

/** Weights to begin with: He's for those that are multiplied, norms that change nothing, biases 0. */
export function initialEcapa(widths: EcapaWidths, random: Random): Tensors {
  const tensors: Tensors = {};
  for (const [name, shape] of ecapaShapes(widths)) {
    const size = shape.reduce((product, length) => product * length, 1);
    const deviation = Math.sqrt((2 * shape[0]) / size);
    const isOne = name.endsWith('weight') || name.endsWith('running_var');
    const value = shape.length > 1 ? () => deviation * random.normal() : () => Number(isOne);
    tensors[name] = { shape, data: Float32Array.from({ length: size }, value) };
  }
  return tensors;
}

/**
 * The forward pass of `ecapaGraph`, in operations that have a gradient. Values are rows × channels, a row being a frame of a
 * clip, so that a convolution over one frame is a product of matrices.
 * @param weights  by PyTorch's names
 * @param x  clips × frames × 80, less the time mean; frames a multiple of `FRAME_UNIT`
 * @returns logits, clips × 2
 */
export function ecapaLogits(
  engine: Engine,
  weights: Readonly<Record<string, Tensor>>,
  x: Tensor3D,
  { norm, reluNorm }: Norms,
): Tensor2D {
  const { tf } = engine;
  const [clips, frames] = x.shape;
  const rows = clips * frames;
  const inTime = (value: Tensor): Tensor3D => tf.reshape(value, [clips, frames, -1]);
  const inRows = (value: Tensor): Tensor2D => tf.reshape(value, [rows, -1]);
  const bias = (layer: string): Tensor1D => weights[`${layer}.bias`] as Tensor1D;
  const deviation = (variance: Tensor): Tensor2D => tf.sqrt(tf.maximum(variance, ECAPA.leastVariance));

  /** The convolutions are without their bias. */
  const dense = (value: Tensor2D, layer: string): Tensor2D => {
    const kernel = weights[`${layer}.weight`];
    return tf.matMul(value, tf.reshape(kernel, [kernel.shape[0], -1]), false, true);
  };
  /**
   * tfjs has no gradient for dilated convolution. Every dilation-th frame put below each other, it is one over neighbours:
   * another shape for the same values, none of which has to move.
   */
  const conv = (value: Tensor2D, layer: string, dilation = 1): Tensor2D => {
    const image: Tensor4D = tf.reshape(value, [clips, frames / dilation, dilation, -1]);
    const kernel = tf.expandDims(tf.transpose(weights[`${layer}.weight`], [2, 1, 0]), 1) as Tensor4D;
    return inRows(tf.conv2d(image, kernel, 1, 'same'));
  };
  const linear = (value: Tensor2D, layer: string): Tensor2D => tf.add(dense(value, layer), bias(layer));

  const block = (value: Tensor2D, layer: string, dilation: number): Tensor2D => {
    const spread = reluNorm(dense(value, `${layer}.conv1`), bias(`${layer}.conv1`), `${layer}.bn1`);
    const groups = tf.split<Tensor2D>(spread, ECAPA.scale, 1);
    const done: Tensor2D[] = [];
    groups.slice(0, -1).forEach((group, i) => {
      const mixed = i === 0 ? group : tf.add<Tensor2D>(done[i - 1], group);
      const name = `${layer}.convs.${i}`;
      done.push(reluNorm(conv(mixed, name, dilation), bias(name), `${layer}.bns.${i}`));
    });
    const mixed = tf.concat<Tensor2D>([...done, groups[ECAPA.scale - 1]], 1);
    const joined = inTime(reluNorm(dense(mixed, `${layer}.conv3`), bias(`${layer}.conv3`), `${layer}.bn3`));
    const squeezed = tf.relu(linear(tf.mean<Tensor2D>(joined, 1), `${layer}.se.se.1`));
    const gate = tf.sigmoid(linear(squeezed as Tensor2D, `${layer}.se.se.3`));
    return tf.add(inRows(tf.mul(joined, tf.expandDims(gate, 1))), value);
  };

  const x0 = reluNorm(conv(inRows(x), 'conv1'), bias('conv1'), 'bn1');
  const x1 = block(x0, 'layer1', ECAPA.dilations[0]);
  const x01 = tf.add<Tensor2D>(x0, x1);
  const x2 = block(x01, 'layer2', ECAPA.dilations[1]);
  const x3 = block(tf.add(x01, x2), 'layer3', ECAPA.dilations[2]);
  const features = tf.relu(linear(tf.concat([x1, x2, x3], 1), 'layer4'));

  const { mean, variance } = tf.moments(inTime(features), 1);
  const spread = deviation(tf.mul(variance, frames / Math.max(1, frames - 1)));
  const kernel: Tensor2D = tf.squeeze(weights['attention.0.weight'], [2]);
  const [ofFrame, ofClip] = tf.split(kernel, [features.shape[1], 2 * features.shape[1]], 1);
  const context = tf.matMul(tf.concat([mean, spread], 1) as Tensor2D, ofClip, false, true);
  const seen = tf.add(inTime(tf.matMul(features, ofFrame, false, true)), tf.expandDims(context, 1));
  const attentive = tf.tanh(reluNorm(inRows(seen), bias('attention.0'), 'attention.2'));
  const attended = softmaxOverTime(engine, inTime(linear(attentive, 'attention.4')));

  const weighted = tf.mul(inTime(features), attended);
  const mu = tf.sum<Tensor2D>(weighted, 1);
  const sigma = deviation(tf.sub(tf.sum(tf.mul(weighted, inTime(features)), 1), tf.square(mu)));
  const embedding = norm(linear(norm(tf.concat([mu, sigma], 1), 'bn5'), 'fc6'), 'bn6');
  return linear(tf.relu(embedding), 'fc7');
}

/** tfjs has the softmax of the last axis only. */
function softmaxOverTime({ tf }: Engine, scores: Tensor3D): Tensor3D {
  return tf.customGrad((...args) => {
    const [scores, save] = args as unknown as [Tensor3D, (tensors: Tensor[]) => void];
    const raised = tf.exp(tf.sub(scores, tf.max(scores, 1, true)));
    const value = tf.div<Tensor3D>(raised, tf.sum(raised, 1, true));
    save([value]);
    const gradFunc = (dy: Tensor, [y]: Tensor[]): Tensor => {
      const weighted = tf.mul(dy, y);
      return tf.sub(weighted, tf.mul(y, tf.sum(weighted, 1, true)));
    };
    return { value, gradFunc };
  })(scores) as Tensor3D;
}
