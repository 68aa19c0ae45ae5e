import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { FitContext, Samples, StartModel } from '../../../../src/train/classifiers/classifier.ts';
import { completeOptions } from '../../../../src/train/classifiers/options.ts';
import { padFrames } from '../../../../src/train/classifiers/frames/padding.ts';
import { openFrames } from '../../../../src/train/classifiers/frames/forward.ts';
import { framesLogits } from '../../../../src/train/classifiers/frames/logits.ts';
import { follow, type Moments } from '../../../../src/train/classifiers/frames/kernels.ts';
import { cutMoments, momentCount, weightShapes } from '../../../../src/train/classifiers/frames/shape.ts';
import type { FramesNotes } from '../../../../src/train/classifiers/frames/options.ts';
import { tcn, type TcnOptions } from '../../../../src/train/classifiers/tcn/tcn.ts';
import { accuracy, everything, joined, moving } from '../moving.ts';
import { loadEngine } from '../../../../src/train/engine/engine.ts';
import { decodeHalves } from '../../../../src/half.ts';
import { createRandom } from '../../../../src/random.ts';
import { sizeOf } from '../../../../src/train/network/layers.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-tcn-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FEATURES = 5;
const shape = { level: 'frames', features: FEATURES, classes: 3 } as const;
const sizes = { stack: 2, context: 1, width: 6, dilations: [1, 2], pooled: 7, attention: 4, dense: 5 };
const small: Partial<TcnOptions> = { ...sizes, epochs: 12, batchSize: 16, learningRate: 0.01, dropout: 0.1 };

const train = moving(150, 'train');
const held = moving(60, 'held');

const fit = (samples = train, options = small, context: Partial<FitContext<FramesNotes>> = {}, classes = 3) =>
  tcn.fit({ ...shape, classes }, samples, undefined, completeOptions(tcn, { ...options }) as TcnOptions, {
    seed: 1,
    ...context,
  });

const randomWeights = (seed: string): Float32Array[] => {
  const random = createRandom(seed);
  return weightShapes(shape, sizes).map(([, own]) => Float32Array.from({ length: sizeOf(own) }, () => 0.4 * random.normal())); // prettier-ignore
};

test('it learns what only the order of the frames tells', async () => {
  const { model, history, notes } = await fit();
  expect(accuracy(model.predictProba, held)).toBeGreaterThan(0.9);
  expect(history!.at(-1)!.loss).toBeLessThan(history![0].loss);
  expect(notes.weights).toBe(joined(randomWeights('any')).length + momentCount(sizes));
});

test('prediction without TensorFlow matches the engine within 1e-5, given the moments of the batch and whatever the lengths of its clips', async () => {
  const engine = await loadEngine({ threads: 1 });
  const weights = randomWeights('weights');
  const clips = [9, 4, 13, 1].map((frames) => {
    const random = createRandom(frames);
    return Float32Array.from({ length: frames * FEATURES }, () => random.normal());
  });
  const moments = new Float32Array(momentCount(sizes));
  const known = cutMoments(moments, sizes);
  const onMoments = (norm: number, own: Moments): void => follow(known[norm], own, 1);
  const logits = engine.tf.tidy(() => {
    const tensors = weightShapes(shape, sizes).map(([, one], i) => engine.tf.tensor(weights[i], one));
    const step = { masks: everything, dropout: 0, onMoments };
    return engine.tf.softmax(framesLogits(engine, sizes, tensors, padFrames(clips, FEATURES, sizes), step)).dataSync();
  });
  const own = openFrames(shape, sizes, { weights: joined(weights), moments })(
    joined(clips),
    Uint32Array.of(9, 4, 13, 1),
  );
  logits.forEach((p, i) => expect(own[i]).toBeCloseTo(p, 5));
});

test('the gradient of every kind of weight matches finite differences', async () => {
  const engine = await loadEngine({ threads: 1 });
  const { tf } = engine;
  const random = createRandom('gradient');
  const clips = [9, 4, 12].map((frames) => Float32Array.from({ length: frames * FEATURES }, () => random.normal()));
  const padded = padFrames(clips, FEATURES, sizes);
  const named = weightShapes(shape, sizes);
  const variables = randomWeights('gradient of 2').map((part, i) => tf.variable(tf.tensor(part, named[i][1])));
  const factors = tf.tensor2d([1, 2, 3, -1, 0.5, 2, 1, 1, -2], [3, 3]);
  const step = { masks: everything, dropout: 0, onMoments: () => undefined };
  const loss = () =>
    tf.sum(tf.mul(tf.square(framesLogits(engine, sizes, variables, padded, step)), factors)).asScalar();
  const { grads } = tf.variableGrads(loss, variables);
  variables.forEach((variable, i) => {
    const gradient = grads[variable.name].dataSync();
    const at = gradient.length >> 1;
    const values = variable.dataSync().slice();
    const lossAt = (step: number): number => {
      const moved = values.slice();
      moved[at] += step;
      variable.assign(tf.tensor(moved, named[i][1]));
      return loss().dataSync()[0];
    };
    const difference = (lossAt(2e-4) - lossAt(-2e-4)) / 4e-4;
    variable.assign(tf.tensor(values, named[i][1]));
    expect(Math.abs(gradient[at] - difference), named[i][0]).toBeLessThan(0.03 * (1 + Math.abs(difference)));
  });
  tf.dispose(variables);
});

