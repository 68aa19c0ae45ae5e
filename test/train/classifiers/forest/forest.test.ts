import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../src/random.ts';
import { getClassifier } from '../../../../src/train/classifiers/classifiers.ts';
import { completeOptions } from '../../../../src/train/classifiers/options.ts';
import { separable } from '../../synthetic.ts';
import { accuracyOf, exclusiveOr, fitVectors, samplesOf } from '../vectorModels.ts';

const asked = separable(200, 'asked');

test('a forest learns classes that are apart, and gives probabilities', async () => {
  const fit = await fitVectors('forest', separable(400, 'learnt'), { trees: 60 });
  expect(accuracyOf(fit, asked, 8)).toBeGreaterThan(0.95);
  const p = fit.model.predictProba(asked.x);
  for (let row = 0; row < 200; row++) {
    expect(p.subarray(8 * row, 8 * row + 8).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  }
  expect(fit.notes).toMatchObject({ rows: 400, trees: 60 });
});

test('a forest learns the exclusive or of two features, which neither of them shows', async () => {
  const fit = await fitVectors('forest', exclusiveOr(600, 'learnt'), { trees: 60, splitFeatures: 4 });
  expect(accuracyOf(fit, exclusiveOr(400, 'asked'), 3)).toBeGreaterThan(0.93);
});

test('a single tree without limits repeats its training rows', async () => {
  const rows = exclusiveOr(300, 'own');
  const fit = await fitVectors('forest', rows, { trees: 1, bootstrap: false });
  expect(accuracyOf(fit, rows, 3)).toBe(1);
  const stump = await fitVectors('forest', rows, { trees: 1, bootstrap: false, maxDepth: 1 });
  expect(stump.notes.leaves).toBe(2);
});

describe('weights', () => {
  const random = createRandom('weights');
  const y = Array.from({ length: 150 }, (_, row) => row % 3);
  const x = y.map((of) => Array.from({ length: 4 }, (_, i) => Number(i === of) + random.normal()));
  const plain = { trees: 12, bootstrap: false };

  test('a row that weighs 2 is as two rows, one that weighs 0 as none', async () => {
    const weighted = await fitVectors('forest', samplesOf(x, y, y.map((_, row) => row % 4)), plain); // prettier-ignore
    const repeated = y.flatMap((_, row) => new Array<number>(row % 4).fill(row));
    const rows = samplesOf(repeated.map((row) => x[row]), repeated.map((row) => y[row])); // prettier-ignore
    const twice = await fitVectors('forest', rows, plain);
    const grid = Float32Array.from({ length: 400 }, () => random.normal());
    expect(weighted.model.predictProba(grid)).toEqual(twice.model.predictProba(grid));
  });

  test('a forest of drawn rows follows the heavier class', async () => {
    const same = x.map(() => [0, 0, 0, 0]);
    const fit = await fitVectors('forest', samplesOf(same, y, y.map((of) => [1, 2, 5][of])), { trees: 200 }); // prettier-ignore
    const shares = Array.from(fit.model.predictProba(new Float32Array(4)));
    [1 / 8, 2 / 8, 5 / 8].forEach((share, of) => expect(Math.abs(shares[of] - share)).toBeLessThan(0.02));
    const balanced = await fitVectors('forest', samplesOf(same, y, y.map((of) => [1, 2, 5][of])), { ...plain, classWeight: 'balanced' }); // prettier-ignore
    balanced.model.predictProba(new Float32Array(4)).forEach((share) => expect(share).toBeCloseTo(1 / 3, 6));
  });

  test('weights out of range, and rows of no weight, are refused', async () => {
    const weigh = (weights: number[]) => fitVectors('forest', samplesOf(x, y, weights), plain);
    await expect(weigh(y.map((_, row) => (row === 6 ? -1 : 1)))).rejects.toThrow(/that of row 7 is -1/);
    await expect(weigh(y.map(() => 0))).rejects.toThrow(/at least one training row/);
  });
});

test('the seed decides the forest', async () => {
  const train = separable(200, 'learnt');
  const [a, b, c] = await Promise.all(
    [1, 1, 2].map(async (seed) => {
      const { model } = await fitVectors('forest', train, { trees: 10 }, { seed });
      return model.predictProba(asked.x);
    }),
  );
  expect(b).toEqual(a);
  expect(c).not.toEqual(a);
});

test('a class without rows has the probability 0', async () => {
  const train = separable(200, 'learnt');
  const { model } = await fitVectors(
    'forest',
    { ...train, y: train.y.map((of) => (of === 3 ? 7 : of)) },
    { trees: 10 },
  );
  const p = model.predictProba(asked.x);
  expect(p.filter((_, i) => i % 8 === 3).every((value) => value === 0)).toBe(true);
});

test('it reports each tree, and ends when it is told to', async () => {
  const done: number[] = [];
  const stop = new AbortController();
  const training = fitVectors('forest', separable(100, 'learnt'), { trees: 10 }, {
    signal: stop.signal,
    onProgress: (progress) => {
      done.push(progress.done);
      expect(progress).toMatchObject({ total: 10, text: 'trees' });
      if (progress.done === 3) stop.abort(new Error('enough'));
    },
  }); // prettier-ignore
  await expect(training).rejects.toThrow('enough');
  expect(done).toEqual([1, 2, 3]);
});

test('its card tells of trees, rows and options', () => {
  const forest = getClassifier('forest');
  const notes = { rows: 1997, trees: 300, leaves: 120_000 };
  expect(forest.describe({ notes }, completeOptions(forest, {}))).toBe(
    'A random forest (Breiman, 2001) of 300 trees by Gini impurity, whose probabilities are averaged. Each tree learns from as many rows as there ' +
      'are, drawn with replacement from 1,997; each split is the best of the square root of the number of features drawn at random. Leaves: 120,000.',
  );
});

test.each([
  [{ trees: 0 }, /`trees` must be 1 or more; it is 0/],
  [{ minLeaf: 0 }, /`minLeaf` must be above 0; it is 0/],
  [{ splitFeatures: 'log' }, /`splitFeatures` is "log" where "sqrt" or a number belongs/],
  [{ maxDepth: -1 }, /`maxDepth` must be 0 or more; it is -1/],
])('options out of range are refused: %j', (options, message) => {
  expect(() => completeOptions(getClassifier('forest'), options)).toThrow(message);
});
