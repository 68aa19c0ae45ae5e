import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createRandom } from '../../../../src/random.ts';
import type { Samples, StartModel } from '../../../../src/train/classifiers/classifier.ts';
import { trainingBatches } from '../../../../src/train/classifiers/mlp/batches.ts';
import { mlp, type MlpOptions } from '../../../../src/train/classifiers/mlp/mlp.ts';
import { areHalves, decodeHalves } from '../../../../src/half.ts';
import { accuracyOf, exclusiveOr, fitVectors, reopened, samplesOf, shapeOf } from '../vectorModels.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-mlp-'));
afterAll(() => rmSync(folder, { recursive: true }));

const small: Partial<MlpOptions> = {
  networks: 2,
  units: 32,
  epochs: 20,
  batchSize: 16,
  learningRate: 0.02,
  inputDropout: 0,
  dropout: 0.1,
};
const train = exclusiveOr(300, 'train');
const held = exclusiveOr(200, 'held');
const fit = (samples = train, options = small, context = {}) => fitVectors('mlp', samples, options, context);

/** Points around the corner of a class. */
function corners(count: number, seed: string): Samples {
  const random = createRandom(seed);
  const y = Array.from({ length: count }, (_, i) => i % 3);
  return samplesOf(y.map((label) => [0, 1, 2].map((c) => (c === label ? 2 : 0) + 0.4 * random.normal())), y); // prettier-ignore
}
const three = corners(150, 'train');
const heldThree = corners(90, 'held');
const brief = { ...small, epochs: 8 };

test('it learns what no single feature tells, and its probabilities sum to 1', async () => {
  const fitted = await fit();
  expect(accuracyOf(fitted, held, 3)).toBeGreaterThan(0.93);
  expect(fitted.history!.at(-1)!.loss).toBeLessThan(fitted.history![0].loss);
  expect(fitted.notes).toMatchObject({ rows: 300, weights: 2 * (4 * 32 + 32 + 32 * 3 + 3) });
  const p = fitted.model.predictProba(held.x);
  held.y.forEach((_, row) => expect(p[3 * row] + p[3 * row + 1] + p[3 * row + 2]).toBeCloseTo(1, 6));
});

test('without hidden layers it is a linear model, which cannot', async () => {
  const fitted = await fit(train, { ...brief, hiddenLayers: 0 });
  expect(accuracyOf(fitted, held, 3)).toBeLessThan(0.7);
  expect(accuracyOf(await fit(three, { ...brief, hiddenLayers: 0 }), heldThree, 3)).toBeGreaterThan(0.9);
});

test('a saved and opened model gives the same probabilities; its weights are floats of 16 bits', async () => {
  const fitted = await fit(train, brief);
  const { content, open } = await reopened('mlp', fitted, train);
  expect(open().predictProba(held.x)).toEqual(fitted.model.predictProba(held.x));
  const bytes = content.get('weights.bin')!;
  expect(bytes.length).toBe(2 * fitted.notes.weights);
  expect(areHalves(decodeHalves(new Uint16Array(bytes.slice().buffer)))).toBe(true);
});

test('the ensemble is the mean of its networks, each of which is the same as if it were trained alone', async () => {
  const [one, two] = await Promise.all([1, 2].map((networks) => fit(train, { ...brief, networks })));
  const first = (await one.model.files()).get('weights.bin') as Uint8Array;
  const both = (await two.model.files()).get('weights.bin') as Uint8Array;
  expect(both.subarray(0, first.length)).toEqual(first);
  const files = await two.model.files();
  const sizes = { networks: 1, units: [32], clip: 5 };
  const alone = [first, both.subarray(first.length)].map((weights) => {
    const content = new Map([
      ['model.json', new TextEncoder().encode(JSON.stringify(sizes))],
      ['weights.bin', Uint8Array.from(weights)],
    ]);
    return mlp.open({ dir: 'model', content }, shapeOf(train)).predictProba(held.x);
  });
  expect(JSON.parse(files.get('model.json') as string)).toEqual({ ...sizes, networks: 2 });
  two.model.predictProba(held.x).forEach((p, i) => expect(p).toBeCloseTo((alone[0][i] + alone[1][i]) / 2, 6));
});

test('a value beyond the limit counts as the limit', async () => {
  const { model } = await fit(train, { ...brief, clip: 0.75 });
  const [far, near] = [100, 0.75].map((x) => model.predictProba(Float32Array.of(x, -x, 0.1, 0.2)));
  expect(far).toEqual(near);
  expect(model.predictProba(Float32Array.of(0.5, -0.5, 0.1, 0.2))).not.toEqual(near);
});

