import { expect, test } from 'vitest';
import { confidenceAt, isotonic, reliabilityCurve, shareRight } from '../../../src/eval/statistics/isotonic.ts';
import { createRandom } from '../../../src/random.ts';

test('pools neighbours that fall, as scikit-learn does', () => {
  // sklearn.isotonic.IsotonicRegression().fit_transform(range(10), values)
  const values = [1, 2, 6, 1, 3, 5, 4, 7, 2, 8];
  expect(isotonic(values)).toEqual([1, 2, 10 / 3, 10 / 3, 10 / 3, 4.5, 4.5, 4.5, 4.5, 8]);
});

test('weighs them', () => {
  expect(isotonic([0.75, 0.25], [3, 1])).toEqual([0.625, 0.625]);
  expect(isotonic([])).toEqual([]);
});

test('a curve of well-calibrated answers is the diagonal, of at most ten knots, and never falls', () => {
  const random = createRandom('isotonic');
  const verdicts = Array.from({ length: 20_000 }, () => {
    const confidence = random.uniform();
    return { confidence, right: random.uniform() < confidence };
  });
  const knots = reliabilityCurve(verdicts);
  expect(knots).toHaveLength(10);
  for (const confidence of [0.1, 0.35, 0.62, 0.9]) {
    expect(Math.abs(shareRight(knots, confidence) - confidence)).toBeLessThan(0.03);
  }
  const shares = knots.map(([, share]) => share);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
});

test('answers of one confidence are one knot, whatever their number', () => {
  const verdicts = [true, false, false, true, false].map((right) => ({ confidence: 0.5, right }));
  expect(reliabilityCurve(verdicts)).toEqual([[0.5, 0.4]]);
});

test('between knots it is a straight line, beyond them level', () => {
  const knots = [[0.2, 0.1], [0.6, 0.5], [0.8, 0.5], [1, 0.9]] as const; // prettier-ignore
  expect([0, 0.2, 0.4, 0.7, 0.9, 1.01].map((x) => Number(shareRight(knots, x).toFixed(6)))).toEqual([0.1, 0.1, 0.3, 0.5, 0.7, 0.9]); // prettier-ignore
});

test('a share is reached at the lowest confidence from which on the curve is not below it', () => {
  const knots = [[0.2, 0.1], [0.6, 0.5], [0.8, 0.5], [1, 0.9]] as const; // prettier-ignore
  expect([0.05, 0.1, 0.3, 0.5, 0.7].map((share) => Number(confidenceAt(knots, share)?.toFixed(6)))).toEqual([0, 0, 0.4, 0.6, 0.9]); // prettier-ignore
  expect(confidenceAt(knots, 0.95)).toBeNull();
});

test('without answers there is no curve', () => {
  expect(() => reliabilityCurve([])).toThrow(expect.objectContaining({ code: 'usage' }));
});
