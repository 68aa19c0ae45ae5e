import type { LayersModel, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Engine } from './engine.ts';

/** The operations that the layers come to. */
export interface StepEngine {
  tf: Pick<Engine['tf'], 'add' | 'conv2d' | 'expandDims' | 'matMul' | 'maxPool' | 'relu' | 'reshape' | 'softmax'>;
}

type Step = (x: Tensor) => Tensor;
type Layer = LayersModel['layers'][number];

const ACTIVATIONS = ['linear', 'relu', 'softmax'] as const;

/**
 * A sequential model's layers as the operations they come to: `model.predict` on one row spends as long again on checks, scopes and
 * the graph. The weights are read at every call, so that a model in training can be asked too.
 * @returns a function of rows × features × 1; undefined if the model has other layers than convolutions without padding, pooling of 2,
 * dropout, flattening and dense ones: such a one is for `model.predict`
 */
export function layerSteps(engine: StepEngine, model: LayersModel): Step | undefined {
  const steps = model.layers.map((layer) => stepOf(engine, layer));
  if (steps.some((step) => !step)) return undefined;
  return (x) => steps.reduce((h, step) => step!(h), engine.tf.expandDims(x, 1));
}

function stepOf({ tf }: StepEngine, layer: Layer): Step | undefined {
  const config = layer.getConfig();
  const is = (expected: Record<string, unknown>): boolean =>
    Object.entries(expected).every(([name, value]) => String(config[name]) === String(value));
  const activation = ACTIVATIONS.find((name) => name === config.activation);
  const activate = (h: Tensor): Tensor =>
    activation === 'relu' ? tf.relu(h) : activation === 'softmax' ? tf.softmax(h) : h;
  const weights = (): Tensor[] => layer.trainableWeights.map((weight) => weight.read());
  switch (layer.getClassName()) {
    case 'Conv1D':
      if (!activation || !is({ strides: 1, dilationRate: 1, padding: 'valid', useBias: true })) return undefined;
      return (h) => {
        const [kernel, bias] = weights();
        return activate(tf.add(tf.conv2d(h as Tensor4D, tf.expandDims(kernel, 0) as Tensor4D, 1, 'valid'), bias));
      };
    case 'MaxPooling1D':
      if (!is({ poolSize: 2, strides: 2, padding: 'valid' })) return undefined;
      return (h) => tf.maxPool(h as Tensor4D, [1, 2], [1, 2], 'valid');
    case 'Dropout':
      return (h) => h;
    case 'Flatten':
      return (h) => tf.reshape(h, [h.shape[0], -1]);
    case 'Dense':
      if (!activation || !is({ useBias: true })) return undefined;
      return (h) => {
        const [kernel, bias] = weights();
        return activate(tf.add(tf.matMul(h as Tensor2D, kernel as Tensor2D), bias));
      };
    default:
      return undefined;
  }
}
