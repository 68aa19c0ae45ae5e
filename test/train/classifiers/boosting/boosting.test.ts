import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../src/random.ts';
import { getClassifier } from '../../../../src/train/classifiers/classifiers.ts';
import { completeOptions } from '../../../../src/train/classifiers/options.ts';
import { separable } from '../../synthetic.ts';
import { accuracyOf, exclusiveOr, fitVectors, samplesOf } from '../vectorModels.ts';

const asked = separable(200, 'asked');
const QUICK = { rounds: 15, minChild: 0.1, columnShare: 1 };

test('boosting learns classes that are apart, and gives probabilities', async () => {
  const fit = await fitVectors('boosting', separable(400, 'learnt'), QUICK);
  expect(accuracyOf(fit, asked, 8)).toBeGreaterThan(0.95);
  const p = fit.model.predictProba(asked.x);
  for (let row = 0; row < 200; row++) {
    expect(p.subarray(8 * row, 8 * row + 8).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  }
  expect(fit.notes).toMatchObject({ rows: 400, rounds: 15 });
});

test('boosting learns the exclusive or of two features, which neither of them shows', async () => {
  const fit = await fitVectors('boosting', exclusiveOr(600, 'learnt'), { ...QUICK, rounds: 30 });
  expect(accuracyOf(fit, exclusiveOr(400, 'asked'), 3)).toBeGreaterThan(0.93);
});

test('the loss on the training rows falls in every round', async () => {
  const { history } = await fitVectors('boosting', separable(200, 'learnt'), { ...QUICK, rowShare: 1 });
  const losses = history!.map(({ loss }) => loss);
  expect(losses).toHaveLength(15);
  losses.slice(1).forEach((loss, round) => expect(loss).toBeLessThan(losses[round]));
});

test('without a split that helps it gives the shares of the classes', async () => {
  const { model } = await fitVectors('boosting', samplesOf([[1], [1], [1], [1]], [0, 0, 0, 1]), { rounds: 3, rowShare: 1 }); // prettier-ignore
  const shares = model.predictProba(Float32Array.of(5));
  [0.75, 0.25, 0].forEach((share, of) => expect(shares[of]).toBeCloseTo(share, 5));
});

describe('validation rows', () => {
  const random = createRandom('noise');
  const noisy = (rows: number, seed: string) => {
    const { x, y } = separable(rows, seed);
    return { x: x.map((value) => value + 2 * random.normal()), y };
  };
  const [train, validation] = [noisy(240, 'learnt'), noisy(240, 'held')];
  const options = { ...QUICK, rounds: 200, shrinkage: 0.5, stopAfter: 4 };

  test('end the training some rounds after the one with the lowest loss, whose model is kept', async () => {
    const { notes, history, model } = await fitVectors('boosting', train, options, { validation });
    const losses = history!.map(({ validationLoss }) => validationLoss!);
    expect(notes.rounds).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(losses).toHaveLength(notes.rounds + 4);
    const p = model.predictProba(validation.x);
    const loss = validation.y.reduce((sum, of, row) => sum - Math.log(p[8 * row + of]), 0) / validation.y.length;
    expect(loss).toBeCloseTo(losses[notes.rounds - 1], 5);
  });

  test('a refit does as many rounds', async () => {
    const first = await fitVectors('boosting', train, options, { validation });
    const refit = await fitVectors('boosting', train, options, { refitOf: first });
    expect(refit.notes.rounds).toBe(first.notes.rounds);
    expect(refit.history).toHaveLength(first.notes.rounds);
    expect(refit.model.predictProba(asked.x)).toEqual(first.model.predictProba(asked.x));
  });
});

describe('weights', () => {
  const random = createRandom('weights');
  const y = Array.from({ length: 150 }, (_, row) => row % 3);
  const x = y.map((of) => Array.from({ length: 4 }, (_, i) => Number(i === of) + random.normal()));
  // Few splits: near ties are decided by the rounding of sums.
  const plain = { ...QUICK, rowShare: 1, rounds: 5, treeDepth: 2, minChild: 2 };

  test('a row that weighs 2 is as two rows, one that weighs 0 as none', async () => {
    const weights = y.map((_, row) => row % 4);
    const repeated = y.flatMap((_, row) => new Array<number>(row % 4).fill(row));
    const rows = samplesOf(repeated.map((row) => x[row]), repeated.map((row) => y[row])); // prettier-ignore
    const weighted = await fitVectors('boosting', samplesOf(x, y, weights), plain, { validation: samplesOf(x, y, weights) }); // prettier-ignore
    const twice = await fitVectors('boosting', rows, plain, { validation: rows });
    const grid = Float32Array.from({ length: 400 }, () => random.normal());
    const [a, b] = [weighted, twice].map(({ model }) => model.predictProba(grid));
    a.forEach((value, i) => expect(Math.abs(value - b[i])).toBeLessThan(1e-5));
    weighted.history!.forEach(({ validationLoss, accuracy }, round) => {
      expect(validationLoss).toBeCloseTo(twice.history![round].validationLoss!, 6);
      expect(accuracy).toBeCloseTo(twice.history![round].accuracy, 9);
    });
  });

  test('weights out of range, and rows of no weight, are refused', async () => {
    const weigh = (weights: number[]) => fitVectors('boosting', samplesOf(x, y, weights), plain);
    await expect(weigh(y.map((_, row) => (row === 6 ? NaN : 1)))).rejects.toThrow(/that of row 7 is NaN/);
    await expect(weigh(y.map(() => 0))).rejects.toThrow(/at least one training row/);
  });
});

test('the seed decides which rows and features are drawn', async () => {
  const train = separable(200, 'learnt');
  const [a, b, c] = await Promise.all(
    [1, 1, 2].map(async (seed) => {
      const { model } = await fitVectors('boosting', train, { ...QUICK, columnShare: 0.5 }, { seed });
      return model.predictProba(asked.x);
    }),
  );
  expect(b).toEqual(a);
  expect(c).not.toEqual(a);
});

test('it reports each round, and ends when it is told to', async () => {
  const stop = new AbortController();
  const training = fitVectors('boosting', separable(100, 'learnt'), QUICK, {
    signal: stop.signal,
    onProgress: ({ done, total, text, epoch }) => {
      expect({ total, epoch: epoch?.epoch }).toEqual({ total: 15, epoch: done });
      expect(text).toMatch(/^loss \d\.\d{3}$/);
      if (done === 2) stop.abort(new Error('enough'));
    },
  });
  await expect(training).rejects.toThrow('enough');
});

test('its card tells of rounds, rows and options', () => {
  const boosting = getClassifier('boosting');
  const options = completeOptions(boosting, { treeDepth: 3, l2: 2, rowShare: 0.5, columnShare: 0.125 });
  const text = boosting.describe({ notes: { rows: 1997, rounds: 84, leaves: 12_345 } }, options);
  expect(text).toContain(': 84 rounds of a tree per class, at most 3 splits deep, shrinkage 0.1, L2 2,');
  expect(text).toContain(
    'Each round learns from 50 % of 1,997 rows, each tree from 12.5 % of the features. Leaves: 12,345.',
  );
});

test.each([
  [{ rounds: 0 }, /`rounds` must be 1 or more; it is 0/],
  [{ shrinkage: 1.5 }, /`shrinkage` must be 1 or less; it is 1.5/],
  [{ columnShare: 0 }, /`columnShare` must be above 0; it is 0/],
  [{ l2: -1 }, /`l2` must be 0 or more; it is -1/],
])('options out of range are refused: %j', (options, message) => {
  expect(() => completeOptions(getClassifier('boosting'), options)).toThrow(message);
});
