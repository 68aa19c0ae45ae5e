import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { ECAPA } from './ecapaWeights.ts';
import type { Engine } from '../../engine/engine.ts';

/** Of a batch norm. */
export interface NormWeights {
  scale: Tensor1D;
  offset: Tensor1D;
}

/** Called with the statistics of a batch norm's input, by channel: mean and variance. */
export type OnMoments = (mean: Float32Array, variance: Float32Array) => void;

/**
 * Batch norm in training.
 * @param x  rows × channels
 */
export function batchNorm({ tf }: Engine, x: Tensor2D, { scale, offset }: NormWeights, onMoments: OnMoments): Tensor2D {
  const { mean, variance } = tf.moments(x, 0) as { mean: Tensor1D; variance: Tensor1D };
  onMoments(mean.dataSync() as Float32Array, variance.dataSync() as Float32Array);
  return tf.batchNorm2d(x, mean, variance, offset, scale, ECAPA.epsilon);
}

/**
 * Bias, ReLU and batch norm in training, fused. As tfjs operations with their gradients these are two dozen
 * passes over the values, which take longer than the convolution before them; native TensorFlow needs six.
 */
export function reluNorm(engine: Engine, x: Tensor2D, bias: Tensor1D, weights: NormWeights, onMoments: OnMoments) {
  const { tf, name } = engine;
  if (name === 'native') return nativeReluNorm(engine, x, bias, weights, onMoments);
  return batchNorm(engine, tf.relu(tf.add(x, bias)), weights, onMoments);
}

/** Operations of tfjs-node in addition to the common ones. */
interface NativeBackend {
  binding: Record<'TF_FLOAT' | 'TF_ATTR_TYPE' | 'TF_ATTR_STRING' | 'TF_ATTR_FLOAT' | 'TF_ATTR_BOOL', number>;
  executeMultipleOutputs(name: string, attributes: object[], inputs: Tensor[], outputs: number): Tensor[];
}

function nativeReluNorm(
  { tf }: Engine,
  x: Tensor2D,
  bias: Tensor1D,
  { scale, offset }: NormWeights,
  onMoments: OnMoments,
): Tensor2D {
  const backend = tf.backend() as unknown as NativeBackend;
  const { TF_FLOAT, TF_ATTR_TYPE, TF_ATTR_STRING, TF_ATTR_FLOAT, TF_ATTR_BOOL } = backend.binding;
  const type = { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT };
  const layout = { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' };
  const normAttributes = [
    type,
    { name: 'U', type: TF_ATTR_TYPE, value: TF_FLOAT },
    layout,
    { name: 'epsilon', type: TF_ATTR_FLOAT, value: ECAPA.epsilon },
    { name: 'is_training', type: TF_ATTR_BOOL, value: true },
  ];
  const run = (name: string, attributes: object[], inputs: Tensor[], outputs = 1): Tensor[] =>
    backend.executeMultipleOutputs(name, attributes, inputs, outputs);
  const [rows, channels] = x.shape;
  const image = (value: Tensor): Tensor => tf.reshape(value, [rows, 1, 1, channels]);

  return tf.customGrad((...args) => {
    const [x, bias, scale, offset] = args as Tensor[];
    const save = args[4] as unknown as (tensors: Tensor[]) => void;
    const [biased] = run('BiasAdd', [type, layout], [x, bias]);
    const [active] = run('Relu', [type], [biased]);
    const none = tf.tensor1d([]);
    const inputs = [image(active), scale, offset, none, none];
    const [y, mean, variance, ...reserve] = run('FusedBatchNormV3', normAttributes, inputs, 6);
    onMoments(mean.dataSync() as Float32Array, variance.dataSync() as Float32Array);
    save([active, scale, ...reserve]);

    const gradFunc = (dy: Tensor, [active, scale, ...reserve]: Tensor[]): Tensor[] => {
      const inputs = [image(dy), image(active), scale, ...reserve];
      const [dActive, dScale, dOffset] = run('FusedBatchNormGradV3', normAttributes, inputs, 5);
      const [dx] = run('ReluGrad', [type], [tf.reshape(dActive, [rows, channels]), active]);
      const [dBias] = run('BiasAddGrad', [type, layout], [dx]);
      return [dx, dBias, dScale, dOffset];
    };
    return { value: tf.reshape(y, [rows, channels]), gradFunc };
  })(x, bias, scale, offset) as Tensor2D;
}
