import { expect, test } from 'vitest';
import { createRandom } from '../../../../src/random.ts';
import { fitRegression, regressionLoss } from '../../../../src/train/classifiers/stack/regression.ts';

const random = createRandom('regression');
const y = Array.from({ length: 300 }, (_, row) => row % 3);
const inputs = y.map((of) => [...[0, 1, 2].map((i) => Number(i === of) + random.normal()), 1]);
const rows = { inputs, y, weights: new Float64Array(300).fill(1) };
const zero = new Array<number>(12).fill(0);

test('no other weights near the result have a lower objective', () => {
  const prior = zero.map((_, i) => (i % 5 === 0 ? 0.5 : 0));
  const weights = fitRegression(rows, prior, 0.1);
  const objective = (own: readonly number[]) =>
    regressionLoss(rows, own) + 0.05 * own.reduce((sum, weight, i) => sum + (weight - prior[i]) ** 2, 0);
  const least = objective(weights);
  for (let i = 0; i < weights.length; i++) {
    for (const step of [-0.01, 0.01]) expect(objective(weights.with(i, weights[i] + step))).toBeGreaterThan(least);
  }
  expect(least).toBeLessThan(objective(prior));
});

test('a large penalty leaves the weights where they are drawn to', () => {
  const prior = zero.map((_, i) => i / 10);
  fitRegression(rows, prior, 1e6).forEach((weight, i) => expect(weight).toBeCloseTo(prior[i], 5));
});

test('rows that weigh 2 are as two rows', () => {
  const weights = Float64Array.from(y, (_, row) => row % 3);
  const repeated = y.flatMap((_, row) => new Array<number>(row % 3).fill(row));
  const twice = { inputs: repeated.map((row) => inputs[row]), y: repeated.map((row) => y[row]), weights: new Float64Array(repeated.length).fill(1) }; // prettier-ignore
  const expected = fitRegression(twice, zero, 0.1);
  fitRegression({ ...rows, weights }, zero, 0.1).forEach((weight, i) => expect(weight).toBeCloseTo(expected[i], 6));
});

test('rows of one class alone, and inputs that are huge, end', () => {
  const weights = fitRegression({ inputs: [[1e4, 1], [-1e4, 1]], y: [0, 0], weights: [1, 1] }, [0, 0, 0, 0], 1e-6); // prettier-ignore
  expect(weights.every(Number.isFinite)).toBe(true);
});
