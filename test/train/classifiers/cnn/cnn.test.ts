import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import * as v from 'valibot';
import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../../../src/random.ts';
import { createAdam } from '../../../../src/train/engine/adam.ts';
import { CNN } from '../../../../src/train/classifiers/cnn/fit.ts';
import { createMasks } from '../../../../src/train/engine/dropout.ts';
import type { Masks } from '../../../../src/train/engine/dropout.ts';
import { loadEngine } from '../../../../src/train/engine/engine.ts';
import type { Engine } from '../../../../src/train/engine/engine.ts';
import { forwardPass } from '../../../../src/train/network/forwardPass.ts';
import { cutWeights, sizeOf, stagesOf, weightShapes } from '../../../../src/train/network/layers.ts';
import { initialWeights, networkLogits, predictNetwork } from '../../../../src/train/network/network.ts';
import { trainRounds } from '../../../../src/train/network/rounds.ts';
import { convolvePoolReluDropout, poolReluDropout } from '../../../../src/train/engine/poolReluDropout.ts';
import { reluDropout } from '../../../../src/train/engine/reluDropout.ts';

let engine: Engine;
beforeAll(async () => void (engine = await loadEngine({ threads: 1 })));

/** Weights by a formula, so that the same could be set in Keras. */
function formulaWeights(): Float32Array {
  const shapes = weightShapes(STAGES);
  const weights = new Float32Array(shapes.map(sizeOf).reduce((a, b) => a + b));
  cutWeights(weights, shapes).forEach((part, k) => {
    const fan = shapes[k].length > 1 ? sizeOf(shapes[k].slice(0, -1)) : 100;
    part.forEach((_, i) => (part[i] = Math.sin(0.7 * i + k) * Math.sqrt(2 / fan)));
  });
  return weights;
}

const ROWS = Float32Array.from({ length: 3 * 186 }, (_, i) => {
  const row = Math.floor(i / 186);
  return Math.cos(0.05 * (row + 1) * (i % 186)) * (1 + row);
});
const noDropout: Masks = (length, _rate, into = new Float32Array(length)) => into.fill(1);
const SHAPE = { level: 'functionals', features: 186, classes: 8 } as const;
const STAGES = stagesOf(CNN, SHAPE);
const LABELS = Uint8Array.of(0, 3, 7);

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  Array.from(expected).forEach((value, i) => expect(Math.abs(actual[i] - value), `value ${i}`).toBeLessThan(tolerance));
}

test('it has the 386,120 weights that Keras 2.15 counts, layer by layer', () => {
  const sizes = weightShapes(STAGES).map(sizeOf);
  expect(STAGES.map((_, i) => sizes[2 * i] + sizes[2 * i + 1])).toEqual([384, 24_704, 360_512, 520]);
  expect(sizes.reduce((a, b) => a + b)).toBe(386_120);
  expect(STAGES[2]).toMatchObject({ frames: 44, channels: 128 }); // 5,632 values
});

const bytes = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

test('the initial weights come from the seed, within the bounds of Glorot', () => {
  const [first, same, other] = [1, 1, 2].map((seed) => initialWeights(engine, STAGES, createRandom(seed)));
  expect(Buffer.compare(bytes(first), bytes(same))).toBe(0);
  const parts = cutWeights(first, weightShapes(STAGES));
  expect(parts[0]).not.toEqual(cutWeights(other, weightShapes(STAGES))[0]);
  for (const i of [1, 3, 5, 7]) expect(parts[i].every((bias) => bias === 0)).toBe(true);
  // Of a convolution the fans are counted over its taps.
  const fans = [5 + 5 * 64, 3 * 64 + 3 * 128, 5632 + 64, 64 + 8];
  fans.forEach((fan, i) => {
    const largest = parts[2 * i].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest / Math.sqrt(6 / fan)).toBeCloseTo(1, 1);
    expect(largest / Math.sqrt(6 / fan)).toBeLessThanOrEqual(1);
  });
});

test('with the same weights it gives the probabilities of Keras 2.15', () => {
  const keras = [
    [0.11269256, 0.0998007, 0.09789028, 0.1073152, 0.12592809, 0.14670843, 0.15792882, 0.15173595],
    [0.1136466, 0.09902344, 0.09592304, 0.1048597, 0.12405107, 0.14674707, 0.16039732, 0.15535174],
    [0.12449541, 0.10180045, 0.09163537, 0.09540708, 0.11273625, 0.13977256, 0.16434178, 0.16981111],
  ];
  expectClose(predictNetwork(engine, STAGES, formulaWeights(), ROWS), keras.flat(), 1e-5);
  expectClose(forwardPass(STAGES, formulaWeights())(ROWS), keras.flat(), 1e-5);
});

