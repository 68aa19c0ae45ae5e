import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../src/random.ts';
import { buildCnn } from '../../src/train/cnn.ts';
import { type Engine, loadEngine } from '../../src/train/engine.ts';
import { layerSteps } from '../../src/train/layerSteps.ts';

let engine: Engine;
beforeAll(async () => void (engine = await loadEngine()));

test('the steps give what the model predicts, bit for bit, with the weights that it has at the moment', () => {
  const { tf } = engine;
  const random = createRandom('steps');
  const model = buildCnn(engine, { features: 186, classes: 8 }, random);
  const x = tf.tensor(
    Float32Array.from({ length: 5 * 186 }, () => random.normal()),
    [5, 186, 1],
  );
  const run = layerSteps(engine, model)!;
  const predicted = () => (model.predict(x) as Tensor).dataSync();
  const first = run(x).dataSync();
  expect(first).toEqual(predicted());
  model.setWeights(model.getWeights().map((weight) => tf.mul(weight, 1.5)));
  expect(run(x).dataSync()).toEqual(predicted());
  expect(run(x).dataSync()).not.toEqual(first);
});

test.each<[string, (layers: Engine['tf']['layers']) => LayersModel['layers']]>([
  ['a layer of another kind', (layers) => [layers.lstm({ units: 2, inputShape: [8, 1] })]],
  ['another activation', (layers) => [layers.dense({ units: 2, inputShape: [8, 1], activation: 'tanh' })]],
  ['padding', (layers) => [layers.conv1d({ filters: 2, kernelSize: 3, inputShape: [8, 1], padding: 'same' })]],
  ['steps of two', (layers) => [layers.conv1d({ filters: 2, kernelSize: 3, inputShape: [8, 1], strides: 2 })]],
  ['no bias', (layers) => [layers.dense({ units: 2, inputShape: [8, 1], useBias: false })]],
  ['pooling of three', (layers) => [layers.maxPooling1d({ poolSize: 3, inputShape: [8, 1] })]],
])('%s is left to the model itself', (_, layersOf) => {
  const { tf } = engine;
  expect(layerSteps(engine, tf.sequential({ layers: layersOf(tf.layers) }))).toBeUndefined();
});
