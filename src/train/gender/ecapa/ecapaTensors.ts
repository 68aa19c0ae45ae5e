import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import type { Engine } from '../../engine/engine.ts';
import { ecapaNetwork } from './ecapaNetwork.ts';
import { ECAPA } from './ecapaWeights.ts';

/** The parts of the network that differ between training and inference. */
export interface Norms {
  /** Batch norm `layer` of rows × channels: by the batch's moments in training, by the running ones in inference. */
  norm(x: Tensor2D, layer: string): Tensor2D;
  /** The same after adding `bias` and a ReLU. */
  reluNorm(x: Tensor2D, bias: Tensor1D, layer: string): Tensor2D;
}

/**
 * The network in operations that have a gradient. Values are rows × channels, with one row per frame of a clip or per clip, so that a
 * convolution over one frame is a product of matrices.
 * @param weights  by PyTorch's names
 * @param x  clips × frames × 80, without the time mean; frames a multiple of 12, as 12 is of every dilation
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
  const inTime = (value: Tensor): Tensor3D => tf.reshape(value, [clips, frames, -1]);
  const inRows = (value: Tensor): Tensor2D => tf.reshape(value, [clips * frames, -1]);
  const bias = (layer: string): Tensor1D => weights[`${layer}.bias`] as Tensor1D;
  const root = (variance: Tensor2D): Tensor2D => tf.sqrt(tf.maximum(variance, ECAPA.leastVariance));

  /**
   * A convolution without its bias. tfjs has no gradient for a dilated one. With every dilation-th frame arranged in a column, it is one
   * over neighbours: another shape for the same values, none of which has to be moved.
   */
  const bare = (value: Tensor2D, layer: string, dilation = 1): Tensor2D => {
    const kernel = weights[`${layer}.weight`];
    const [filters, , taps = 1] = kernel.shape;
    if (taps === 1) return tf.matMul(value, tf.reshape(kernel, [filters, -1]), false, true);
    const image: Tensor4D = tf.reshape(value, [clips, frames / dilation, dilation, -1]);
    return inRows(tf.conv2d(image, tf.expandDims(tf.transpose(kernel, [2, 1, 0]), 1) as Tensor4D, 1, 'same'));
  };
  const conv = (value: Tensor2D, layer: string, dilation?: number): Tensor2D =>
    tf.add(bare(value, layer, dilation), bias(layer));

  return ecapaNetwork<Tensor2D>(
    {
      conv,
      norm,
      root,
      linear: conv,
      convReluNorm: (value, layer, name, dilation) => reluNorm(bare(value, layer, dilation), bias(layer), name),
      convBesideReluNorm: (value, clip, layer, name) => {
        const kernel: Tensor2D = tf.squeeze(weights[`${layer}.weight`], [2]);
        const [ofFrame, ofClip] = tf.split(kernel, [value.shape[1], clip.shape[1]], 1);
        const share = tf.expandDims(tf.matMul(clip, ofClip, false, true), 1);
        return reluNorm(inRows(tf.add(inTime(tf.matMul(value, ofFrame, false, true)), share)), bias(layer), name);
      },
      relu: (value) => tf.relu(value),
      tanh: (value) => tf.tanh(value),
      sigmoid: (value) => tf.sigmoid(value),
      add: (a, b) => tf.add(a, b),
      subtract: (a, b) => tf.sub(a, b),
      multiply: (a, b) => tf.mul(a, b),
      scale: (value, clip) => inRows(tf.mul(inTime(value), tf.expandDims(clip, 1))),
      concat: (...values) => tf.concat(values, 1),
      split: (value, groups) => tf.split(value, groups, 1),
      mean: (value) => tf.mean(inTime(value), 1),
      sum: (value) => tf.sum(inTime(value), 1),
      softmax: (value) => inRows(softmaxOverTime(engine, inTime(value))),
      deviation: (value) => {
        const { variance } = tf.moments(inTime(value), 1);
        return root(tf.mul(variance, frames / Math.max(1, frames - 1)));
      },
    },
    inRows(x),
  );
}

/** tfjs only has the softmax along the last axis. */
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
