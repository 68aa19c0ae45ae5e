import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { FitContext, StartModel } from '../../../../src/train/classifiers/classifier.ts';
import { gru, type GruOptions } from '../../../../src/train/classifiers/gru/gru.ts';
import { createGates, step } from '../../../../src/train/classifiers/gru/recurrence.ts';
import { completeOptions } from '../../../../src/train/classifiers/options.ts';
import { openFrames } from '../../../../src/train/classifiers/frames/forward.ts';
import { follow, type Moments } from '../../../../src/train/classifiers/frames/kernels.ts';
import { framesLogits } from '../../../../src/train/classifiers/frames/logits.ts';
import type { FramesNotes } from '../../../../src/train/classifiers/frames/options.ts';
import { padFrames } from '../../../../src/train/classifiers/frames/padding.ts';
import { cutMoments, momentCount, weightShapes } from '../../../../src/train/classifiers/frames/shape.ts';
import { loadEngine } from '../../../../src/train/engine/engine.ts';
import { sizeOf } from '../../../../src/train/network/layers.ts';
import { createRandom } from '../../../../src/random.ts';
import { accuracy, everything, joined, moving } from '../moving.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-gru-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FEATURES = 5;
const shape = { level: 'frames', features: FEATURES, classes: 3 } as const;
const sizes = { stack: 2, context: 1, width: 6, layers: 2, units: 3, pooled: 7, attention: 4, dense: 5 };
const small: Partial<GruOptions> = { ...sizes, epochs: 12, batchSize: 16, learningRate: 0.02, dropout: 0.1 };

const train = moving(150, 'train');
const held = moving(60, 'held');

const fit = (samples = train, options = small, context: Partial<FitContext<FramesNotes>> = {}, classes = 3) =>
  gru.fit({ ...shape, classes }, samples, undefined, completeOptions(gru, { ...options }) as GruOptions, {
    seed: 1,
    ...context,
  });
/** One training for all tests that take a trained model. */
let trained: ReturnType<typeof fit> | undefined;
const whole = () => (trained ??= fit());
const filesOf = async ({ model }: Awaited<ReturnType<typeof fit>>) =>
  new Map(Array.from(await model.files(), ([name, file]) => [name, new Uint8Array(Buffer.from(file))]));

const randomWeights = (seed: string): Float32Array[] => {
  const random = createRandom(seed);
  return weightShapes(shape, sizes).map(([, own]) => Float32Array.from({ length: sizeOf(own) }, () => 0.4 * random.normal())); // prettier-ignore
};
const clipsOf = (...frames: number[]): Float32Array[] =>
  frames.map((count) => {
    const random = createRandom(count);
    return Float32Array.from({ length: count * FEATURES }, () => random.normal());
  });

test('a step is that of the formulas, computed by hand', () => {
  const [a, u, h] = [[0.5, -1, 2], [1, 0.25, -0.5], [0.8]].map((values) => Float32Array.from(values));
  const out = new Float32Array(1);
  step(a, 0, u, h, 0, createGates(1), out, 1);
  const z = 1 / (1 + Math.exp(-1.5));
  const r = 1 / (1 + Math.exp(0.75));
  const n = Math.tanh(2 - 0.5 * r);
  expect(out[0]).toBeCloseTo((1 - z) * n + z * 0.8, 6);
  expect(h[0]).toBe(out[0]);
});

test('it learns what only the order of the frames tells', async () => {
  const { model, history, notes } = await whole();
  expect(accuracy(model.predictProba, held)).toBeGreaterThan(0.9);
  expect(history!.at(-1)!.loss).toBeLessThan(history![0].loss);
  expect(notes.weights).toBe(joined(randomWeights('any')).length + momentCount(sizes));
});

