import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/random.ts';
import { CNN } from '../../../src/train/classifiers/cnn/fit.ts';
import { type Engine, loadEngine } from '../../../src/train/engine/engine.ts';
import { forwardPass } from '../../../src/train/network/forwardPass.ts';
import {
  type Layer,
  networkFiles,
  readNetwork,
  sizeOf,
  stagesOf,
  weightShapes,
} from '../../../src/train/network/layers.ts';
import { initialWeights, predictNetwork } from '../../../src/train/network/network.ts';
import { openNetwork } from '../../../src/train/network/open.ts';

let engine: Engine;
beforeAll(async () => void (engine = await loadEngine()));

function expectClose(found: Float32Array, expected: Float32Array): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-5));
}

function normal(length: number, seed = 'rows', scale = 1): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => scale * random.normal());
}

const SHAPE = { level: 'functionals', features: 186, classes: 8 } as const;

describe('what the engine predicts, within 1e-5:', () => {
  test('the reference network', () => {
    const stages = stagesOf(CNN, SHAPE);
    const weights = initialWeights(engine, stages, createRandom(1));
    const x = normal(300 * 186); // more than go through the engine at once
    const run = forwardPass(stages, weights);
    expectClose(run(x), predictNetwork(engine, stages, weights, x));
    expect(run(x.subarray(186, 2 * 186))).toEqual(run(x).slice(8, 16));
    expect(run(new Float32Array(0))).toHaveLength(0);
  });

  test.each<[string, number, number, Layer[]]>([
    [
      'channels that are no multiple of four, a frame without a neighbour, two dense layers',
      20,
      7,
      [
        { kind: 'convolution', filters: 5, taps: 2, dropout: 0 },
        { kind: 'convolution', filters: 3, taps: 3, dropout: 0.5 },
        { kind: 'dense', units: 6, dropout: 0 },
        { kind: 'dense', units: 5, dropout: 0 },
      ],
    ],
    ['more channels than sums go at once', 9, 2, [{ kind: 'convolution', filters: 41, taps: 3, dropout: 0.5 }]],
    ['a dense layer alone', 9, 2, [{ kind: 'dense', units: 3, dropout: 0 }]],
    ['no layer but the last', 4, 3, []],
  ])('%s', (_, features, classes, layers) => {
    const shape = { ...SHAPE, features, classes };
    const stages = stagesOf(layers, shape);
    const weights = normal(weightShapes(stages).map(sizeOf).reduce((a, b) => a + b), 'weights', 1 / 4); // prettier-ignore
    const files = new Map(
      Array.from(networkFiles(layers, weights), ([name, content]) => [name, new Uint8Array(Buffer.from(content))]),
    );
    const x = normal(3 * features);
    const opened = openNetwork({ dir: 'm', content: files }, shape);
    expectClose(opened.predictProba(x), predictNetwork(engine, stages, weights, x));
  });
});

describe('refused, with the file and the layer:', () => {
  const layer = { kind: 'convolution', filters: 2, taps: 3, dropout: 0 };
  const open = (layers: unknown, features = 8) => {
    const content = new Map([
      ['model.json', new Uint8Array(Buffer.from(JSON.stringify({ layers })))],
      ['weights.bin', new Uint8Array(4 * 1000)],
    ]);
    return () => readNetwork({ dir: 'm', content }, { ...SHAPE, features, classes: 2 });
  };
  test.each<[string, unknown, RegExp]>([
    ['no list', 'none', /m\/model\.json: `layers` is "none" where a list belongs/],
    ['another kind of layer', [{ kind: 'lstm', units: 2 }], /m\/model\.json: `layers\.0\.kind` is "lstm"/],
    ['no taps', [{ ...layer, taps: 0 }], /`layers\.0\.taps` must be 1 or more; it is 0/],
    ['half a filter', [{ ...layer, filters: 1.5 }], /`layers\.0\.filters` must be a whole number; it is 1\.5/],
    ['all dropped', [{ ...layer, dropout: 1 }], /`layers\.0\.dropout` must be below 1; it is 1/],
    ['more taps than frames', [layer, layer, layer], /m\/model\.json: layer 2 finds 3 frames, too few for 3 taps/],
    ['too wide', [{ ...layer, filters: 2 ** 30 }], /m\/model\.json: layer 1 gives 6 × 1073741824 numbers, too many/],
    [
      'weights of other layers',
      [layer],
      /m\/weights\.bin has 4000 bytes; the layers of model\.json take 88 for 8 features/,
    ],
  ])('%s', (_, layers, message) => {
    expect(open(layers)).toThrow(expect.objectContaining({ code: 'model', message: expect.stringMatching(message) }));
  });
});