test('six steps without dropout lower the loss as in Keras 2.15', async () => {
  const { tf } = engine;
  const losses: number[] = [];
  const target = tf.oneHot(tf.tensor1d(LABELS, 'int32'), 8);
  const { average } = await trainRounds<null, null>({
    engine,
    unit: 'step',
    rounds: 6,
    shapes: weightShapes(STAGES),
    weights: formulaWeights(),
    state: null,
    schema: v.null(),
    begin: () => ({ batches: [null], learningRate: 5e-4 }),
    loss: (weights) => {
      const logits = networkLogits(engine, STAGES, weights, tf.tensor2d(ROWS, [3, 186]), noDropout);
      return tf.losses.softmaxCrossEntropy(target, logits);
    },
    end: (_round, state, [loss]) => (losses.push(loss), state),
  });
  expectClose(losses, [2.07043076, 1.69083595, 1.47194183, 1.31359637, 1.17044735, 1.04084048], 2e-4);
  const p = predictNetwork(engine, STAGES, average, ROWS);
  expect(-Array.from(LABELS, (label, row) => Math.log(p[8 * row + label])).reduce((a, b) => a + b) / 3).toBeLessThan(
    1.04,
  );
});

test('pooling takes the larger of two, then bias, ReLU and dropout; the gradient goes back the same way', () => {
  const { tf } = engine;
  // Five frames of four channels: larger second, equal, larger first, dropped; the odd frame is left out.
  const x = tf.tensor4d([1, 2, 4, 1, 3, 2, 1, 5, -1, -9, 1, 1, -3, -8, 1, 2, 9, 9, 9, 9], [1, 1, 5, 4]);
  const bias = tf.tensor1d([1, 2, 3, 4]);
  const masks: Masks = (length, rate, into) => {
    expect([length, rate]).toEqual([8, 0.5]);
    into!.set([2, 2, 2, 0, 2, 2, 2, 2]);
    return into!;
  };
  const forward = (...inputs: Tensor[]) => poolReluDropout(engine, inputs[0] as Tensor4D, inputs[1], masks, 0.5);
  expect(Array.from(forward(x, bias).dataSync())).toEqual([8, 8, 14, 0, 0, -0, 8, 12]);
  // d/dx of the sum of squares: 2 · output · gate.
  const [dx, dBias] = tf.grads((...inputs) => tf.sum(tf.square(forward(...inputs))))([x, bias]);
  expect(Array.from(dx.dataSync(), (value) => value + 0)).toEqual([
    0, 32, 56, 0, 32, 0, 0, 0, 0, 0, 32, 0, 0, 0, 0, 48, 0, 0, 0, 0,
  ]);
  expect(Array.from(dBias.dataSync())).toEqual([32, 32, 88, 48]);
});

test('the first layer in one pass gives what the engine gives, forward and back', () => {
  const { tf } = engine;
  const random = createRandom(2);
  const normal = (...shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
      shape,
    );
  const [x, filters, bias] = [normal(3, 20) as Tensor2D, normal(5, 1, 8), normal(8)];
  const mask = createMasks(createRandom(3))(3 * 8 * 8, 0.3);
  const masks: Masks = (_length, _rate, into) => (into!.set(mask), into!);
  const direct = (...inputs: Tensor[]) => convolvePoolReluDropout(engine, x, inputs[0], inputs[1], masks, 0.3);
  const byEngine = (...inputs: Tensor[]) => {
    const convolved = tf.conv2d(tf.reshape(x, [3, 1, 20, 1]) as Tensor4D, tf.expandDims(inputs[0], 0) as Tensor4D, 1, 'valid');
    return poolReluDropout(engine, convolved, inputs[1], masks, 0.3);
  }; // prettier-ignore
  expectClose(direct(filters, bias).dataSync(), byEngine(filters, bias).dataSync(), 1e-6);
  const slopes = [direct, byEngine].map((f) =>
    tf.grads((...inputs) => tf.sum(tf.square(f(...inputs))))([filters, bias]),
  );
  slopes[0].forEach((slope, i) => expectClose(slope.dataSync(), slopes[1][i].dataSync(), 1e-4));
});

