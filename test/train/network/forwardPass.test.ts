import type { LayersModel } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/random.ts';
import { buildCnn } from '../../../src/train/classifiers/cnn/fit.ts';
import { type Engine, loadEngine } from '../../../src/train/engine/engine.ts';
import { forwardPass } from '../../../src/train/network/forwardPass.ts';
import { type LayersFiles, readLayers } from '../../../src/train/network/layersFile.ts';
import { networkModel, predictNetwork } from '../../../src/train/network/network.ts';

let engine: Engine;
beforeAll(async () => void (engine = await loadEngine()));

type Layers = Engine['tf']['layers'];

/** The files of a model, as it is saved. */
async function filesOf(model: LayersModel): Promise<LayersFiles> {
  const files = await networkModel(engine, model).files();
  return {
    json: { name: 'model.json', text: files.get('model.json') as string },
    weights: { name: 'weights.bin', bytes: new Uint8Array(files.get('weights.bin') as Uint8Array) },
  };
}

function expectClose(found: Float32Array, expected: Float32Array): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-5));
}

function normal(length: number): Float32Array {
  const random = createRandom('rows');
  return Float32Array.from({ length }, () => random.normal());
}

const randomise = (model: LayersModel): void => {
  const random = createRandom('weights');
  const values = (shape: number[]) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal() / 8);
  model.setWeights(model.getWeights().map(({ shape }) => engine.tf.tensor(values(shape), shape)));
};

const SHAPE = { level: 'functionals', features: 186, classes: 8 } as const;

describe('what the engine predicts, within 1e-5:', () => {
  test('the reference network', async () => {
    const model = buildCnn(engine, SHAPE, createRandom(1));
    const x = normal(5 * 186);
    const run = forwardPass(readLayers(await filesOf(model), SHAPE), 186);
    expectClose(run(x), predictNetwork(engine, model, x));
    expect(run(x.subarray(186, 2 * 186))).toEqual(run(x).slice(8, 16));
    expect(run(new Float32Array(0))).toHaveLength(0);
  });

  test.each<[string, number, number, (layers: Layers) => LayersModel['layers']]>([
    [
      'channels that are no multiple of four, one frame without a neighbour, no activation',
      20,
      7,
      ({ conv1d, maxPooling1d, flatten, dense }) => [
        conv1d({ filters: 5, kernelSize: 2, inputShape: [20, 1] }),
        maxPooling1d({ poolSize: 2 }),
        conv1d({ filters: 3, kernelSize: 4, activation: 'relu' }),
        flatten(),
        dense({ units: 6 }),
        dense({ units: 7, activation: 'softmax' }),
      ],
    ],
    [
      'more channels than sums go at once',
      9,
      2,
      ({ conv1d, dropout, flatten, dense }) => [
        conv1d({ filters: 41, kernelSize: 3, activation: 'relu', inputShape: [9, 1] }),
        dropout({ rate: 0.5 }),
        flatten(),
        dense({ units: 2, activation: 'softmax' }),
      ],
    ],
    [
      'no convolution at all',
      4,
      3,
      ({ flatten, dense }) => [flatten({ inputShape: [4, 1] }), dense({ units: 3, activation: 'softmax' })],
    ],
  ])('%s', async (_, features, classes, layersOf) => {
    const model = engine.tf.sequential({ layers: layersOf(engine.tf.layers) });
    randomise(model);
    const x = normal(3 * features);
    const run = forwardPass(readLayers(await filesOf(model), { ...SHAPE, features, classes }), features);
    expectClose(run(x), predictNetwork(engine, model, x));
  });
});

describe('refused, with the name of the layer:', () => {
  const last = ({ dense }: Layers) => dense({ name: 'last', units: 2, activation: 'softmax' });
  test.each<[string, (layers: Layers) => LayersModel['layers'], RegExp]>([
    [
      'a layer of another kind',
      (layers) => [layers.lstm({ name: 'memory', units: 2, inputShape: [8, 1] }), last(layers)],
      /model\.json: layer memory is a LSTM, which this version cannot compute/,
    ],
    [
      'another activation',
      (layers) => [
        layers.conv1d({ name: 'curved', filters: 2, kernelSize: 3, inputShape: [8, 1], activation: 'tanh' }),
        layers.flatten(),
        last(layers),
      ],
      /layer curved ends in tanh/,
    ],
    [
      'padding',
      (layers) => [
        layers.conv1d({ name: 'wide', filters: 2, kernelSize: 3, inputShape: [8, 1], padding: 'same' }),
        layers.flatten(),
        last(layers),
      ],
      /layer wide has a padding of "same"/,
    ],
    [
      'steps of two',
      (layers) => [
        layers.conv1d({ name: 'steps', filters: 2, kernelSize: 3, inputShape: [8, 1], strides: 2 }),
        layers.flatten(),
        last(layers),
      ],
      /layer steps has a strides of \[2\]/,
    ],
    [
      'pooling of three',
      (layers) => [
        layers.conv1d({ filters: 2, kernelSize: 3, inputShape: [8, 1] }),
        layers.maxPooling1d({ name: 'three', poolSize: 3 }),
        layers.flatten(),
        last(layers),
      ],
      /layer three has a pool_size of \[3\]/,
    ],
    [
      'no bias',
      (layers) => [
        layers.flatten({ inputShape: [8, 1] }),
        layers.dense({ name: 'bare', units: 3, useBias: false }),
        last(layers),
      ],
      /layer bare has a use_bias of false/,
    ],
    [
      'a dense layer for each frame',
      (layers) => [layers.dense({ name: 'each', units: 2, inputShape: [8, 1] }), layers.flatten(), last(layers)],
      /layer each is not behind a flattening one/,
    ],
    [
      'no softmax at the end',
      ({ flatten, dense }) => [flatten({ inputShape: [8, 1] }), dense({ name: 'open', units: 2 })],
      /layer open ends in linear/,
    ],
  ])('%s', async (_, layersOf, message) => {
    const files = await filesOf(engine.tf.sequential({ layers: layersOf(engine.tf.layers) }));
    expect(() => readLayers(files, { ...SHAPE, features: 8, classes: 2 })).toThrow(message);
  });

  test('weights that model.json calls otherwise', async () => {
    const files = await filesOf(buildCnn(engine, SHAPE, createRandom(1)));
    const text = files.json.text.replace('conv2/kernel', 'conv9/kernel');
    expect(() => readLayers({ ...files, json: { ...files.json, text } }, SHAPE)).toThrow(
      /layer conv2 has a kernel of no size instead of 3 × 64 × 128/,
    );
  });
});