test.each([{ validation: undefined }, { validation: held }])(
  'a training that was interrupted gives the same model as one that was not ($validation)',
  async ({ validation }) => {
    const whole = await fit(train, brief, { validation });
    const checkpoint = join(folder, `checkpoint ${validation ? 1 : 2}`);
    const stop = new AbortController();
    const onProgress = ({ done }: { done: number }): void => (done === 3 ? stop.abort() : undefined);
    await expect(fit(train, brief, { validation, checkpoint, signal: stop.signal, onProgress })).rejects.toThrow();
    const resumed = await fit(train, brief, { validation, checkpoint, resume: true });
    expect(await resumed.model.files()).toEqual(await whole.model.files());
    expect(resumed.history).toEqual(whole.history);
    expect(whole.history!.every((epoch) => (epoch.validationAccuracy !== undefined) === !!validation)).toBe(true);
  },
);

test('rows of weight 0 change nothing', async () => {
  const both: Samples = {
    x: Float32Array.from([...train.x, ...train.x]),
    y: Uint8Array.from([...train.y, ...train.y.map((label) => 1 - label)]),
    weights: Float32Array.from({ length: 600 }, (_, row) => (row < 300 ? 1 : 0)),
  };
  const [with0, without] = await Promise.all([fit(both, brief), fit(train, brief)]);
  expect(await with0.model.files()).toEqual(await without.model.files());
  await expect(fit({ ...train, weights: new Float32Array(300) })).rejects.toThrow(/at least one training row/);
});

test('a heavier row counts for more', async () => {
  const doubted: Samples = {
    x: Float32Array.from([...three.x, ...three.x]),
    y: Uint8Array.from([...three.y, ...three.y.map((label) => (label + 1) % 3)]),
    weights: Float32Array.from({ length: 300 }, (_, row) => (row < 150 ? 1 : 0.3)),
  };
  expect(accuracyOf(await fit(doubted, { ...small, mixup: 0 }), heldThree, 3)).toBeGreaterThan(0.85);
});

test('rows whose corpus does not know a class say nothing about it', async () => {
  // The third class is labelled as the first by a corpus that does not know it.
  const both: Samples = {
    x: Float32Array.from([...three.x, ...three.x]),
    y: Uint8Array.from([...three.y, ...three.y.map((label) => (label === 2 ? 0 : label))]),
    classes: Uint8Array.from({ length: 900 }, (_, i) => (i < 450 || i % 3 < 2 ? 1 : 0)),
  };
  expect(accuracyOf(await fit(both, { ...small, mixup: 0.4 }), heldThree, 3)).toBeGreaterThan(0.9);
});

test('rows are mixed in pairs with their labels, and only with rows that distinguish the same classes', () => {
  const y = Uint8Array.from({ length: 32 }, (_, row) => row % 2);
  const samples: Samples = {
    x: Float32Array.from({ length: 64 }, (_, i) => (i % 2 === y[i >> 1] ? 1 : 0) * (i < 32 ? 1 : -1)),
    y,
    classes: Uint8Array.from({ length: 96 }, (_, i) => (i < 48 || i % 3 < 2 ? 1 : 0)),
  };
  const options = { batchSize: 32, clip: 5, inputDropout: 0, mixup: 2, smoothing: 0 };
  const shape = { level: 'functionals' as const, features: 2, classes: 3 };
  const [[{ x, shares, labels }]] = [...trainingBatches(samples, y.map((_, i) => i), shape, options, [createRandom(1)])]; // prettier-ignore
  const mixed = Array.from({ length: 32 }, (_, row) => {
    const [own, values] = [shares.subarray(3 * row, 3 * row + 2), x.subarray(2 * row, 2 * row + 2)];
    const sign = labels.classes![3 * row + 2] ? 1 : -1; // rows of the second kind are negative: none is mixed with the first
    own.forEach((share, c) => expect(sign * values[c]).toBeCloseTo(share, 6));
    expect(own[labels.y[row]]).toBeGreaterThanOrEqual(0.5);
    expect(own[0] + own[1]).toBeCloseTo(1, 6);
    return own[0] !== 0 && own[0] !== 1;
  });
  expect(mixed.filter(Boolean).length).toBeGreaterThan(6);
});

