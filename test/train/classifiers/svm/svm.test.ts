import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../src/random.ts';
import { readSvm, writeSvm } from '../../../../src/train/classifiers/svm/files.ts';
import { fitSvm, type SvmOptions, type SvmRows } from '../../../../src/train/classifiers/svm/fit.ts';
import { kernelMatrix, rbfKernel, scaledGamma } from '../../../../src/train/classifiers/svm/kernel.ts';
import {
  pairsOf,
  pairwiseProbabilities,
  svmDecision,
  svmProbabilities,
} from '../../../../src/train/classifiers/svm/machine.ts';
import { solveTwoClasses } from '../../../../src/train/classifiers/svm/smo.ts';

interface Golden {
  features: number;
  x: number[][];
  y: number[];
  asked: number[][];
  cases: {
    name: string;
    options: SvmOptions;
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
const CLASSES = 3;
const asRows = (x: number[][]) => ({ data: Float32Array.from(x.flat()), size: x[0].length });
const training: SvmRows = { ...asRows(golden.x), classOf: golden.y };

/** The class that wins most pairs, the first of equals: as scikit-learn predicts. */
function winner(decision: ArrayLike<number>): number {
  const votes = new Array<number>(CLASSES).fill(0);
  pairsOf(CLASSES).forEach(([first, second], p) => votes[decision[p] > 0 ? first : second]++);
  return votes.indexOf(Math.max(...votes));
}

describe('120 rows of 3 classes that overlap', () => {
  test.each(golden.cases)(
    'decision values, winners and support vectors are those of scikit-learn: $name',
    ({ options, weights, gamma, decision, predicted, supportVectors }) => {
      const model = fitSvm({ ...training, weights: weights ?? undefined }, CLASSES, options);
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

  test('a row that weighs 0 might as well not be there, one that weighs 2 be there twice', () => {
    const weights = golden.y.map((_, row) => row % 3);
    const repeated = golden.y.flatMap((_, row) => new Array<number>(row % 3).fill(row));
    const other = { ...asRows(repeated.map((row) => golden.x[row])), classOf: repeated.map((row) => golden.y[row]) };
    const [weighted, plain] = [{ ...training, weights }, other].map((rows) =>
      svmDecision(fitSvm(rows, CLASSES, { gamma: 0.2 })),
    );
    for (const x of golden.asked) {
      const [a, b] = [weighted(Float32Array.from(x)), plain(Float32Array.from(x))];
      a.forEach((value, p) => expect(Math.abs(value - b[p])).toBeLessThan(3e-4));
    }
  });

  test('the order of the rows does not matter', () => {
    const order = createRandom('order').shuffle(golden.y.map((_, row) => row));
    const shuffled = { ...asRows(order.map((row) => golden.x[row])), classOf: order.map((row) => golden.y[row]) };
    const [one, other] = [training, shuffled].map((rows) => svmProbabilities(fitSvm(rows, CLASSES)));
    const asked = asRows(golden.asked).data;
    const expected = other(asked);
    one(asked).forEach((p, i) => expect(Math.abs(p - expected[i])).toBeLessThan(3e-4));
  });

  test('each row of probabilities sums to 1, and the most probable class wins most pairs where one wins all', () => {
    const model = fitSvm(training, CLASSES);
    const decide = svmDecision(model);
    const probabilities = svmProbabilities(model)(asRows(golden.asked).data);
    let clear = 0;
    golden.asked.forEach((x, row) => {
      const of = Array.from(probabilities.subarray(row * CLASSES, (row + 1) * CLASSES));
      expect(of.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      const values = decide(Float32Array.from(x));
      const best = winner(values);
      if (!pairsOf(CLASSES).every(([a, b], p) => (a !== best || values[p] > 0) && (b !== best || values[p] <= 0)))
        return;
      clear++;
      expect(of.indexOf(Math.max(...of))).toBe(best);
    });
    expect(clear).toBeGreaterThan(5);
  });

  test('a model read back from its files gives the same probabilities to the last bit', () => {
    const model = fitSvm(training, CLASSES);
    const { header, weights } = writeSvm(model);
    const read = readSvm(named('model.json', header), named('weights.bin', weights));
    const asked = asRows(golden.asked).data;
    expect(svmProbabilities(read)(asked)).toEqual(svmProbabilities(model)(asked));
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
  test('have the probability 0, and the others are as if they were not there', () => {
    const gap = fitSvm({ ...training, classOf: golden.y.map((of) => 2 * of) }, 5);
    expect(gap.counts.map((count) => count > 0)).toEqual([true, false, true, false, true]);
    const asked = asRows(golden.asked).data;
    const three = svmProbabilities(fitSvm(training, CLASSES))(asked);
    const five = svmProbabilities(gap)(asked);
    for (let row = 0; row < golden.asked.length; row++) {
      expect(Array.from(five.subarray(row * 5, row * 5 + 5))).toEqual([three[row * 3], 0, three[row * 3 + 1], 0, three[row * 3 + 2]]); // prettier-ignore
    }
  });

  test('a single class is always the answer', () => {
    const model = fitSvm({ data: Float32Array.of(1, 2, 3, 4), size: 2, classOf: [1, 1] }, 3);
    expect([...svmProbabilities(model)(Float32Array.of(9, 9))]).toEqual([0, 1, 0]);
  });
});

describe('what is refused', () => {
  test.each([
    [{ C: 0 }, /^The C of a support vector machine must be a finite number above 0; it is 0\.$/],
    [{ C: Infinity }, /C .* it is Infinity/],
    [{ gamma: -1 }, /gamma .* it is -1/],
    [{ gamma: NaN }, /gamma .* it is NaN/],
  ] as [SvmOptions, RegExp][])('options out of range: %j', (options, message) => {
    expect(() => fitSvm(training, CLASSES, options)).toThrow(message);
  });

  test('weights below 0 or not finite, and rows of no weight at all', () => {
    const weigh = (weights: number[]) => () => fitSvm({ ...training, weights }, CLASSES);
    const ones = golden.y.map(() => 1);
    expect(weigh(ones.with(4, -0.5))).toThrow(/that of row 5 is -0.5/);
    expect(weigh(ones.with(0, NaN))).toThrow(/that of row 1 is NaN/);
    expect(weigh(ones.map(() => 0))).toThrow(/takes one row or more/);
  });

  const { header, weights } = writeSvm(fitSvm(training, CLASSES));
  const parsed = JSON.parse(header) as Record<string, unknown>;
  const changed = (part: object): string => JSON.stringify({ ...parsed, ...part });
  test.each([
    ['no JSON', '{', weights, /model\.json: it is not JSON/],
    ['another kernel', changed({ kernel: 'linear' }), weights, /`kernel` is "linear" instead of "rbf"/],
    ['a gamma of 0', changed({ gamma: 0 }), weights, /`gamma` must be above 0/],
    ['too few biases', changed({ biases: [1] }), weights, /model\.json has 1 biases; 3 classes make 3 pairs/],
    ['no vectors', changed({ vectors: [0, 0, 0] }), weights, /no support vectors/],
    ['other counts', changed({ vectors: [1, 1, 1] }), weights, /weights\.bin is \d+ bytes long; the 3 support vectors/],
    ['a file cut off', header, weights.subarray(0, -4), /weights\.bin is \d+ bytes long/],
    ['a number that is none', header, weights.with(3, 0x7f).with(2, 0xc0), /weights\.bin: number 1 is NaN/],
  ])('damaged files: %s', (_, text, bytes, message) => {
    expect(() => readSvm(named('model.json', text), named('weights.bin', bytes))).toThrow(message);
  });
});

function named(name: string, content: string | Uint8Array) {
  return { name, bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content };
}
