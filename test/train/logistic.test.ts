import { describe, expect, test } from 'vitest';
import { fitLogistic, logisticProbability } from '../../src/train/logistic.ts';

const x = Array.from({ length: 40 }, (_, i) => [0, 1, 2].map((j) => ((i * 7919 + j * 104729) % 1000) / 500 - 1));
const y = x.map((row, i) => (1.5 * row[0] - row[1] + 0.3 * (((i * 31) % 7) - 3) > 0 ? 1 : 0));

describe('logistic regression', () => {
  test.each([
    { l2: 1, weights: [1.9896935311, -1.0195082658, -0.7110547868], intercept: 0.4957286542 },
    { l2: 10, weights: [0.6167294779, -0.3136720596, -0.2775884632], intercept: 0.4205092384 },
  ])('has the weights of scikit-learn at C = 1 / $l2', ({ l2, weights, intercept }) => {
    const model = fitLogistic(x.flat(), y, { l2 });
    model.weights.forEach((weight, i) => expect(weight).toBeCloseTo(weights[i], 5));
    expect(model.intercept).toBeCloseTo(intercept, 5);
  });

  test('stays finite on classes that a line separates perfectly', () => {
    const model = fitLogistic([-2, -1, 1, 2], [0, 0, 1, 1], { l2: 1e-3 });
    expect(logisticProbability(model, [-2])).toBeLessThan(0.01);
    expect(logisticProbability(model, [2])).toBeGreaterThan(0.99);
    expect(logisticProbability(model, [-1e9])).toBe(0);
    expect(logisticProbability(model, [1e9])).toBe(1);
  });

  test('refuses a single class and ragged rows', () => {
    expect(() => fitLogistic([1, 2], [1, 1])).toThrow(/both classes/);
    expect(() => fitLogistic([1, 2, 3], [0, 1])).toThrow(/rows of one length/);
  });
});
