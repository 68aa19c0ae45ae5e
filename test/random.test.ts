import { expect, test } from 'vitest';
import { createRandom } from '../src/random.ts';

const DRAWS = 20_000;

test.each([0.2, 0.5, 1, 3])('values of the beta distribution of %d and %d have its first four moments', (a) => {
  const random = createRandom(`beta/${a}`);
  const values = Float64Array.from({ length: DRAWS }, () => random.beta(a));
  expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
  // E[x^n] = Π (a + k) / (2 a + k), k < n
  [1, 2, 3, 4].reduce((expected, power) => {
    const moment = (expected * (a + power - 1)) / (2 * a + power - 1);
    const mean = values.reduce((sum, value) => sum + value ** power, 0) / DRAWS;
    expect(Math.abs(mean - moment), `moment ${power}`).toBeLessThan(0.01);
    return moment;
  }, 1);
});

test('with a very small parameter nearly all values are 0 or 1, and each is a number', () => {
  const random = createRandom('small');
  const values = Array.from({ length: 1000 }, () => random.beta(1e-4));
  expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
  expect(values.filter((value) => value < 1e-6 || value > 1 - 1e-6).length).toBeGreaterThan(980);
  expect(values.filter((value) => value > 0.5).length).toBeCloseTo(500, -2);
});
