import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../src/random.ts';
import type { Classifier, ModelFiles } from '../../../../src/train/classifiers/classifier.ts';
import { completeOptions } from '../../../../src/train/classifiers/options.ts';
import { readSvm, writeSvm } from '../../../../src/train/classifiers/svm/files.ts';
import { fitSvm } from '../../../../src/train/classifiers/svm/fit.ts';
import { kernelMatrix, rbfKernel, scaledGamma } from '../../../../src/train/classifiers/svm/kernel.ts';
import {
  pairsOf,
  pairwiseProbabilities,
  svmDecision,
  svmProbabilities,
} from '../../../../src/train/classifiers/svm/machine.ts';
import { solveTwoClasses } from '../../../../src/train/classifiers/svm/smo.ts';
import { svm, type SvmOptions } from '../../../../src/train/classifiers/svm/svm.ts';

interface Golden {
  features: number;
  x: number[][];
  y: number[];
  asked: number[][];
  cases: {
    name: string;
    options: Partial<SvmOptions>;
    weights: number[] | null;
    gamma: number;
    decision: number[][];
    predicted: number[];
    supportVectors: number[];
  }[];
}
const golden = JSON.parse(
  readFileSync(new URL('../../../fixtures/svm/scikit-learn.json', import.meta.url), 'utf8'),
) as Golden;
const SHAPE = { features: golden.features, classes: 3 };
const DEFAULTS: SvmOptions = { C: 3, gamma: 'scale', classWeight: 'none' };
const samples = (x: number[][], y: number[], weights?: number[]) => ({
  x: Float32Array.from(x.flat()),
  y: Uint8Array.from(y),
  weights: weights && Float32Array.from(weights),
});
const training = samples(golden.x, golden.y);
const asked = Float32Array.from(golden.asked.flat());
const fit = (rows = training, options: Partial<SvmOptions> = {}) => fitSvm(SHAPE, rows, { ...DEFAULTS, ...options });

/** The class that wins most pairs, the first of equals: as scikit-learn predicts. */
function winner(decision: ArrayLike<number>): number {
  const votes = [0, 0, 0];
  pairsOf(SHAPE.classes).forEach(([first, second], p) => votes[decision[p] > 0 ? first : second]++);
  return votes.indexOf(Math.max(...votes));
}