test('prediction without TensorFlow matches the engine within 1e-5, whatever the lengths of the other clips in a batch', async () => {
  const engine = await loadEngine({ threads: 1 });
  const weights = randomWeights('weights');
  const clips = clipsOf(9, 4, 13, 1);
  const moments = new Float32Array(momentCount(sizes));
  const known = cutMoments(moments, sizes);
  const onMoments = (norm: number, own: Moments): void => follow(known[norm], own, 1);
  const probabilities = engine.tf.tidy(() => {
    const tensors = weightShapes(shape, sizes).map(([, one], i) => engine.tf.tensor(weights[i], one));
    const training = { masks: everything, dropout: 0, onMoments };
    return engine.tf
      .softmax(framesLogits(engine, sizes, tensors, padFrames(clips, FEATURES, sizes), training))
      .dataSync();
  });
  const own = openFrames(shape, sizes, { weights: joined(weights), moments })(
    joined(clips),
    Uint32Array.of(9, 4, 13, 1),
  );
  probabilities.forEach((p, i) => expect(own[i]).toBeCloseTo(p, 5));
});

test('the gradient of every kind of weight matches finite differences', async () => {
  const engine = await loadEngine({ threads: 1 });
  const { tf } = engine;
  const padded = padFrames(clipsOf(9, 4, 12), FEATURES, sizes);
  const named = weightShapes(shape, sizes);
  const variables = randomWeights('gradient of 2').map((part, i) => tf.variable(tf.tensor(part, named[i][1])));
  const factors = tf.tensor2d([1, 2, 3, -1, 0.5, 2, 1, 1, -2], [3, 3]);
  const training = { masks: everything, dropout: 0, onMoments: () => undefined };
  const loss = () => tf.sum(tf.mul(tf.square(framesLogits(engine, sizes, variables, padded, training)), factors)).asScalar(); // prettier-ignore
  const { grads } = tf.variableGrads(loss, variables);
  variables.forEach((variable, i) => {
    const gradient = grads[variable.name].dataSync();
    const values = variable.dataSync().slice();
    const lossAt = (at: number, by: number): number => {
      const moved = values.slice();
      moved[at] += by;
      variable.assign(tf.tensor(moved, named[i][1]));
      return loss().dataSync()[0];
    };
    for (const at of [0, gradient.length >> 1]) {
      const difference = (lossAt(at, 5e-4) - lossAt(at, -5e-4)) / 1e-3;
      expect(Math.abs(gradient[at] - difference), named[i][0]).toBeLessThan(0.03 * (1 + Math.abs(difference)));
    }
    variable.assign(tf.tensor(values, named[i][1]));
  });
  tf.dispose(variables);
});

test('a training that was interrupted gives the same model as one that was not', async () => {
  const checkpoint = join(folder, 'checkpoint');
  const stop = new AbortController();
  const onProgress = ({ done }: { done: number }): void => (done === 3 ? stop.abort() : undefined);
  await expect(fit(train, small, { checkpoint, signal: stop.signal, onProgress })).rejects.toThrow();
  const resumed = await fit(train, small, { checkpoint, resume: true });
  expect(await resumed.model.files()).toEqual(await (await whole()).model.files());
});

test('a training can start from a model of the same sizes', async () => {
  const start: StartModel = { files: { dir: 'old', content: await filesOf(await whole()) }, shape, classes: [0, 1, 2] };
  const still = { ...small, epochs: 1, learningRate: 1e-9 };
  const { model } = await fit(train, still, { start });
  expect(accuracy(model.predictProba, held)).toBeGreaterThan(0.9);
  await expect(fit(train, { ...small, units: 4 }, { start })).rejects.toThrow(/old is a network of other sizes/);
});

test('a saved and opened model gives the same probabilities; damaged files are refused in words', async () => {
  const files = await filesOf(await whole());
  const { model, notes } = await whole();
  const opened = (change: (content: typeof files) => void = () => undefined) => {
    const content = new Map(files);
    change(content);
    return gru.open({ dir: 'model', content }, shape);
  };
  expect(opened().predictProba(held.x, held.frames)).toEqual(model.predictProba(held.x, held.frames));
  expect(opened().parameters).toBe(notes.weights);
  expect(() => opened((content) => content.delete('weights.bin'))).toThrow(/weights\.bin is missing/);
  expect(() => opened((content) => content.set('weights.bin', files.get('weights.bin')!.slice(4)))).toThrow(/cut off/);
  expect(() => opened((content) => content.set('model.json', new TextEncoder().encode('{}')))).toThrow(/model\.json/);
  const convolutions = JSON.stringify({ ...sizes, layers: undefined, dilations: [1] });
  expect(() => opened((content) => content.set('model.json', new TextEncoder().encode(convolutions)))).toThrow(/layers/); // prettier-ignore
});