test('a training that was interrupted gives the same model as one that was not', async () => {
  const whole = await fit();
  const checkpoint = join(folder, 'checkpoint');
  const stop = new AbortController();
  const onProgress = ({ done }: { done: number }): void => (done === 3 ? stop.abort() : undefined);
  await expect(fit(train, small, { checkpoint, signal: stop.signal, onProgress })).rejects.toThrow();
  const resumed = await fit(train, small, { checkpoint, resume: true });
  expect(await resumed.model.files()).toEqual(await whole.model.files());
});

test('rows of weight 0 change nothing', async () => {
  const wrong = { ...train, y: Uint8Array.from(train.y, (label) => (label + 1) % 3) };
  const both: Samples = {
    x: joined([train.x, wrong.x]),
    y: Uint8Array.from([...train.y, ...wrong.y]),
    frames: Uint32Array.from([...train.frames!, ...wrong.frames!]),
    weights: Float32Array.from({ length: 300 }, (_, row) => (row < 150 ? 1 : 0)),
  };
  const { model } = await fit(both);
  expect(accuracy(model.predictProba, held)).toBeGreaterThan(0.9);
});

test('rows whose corpus does not know a class say nothing about it', async () => {
  // The third class is labelled as the first by a corpus that does not know it.
  const rest = train.y.map((label) => (label === 2 ? 0 : label));
  const both: Samples = {
    x: joined([train.x, train.x]),
    y: Uint8Array.from([...train.y, ...rest]),
    frames: Uint32Array.from([...train.frames!, ...train.frames!]),
    classes: Uint8Array.from({ length: 900 }, (_, i) => (i < 450 || i % 3 < 2 ? 1 : 0)),
  };
  const { model } = await fit(both);
  expect(accuracy(model.predictProba, held)).toBeGreaterThan(0.85);
});

test('a training can start from a model, and keeps the weights of the classes that both know', async () => {
  const { model } = await fit();
  const content = new Map(Array.from(await model.files(), ([name, file]) => [name, new Uint8Array(Buffer.from(file))]));
  const start: StartModel = { files: { dir: 'old', content }, shape, classes: [2, -1, 0, 1] };
  const still = { ...small, epochs: 1, learningRate: 1e-9 };
  const moved = await fit({ ...train, y: train.y.map((label) => [2, 3, 0][label]) }, still, { start }, 4);
  const p = moved.model.predictProba(held.x, held.frames);
  const right = held.y.filter((label, row) => {
    const [third, , first, second] = p.subarray(row * 4, row * 4 + 4);
    return [first, second, third][label] === Math.max(first, second, third);
  });
  expect(right.length / held.y.length).toBeGreaterThan(0.9);
  await expect(fit(train, { ...small, width: 8 }, { start })).rejects.toThrow(/old is a network of other sizes/);
});

test('a saved and opened model gives the same probabilities; one of an earlier version has weights of 32 bits', async () => {
  const { model } = await fit(train, { ...small, epochs: 1 });
  const files = new Map(Array.from(await model.files(), ([name, file]) => [name, new Uint8Array(Buffer.from(file))]));
  const expected = model.predictProba(held.x, held.frames);
  const predict = () => tcn.open({ dir: 'model', content: files }, shape).predictProba(held.x, held.frames);
  expect(predict()).toEqual(expected);
  const weights = decodeHalves(new Uint16Array(files.get('weights.bin')!.slice().buffer));
  files.set('weights.bin', new Uint8Array(weights.buffer));
  files.set('model.json', new TextEncoder().encode(JSON.stringify(sizes)));
  expect(predict()).toEqual(expected);
});

test('damaged files are refused in words', async () => {
  const { model } = await fit(train, { ...small, epochs: 1 });
  const files = new Map(Array.from(await model.files(), ([name, file]) => [name, new Uint8Array(Buffer.from(file))]));
  const open = (change: (content: typeof files) => void): (() => unknown) => {
    const content = new Map(files);
    change(content);
    return () => tcn.open({ dir: 'model', content }, shape);
  };
  expect(open(() => undefined)).not.toThrow();
  expect(open((content) => content.delete('weights.bin'))).toThrow(/weights\.bin is missing/);
  expect(open((content) => content.set('weights.bin', files.get('weights.bin')!.slice(4)))).toThrow(/cut off/);
  expect(open((content) => content.set('model.json', new TextEncoder().encode('{}')))).toThrow(/model\.json/);
});