describe('120 rows of 3 classes that overlap', () => {
  test.each(golden.cases)(
    'decision values, winners and support vectors are those of scikit-learn: $name',
    async ({ options, weights, gamma, decision, predicted, supportVectors }) => {
      const model = await fit(samples(golden.x, golden.y, weights ?? undefined), options);
      expect(model.gamma).toBeCloseTo(gamma, 7);
      const decide = svmDecision(model);
      golden.asked.forEach((x, row) => {
        const values = decide(Float32Array.from(x));
        decision[row].forEach((value, p) => expect(Math.abs(values[p] - value)).toBeLessThan(2e-4));
        expect(winner(values)).toBe(predicted[row]);
      });
      supportVectors.forEach((count, of) => expect(Math.abs(model.counts[of] - count)).toBeLessThanOrEqual(1));
    },
  );

  test('a row that weighs 0 might as well not be there, one that weighs 2 be there twice', async () => {
    const weights = golden.y.map((_, row) => row % 3);
    const repeated = golden.y.flatMap((_, row) => new Array<number>(row % 3).fill(row));
    const other = samples(repeated.map((row) => golden.x[row]), repeated.map((row) => golden.y[row])); // prettier-ignore
    const weighted = svmDecision(await fit(samples(golden.x, golden.y, weights), { gamma: 0.2 }));
    const plain = svmDecision(await fit(other, { gamma: 0.2 }));
    for (const x of golden.asked) {
      const [a, b] = [weighted(Float32Array.from(x)), plain(Float32Array.from(x))];
      a.forEach((value, p) => expect(Math.abs(value - b[p])).toBeLessThan(3e-4));
    }
  });

  test('the order of the rows does not matter', async () => {
    const order = createRandom('order').shuffle(golden.y.map((_, row) => row));
    const shuffled = samples(order.map((row) => golden.x[row]), order.map((row) => golden.y[row])); // prettier-ignore
    const expected = svmProbabilities(await fit(shuffled))(asked);
    svmProbabilities(await fit())(asked).forEach((p, i) => expect(Math.abs(p - expected[i])).toBeLessThan(3e-4));
  });

  test('each row of probabilities sums to 1, and the class that wins all its pairs is the most probable one', async () => {
    const model = await fit();
    const decide = svmDecision(model);
    const probabilities = svmProbabilities(model)(asked);
    let clear = 0;
    golden.asked.forEach((x, row) => {
      const of = Array.from(probabilities.subarray(row * SHAPE.classes, (row + 1) * SHAPE.classes));
      expect(of.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      const values = decide(Float32Array.from(x));
      const best = winner(values);
      const lost = pairsOf(SHAPE.classes).filter(([a, b], p) => (values[p] > 0 ? b : a) === best);
      if (lost.length > 0) return;
      clear++;
      expect(of.indexOf(Math.max(...of))).toBe(best);
    });
    expect(clear).toBeGreaterThan(5);
  });

  test('a model read back from its files gives the same probabilities to the last bit', async () => {
    const model = await fit();
    expect(svmProbabilities(readSvm(filesOf(writeSvm(model)), SHAPE))(asked)).toEqual(svmProbabilities(model)(asked));
  });

  test('a trained model has support vectors of 16 bits, which it is evaluated with; its decision values hardly change', async () => {
    const { model } = await svm.fit({ level: 'functionals', ...SHAPE }, training, undefined, DEFAULTS, { seed: 1 });
    const files = filesOf(await model.files());
    const [exact, stored] = [await fit(), readSvm(files, SHAPE)];
    expect(files.content.get('vectors.bin')!.length).toBe(2 * stored.vectors.data.length + 4 * stored.beta.length);
    expect(svmProbabilities(stored)(asked)).toEqual(model.predictProba(asked));
    const [before, after] = [exact, stored].map((one) => svmDecision(one)(asked.subarray(0, SHAPE.features)));
    before.forEach((value, pair) => expect(Math.abs(value - after[pair])).toBeLessThan(3e-3));
  });

  test('every pair is reported when it is done, and what is thrown there ends the training', async () => {
    const done: number[] = [];
    await fitSvm(SHAPE, training, DEFAULTS, (pairs) => void done.push(pairs));
    expect(done).toEqual([1, 2, 3]);
    const stop = fitSvm(SHAPE, training, DEFAULTS, (pairs) => {
      if (pairs === 2) throw new Error('stopped');
    });
    await expect(stop).rejects.toThrow('stopped');
  });
});

describe('the solver', () => {
  /** K of some points on a line. */
  const kernelOf = (points: number[], y: number[], bounds: number[]) => ({
    y: Int8Array.from(y),
    bounds: Float64Array.from(bounds),
    kernelRow: (index: number, into: Float32Array) =>
      points.forEach((point, t) => (into[t] = Math.exp(-((point - points[index]) ** 2)))),
  });

  test('two rows with room: both on the margin, decision values 1 and −1', () => {
    const k = Math.exp(-1);
    const { beta, bias } = solveTwoClasses(kernelOf([0, 1], [1, -1], [100, 100]));
    expect(beta[0]).toBeCloseTo(1 / (1 - k), 5);
    expect(beta[1]).toBeCloseTo(-1 / (1 - k), 5);
    expect(bias).toBeCloseTo(0, 5);
  });

  test('two rows without room: both at their smaller bound', () => {
    const { beta } = solveTwoClasses(kernelOf([0, 1], [1, -1], [0.5, 3]));
    expect([...beta]).toEqual([0.5, -0.5]);
  });

  test('the conditions of the optimum hold within 3e-4, at bounds and between them', () => {
    const random = createRandom('optimum');
    const points = Array.from({ length: 60 }, () => 2 * random.normal());
    const y = points.map((point) => (point + 0.7 * random.normal() > 0 ? 1 : -1));
    const bounds = points.map(() => 0.2 + 2 * random.uniform());
    const { beta, bias } = solveTwoClasses(kernelOf(points, y, bounds));
    expect(Math.abs(beta.reduce((a, b) => a + b))).toBeLessThan(1e-9);
    const kinds = new Set<string>();
    points.forEach((point, t) => {
      const value = points.reduce((sum, other, i) => sum + beta[i] * Math.exp(-((point - other) ** 2)), bias);
      const alpha = beta[t] * y[t];
      const margin = y[t] * value - 1;
      kinds.add(alpha === 0 ? 'without' : alpha === bounds[t] ? 'bounded' : 'free');
      expect(alpha).toBeGreaterThanOrEqual(0);
      expect(alpha).toBeLessThanOrEqual(bounds[t]);
      if (alpha < bounds[t]) expect(margin).toBeGreaterThan(-3e-4);
      if (alpha > 0) expect(margin).toBeLessThan(3e-4);
    });
    expect([...kinds].sort()).toEqual(['bounded', 'free', 'without']);
  });

  test('one row in two classes at once does not keep it busy for ever', () => {
    const { beta, bias } = solveTwoClasses(kernelOf([1, 1, 1], [1, -1, -1], [2, 1, 1]));
    expect(Array.from(beta).every(Number.isFinite)).toBe(true);
    expect(Math.abs(bias)).toBeLessThanOrEqual(1);
  });
});

describe('the kernel', () => {
  const random = createRandom('kernel');
  const size = 11; // no multiple of what the SIMD loop takes
  const rows = { data: Float32Array.from({ length: 9 * size }, () => random.normal()), size };
  const expected = (x: ArrayLike<number>, row: number): number => {
    let distance = 0;
    for (let i = 0; i < size; i++) distance += (x[i] - rows.data[row * size + i]) ** 2;
    return Math.exp(-0.3 * distance);
  };

  test('is exp(−gamma · squared distance) within 1e-6, 1 of a row with itself', () => {
    const kernel = rbfKernel(rows, 0.3);
    const x = Float32Array.from({ length: size }, () => random.normal());
    kernel(x).forEach((value, row) => expect(Math.abs(value - expected(x, row))).toBeLessThan(1e-6));
    expect(kernel(rows.data.slice(2 * size, 3 * size))[2]).toBe(1);
  });

  test('rows that the memory does not hold are computed again, to the same', () => {
    const small = kernelMatrix(rows, 0.3, 3 * 9 * 4);
    const large = kernelMatrix(rows, 0.3, 1e6);
    for (const row of [0, 1, 2, 3, 0, 8, 1, 1, 4]) expect(small(row)).toEqual(large(row));
    expect(large(5)).toBe(large(5));
    const [first] = [small(0), small(1), small(2), small(3)];
    expect(small(0)).not.toBe(first);
  });

  test('scaled gamma is 1 over features and variance, and 1 of values that are all the same', () => {
    expect(scaledGamma({ data: Float32Array.of(1, 3, 1, 3), size: 2 })).toBeCloseTo(0.5, 12);
    expect(scaledGamma({ data: Float32Array.of(4, 4, 4, 4), size: 2 })).toBe(1);
  });
});

describe('probabilities of pairs put together', () => {
  const valueOf = (p: number): number => Math.log(p / (1 - p)) / 3;

  test('two classes have those of their one pair', () => {
    const [p, q] = pairwiseProbabilities([valueOf(0.8)], [1, 1]);
    expect([p, q]).toEqual([expect.closeTo(0.8, 9), expect.closeTo(0.2, 9)]);
  });

  test('pairs that come from probabilities of all classes give these back', () => {
    const truth = [0.5, 0.2, 0.2, 0.1];
    const values = pairsOf(4).map(([i, j]) => valueOf(truth[i] / (truth[i] + truth[j])));
    pairwiseProbabilities(values, [1, 1, 1, 1]).forEach((p, of) => expect(p).toBeCloseTo(truth[of], 9));
  });

  test('certainty does not make them infinite', () => {
    expect(pairwiseProbabilities([1e4, 1e4, 0], [1, 1, 1])).toEqual([1, 0, 0]);
  });
});

describe('classes without training rows', () => {
  test('have the probability 0, and the others are as if they were not there', async () => {
    const model = await fitSvm({ ...SHAPE, classes: 5 }, { ...training, y: training.y.map((of) => 2 * of) }, DEFAULTS);
    expect(model.counts.map((count) => count > 0)).toEqual([true, false, true, false, true]);
    const three = svmProbabilities(await fit())(asked);
    const five = svmProbabilities(model)(asked);
    for (let row = 0; row < golden.asked.length; row++) {
      const [a, b, c] = three.subarray(row * 3, row * 3 + 3);
      expect(Array.from(five.subarray(row * 5, row * 5 + 5))).toEqual([a, 0, b, 0, c]);
    }
  });

  test('a single class is always the answer, also after saving', async () => {
    const shape = { features: 2, classes: 3 };
    const model = await fitSvm(shape, samples([[1, 2], [3, 4]], [1, 1]), DEFAULTS); // prettier-ignore
    const read = readSvm(filesOf(writeSvm(model)), shape);
    expect([...svmProbabilities(read)(Float32Array.of(9, 9))]).toEqual([0, 1, 0]);
  });
});

describe('what is refused', () => {
  test.each([
    [{ C: 0 }, /`C` must be above 0; it is 0\.$/],
    [{ C: Infinity }, /`C` must be a finite number; it is Infinity/],
    [{ gamma: -1 }, /`gamma` must be above 0; it is -1/],
    [{ gamma: 'auto' }, /`gamma` is "auto" where "scale" or a number belongs/],
    [{ classWeight: 'some' }, /`classWeight` is "some" instead of "none" \| "balanced"/],
    [{ epochs: 3 }, /svm has no option `epochs`; it has C, gamma, classWeight/],
  ])('options out of range: %j', (options, message) => {
    expect(() => completeOptions(svm as Classifier, options)).toThrow(message);
  });

  test('weights below 0 or not finite, and rows of no weight at all', async () => {
    const weigh = (weights: number[]) => fit(samples(golden.x, golden.y, weights));
    const ones = golden.y.map(() => 1);
    await expect(weigh(ones.with(4, -0.5))).rejects.toThrow(/that of row 5 is -0.5/);
    await expect(weigh(ones.with(0, NaN))).rejects.toThrow(/that of row 1 is NaN/);
    await expect(weigh(ones.map(() => 0))).rejects.toThrow(/at least one training row/);
  });

  const damaged: [what: string, damage: (files: SvmContent) => object, message: RegExp][] = [
    ['no JSON', () => ({ 'svm.json': '{' }), /svm\.json: it is not JSON/],
    ['another kernel', (files) => changed(files, { kernel: 'linear' }), /`kernel` is "linear" instead of "rbf"/],
    ['a gamma of 0', (files) => changed(files, { gamma: 0 }), /`gamma` must be above 0/],
    ['too few biases', (files) => changed(files, { biases: [1] }), /has 1 biases, but 3 classes make 3 pairs/],
    ['no vectors', (files) => changed(files, { vectors: [0, 0, 0] }), /svm\.json has no support vectors/],
    ['other counts', (files) => changed(files, { vectors: [1, 1, 1] }), /vectors\.bin has \d+ bytes, but svm\.json describes 84/],
    ['another shape', (files) => changed(files, { features: 6 }), /takes 6 features .* has 5 features and 3 labels/],
    ['a file cut off', ({ vectors }) => ({ 'vectors.bin': vectors.subarray(0, -4) }), /vectors\.bin has \d+ bytes/],
    ['a number that is none', ({ vectors }) => ({ 'vectors.bin': vectors.with(3, 0x7f).with(2, 0xc0) }), /vectors\.bin: value 1 of the vectors is not a finite number/],
    ['a missing file', () => ({ 'vectors.bin': undefined }), /vectors\.bin is missing/],
  ]; // prettier-ignore
  test.each(damaged)('damaged files: %s', async (_, damage, message) => {
    const files = writeSvm(await fit());
    const content = { header: files.get('svm.json') as string, vectors: files.get('vectors.bin') as Uint8Array };
    for (const [name, part] of Object.entries(damage(content) as Record<string, string | Uint8Array | undefined>)) {
      if (part === undefined) files.delete(name);
      else files.set(name, part);
    }
    expect(() => readSvm(filesOf(files), SHAPE)).toThrow(message);
  });
});

interface SvmContent {
  header: string;
  vectors: Uint8Array;
}

function changed({ header }: SvmContent, part: object): object {
  return { 'svm.json': JSON.stringify({ ...(JSON.parse(header) as object), ...part }) };
}

function filesOf(files: ReadonlyMap<string, string | Uint8Array>): ModelFiles {
  const bytesOf = (part: string | Uint8Array) =>
    typeof part === 'string' ? new TextEncoder().encode(part) : Uint8Array.from(part);
  return { dir: 'models/male', content: new Map(Array.from(files, ([name, part]) => [name, bytesOf(part)])) };
}