test('ReLU with dropout lets through, forward and back, what is positive and kept', () => {
  const { tf } = engine;
  const x = tf.tensor1d([1, -1, 2, 0, 3]);
  const mask = Float32Array.of(2, 2, 0, 2, 2);
  expect(Array.from(reluDropout(engine, x, mask).dataSync())).toEqual([2, -0, 0, 0, 6]);
  const slope = tf.grad((input) => tf.sum(tf.square(reluDropout(engine, input, mask))))(x);
  expect(Array.from(slope.dataSync())).toEqual([8, -0, 0, 0, 24]); // 2 · (x · gate) · gate
});

test('Adam takes the steps of Keras 2.15', () => {
  const adam = createAdam(3);
  adam.weights.set([1, -2, 3]);
  const keras = [
    [0.9000037908554077, -1.9000022411346436, 2.9999682903289795],
    [0.8082275390625, -1.8733692169189453, 2.9999470710754395],
    [0.8243188261985779, -1.900638461112976, 2.9997293949127197],
  ];
  [[0.1, -0.2, 1e-9], [0.3, 0.1, 0], [-0.5, 0.2, 1e-8]].forEach((gradient, i) => {
    adam.gradient.set(gradient);
    adam.step(i + 1, 0.1);
    expectClose(adam.weights, keras[i], 3e-6);
  }); // prettier-ignore
});

test('with weight decay, each step first takes a share of the weights away', () => {
  const [plain, decayed] = [createAdam(2), createAdam(2)];
  for (const adam of [plain, decayed]) {
    adam.weights.set([1, -2]);
    adam.gradient.set([0.1, -0.2]);
  }
  plain.step(1, 0.1);
  decayed.step(1, 0.1, 0.01);
  expectClose(decayed.weights, [plain.weights[0] - 0.001, plain.weights[1] + 0.002], 1e-6);
});

test('Adam forgets a mean gradient that is too small to move a weight, before it is denormal and slow', () => {
  const adam = createAdam(2);
  adam.weights.fill(0.1);
  adam.gradient.fill(0.01);
  adam.step(1, 5e-4);
  adam.gradient.set([0, 0.01]);
  for (let step = 2; step <= 500; step++) adam.step(step, 5e-4);
  expect(adam.m[0]).toBeGreaterThan(2 ** -100);
  const still = adam.weights[0];
  for (let step = 501; step <= 900; step++) adam.step(step, 5e-4);
  expect(Array.from(adam.m)).toEqual([0, expect.closeTo(0.01, 6)]);
  expect(adam.weights[0]).toBe(still);
});

test('dropout keeps the stated share, scales what it keeps, differs from step to step and follows its seed', () => {
  const masks = createMasks(createRandom('a'));
  const first = masks(100_000, 0.3);
  const kept = first.filter((value) => value > 0);
  expect(kept.length / first.length).toBeCloseTo(0.7, 2);
  expect(kept.every((value) => value === Math.fround(1 / 0.7))).toBe(true);
  const same = (mask: Float32Array): boolean => Buffer.compare(bytes(mask), bytes(first)) === 0;
  expect(same(masks(100_000, 0.3))).toBe(false);
  expect(same(createMasks(createRandom('a'))(100_000, 0.3))).toBe(true);
  expect(same(createMasks(createRandom('b'))(100_000, 0.3))).toBe(false);
  // Neighbours, and those that share a word of the generator, must not be correlated.
  for (const distance of [1, 2, 4, 8]) {
    const both = first.filter((value, i) => value > 0 && first[i + distance] > 0).length / first.length;
    expect(both).toBeCloseTo(0.49, 2);
  }
  expect(masks(5, 0.4)).toHaveLength(5);
  expect(Array.from(masks(9, 0))).toEqual(new Array(9).fill(1));
});

test('dropout acts in training and not in prediction', () => {
  const weights = initialWeights(engine, STAGES, createRandom(1));
  const logits = (masks: Masks) =>
    Array.from(
      engine.tf.tidy(() => {
        const shapes = weightShapes(STAGES);
        const tensors = cutWeights(weights, shapes).map((part, i) => engine.tf.tensor(part, shapes[i]));
        return networkLogits(engine, STAGES, tensors, engine.tf.tensor2d(ROWS, [3, 186]), masks).dataSync();
      }),
    );
  const none = logits(noDropout);
  expect(logits(createMasks(createRandom(1)))).not.toEqual(none);
  const softmax = (row: number[]) => {
    const powers = row.map(Math.exp);
    return powers.map((power) => power / powers.reduce((a, b) => a + b));
  };
  const expected = [0, 1, 2].flatMap((row) => softmax(none.slice(row * 8, row * 8 + 8)));
  expectClose(predictNetwork(engine, STAGES, weights, ROWS), expected, 1e-5);
});