test('without mixing and dropout a batch is the rows as they are, and dropout of features keeps their mean', () => {
  const options = { batchSize: 300, clip: 5, inputDropout: 0, mixup: 0, smoothing: 0.1 };
  const batches = (changes = {}) => [...trainingBatches(train, train.y.map((_, i) => i).slice(0, 200), shapeOf(train), { ...options, ...changes }, [createRandom(1)])]; // prettier-ignore
  const [[plain], ...none] = batches();
  expect(none).toEqual([]);
  expect([...plain.x].sort()).toEqual([...train.x.subarray(0, 800)].sort());
  const shares = [...plain.shares.subarray(0, 3)].sort();
  [0.1 / 3, 0.1 / 3, 0.9 + 0.1 / 3].forEach((share, i) => expect(shares[i]).toBeCloseTo(share, 9));
  const [[dropped]] = batches({ inputDropout: 0.2 });
  const kept = dropped.x.filter((value) => value !== 0).length / dropped.x.length;
  expect(kept).toBeCloseTo(0.8, 1);
  dropped.x.forEach((value, i) => expect(value === 0 || Math.abs(value - plain.x[i] / 0.8) < 1e-5).toBe(true));
});

test('a training can start from a model, and keeps the weights of the classes that both know', async () => {
  const fitted = await fit(three, small);
  const { content } = await reopened('mlp', fitted, three);
  const shape = shapeOf(three);
  const start: StartModel = { files: { dir: 'old', content }, shape, classes: [2, -1, 0, 1] };
  const still = { ...small, epochs: 1, learningRate: 1e-9 };
  const renamed = { ...three, y: Uint8Array.from(three.y, (label) => [2, 3, 0][label]) };
  const p = (await fit(renamed, still, { start })).model.predictProba(heldThree.x);
  const right = heldThree.y.filter((label, row) => {
    const [third, , first, second] = p.subarray(row * 4, row * 4 + 4);
    return [first, second, third][label] === Math.max(first, second, third);
  });
  expect(right.length / heldThree.y.length).toBeGreaterThan(0.9);
  await expect(fit(three, { ...small, units: 8 }, { start })).rejects.toThrow(/old is a network of other sizes/);
});

test('rows that do not fit are refused in words', async () => {
  const wrong = { ...train, x: train.x.slice(1) };
  const shape = shapeOf(train);
  const options = mlp.options;
  const complete = Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default]));
  const run = (samples: Samples) => mlp.fit(shape, samples, undefined, complete as unknown as MlpOptions, { seed: 1 });
  await expect(run(wrong)).rejects.toThrow(/300 training labels need 300 rows of 4 features; there are 1199 values/);
  await expect(run({ ...train, x: train.x.map((value, i) => (i === 5 ? NaN : value)) })).rejects.toThrow(/row 2, feature 2 is NaN/); // prettier-ignore
  await expect(run({ ...train, y: train.y.map(() => 3) })).rejects.toThrow(/there are 3 classes/);
});

test('a learning rate that is too high is named', async () => {
  await expect(fit(train, { ...brief, learningRate: 1e30 })).rejects.toThrow(/lower learning rate/);
});

test('damaged files are refused in words', async () => {
  const { content } = await reopened('mlp', await fit(train, { ...small, epochs: 1 }), train);
  const open = (change: (files: typeof content) => void): (() => unknown) => {
    const files = new Map(content);
    change(files);
    return () => mlp.open({ dir: 'model', content: files }, shapeOf(train));
  };
  expect(open(() => undefined)).not.toThrow();
  expect(open((files) => files.delete('weights.bin'))).toThrow(/weights\.bin is missing/);
  expect(open((files) => files.set('weights.bin', content.get('weights.bin')!.slice(4)))).toThrow(/cut off/);
  expect(open((files) => content.get('weights.bin') && files.set('weights.bin', content.get('weights.bin')!.map(() => 0xff)))).toThrow(/value 1 is not a finite number/); // prettier-ignore
  expect(open((files) => files.set('model.json', new TextEncoder().encode('{}')))).toThrow(/model\.json/);
});

test('the model card says what it is', async () => {
  const fitted = await fit(train, { ...brief, mixup: 0.2 });
  const options = { ...Object.fromEntries(Object.entries(mlp.options).map(([name, { default: own }]) => [name, own])), ...brief }; // prettier-ignore
  const text = mlp.describe(fitted as never, options as unknown as MlpOptions);
  expect(text).toMatch(/^The mean of 2 networks with 1 hidden layer of 32 units each, 518 weights in all\. /);
  expect(text).toMatch(/on 300 rows, mixed in pairs, for 8 epochs of batches of 16, at a learning rate of 0\.02/);
});
