import { expect, test } from 'vitest';
import { overSeeds } from '../../../src/eval/statistics/seeds.ts';

test("numpy's mean and std(ddof=1)", () => {
  const { mean, sd } = overSeeds([0.81, 0.84, 0.79, 0.83, 0.825]);
  expect(mean).toBeCloseTo(0.819, 14);
  expect(sd).toBeCloseTo(0.01949358868961789, 14);
});

test('the deviation is 0 where all seeds agree, undefined for one seed: null; the mean of none is NaN', () => {
  expect(overSeeds([0.5, 0.5, 0.5])).toEqual({ mean: 0.5, sd: 0 });
  expect(overSeeds([0.7])).toEqual({ mean: 0.7, sd: null });
  expect(overSeeds([])).toEqual({ mean: NaN, sd: null });
});
