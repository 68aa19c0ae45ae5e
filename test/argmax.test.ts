import { expect, test } from 'vitest';
import { argmax } from '../src/argmax.ts';

test('the index of the largest value is that of the first of several', () => {
  expect(argmax([0.1, 0.6, 0.3])).toBe(1);
  expect(argmax(Float32Array.of(-3, -1, -1, -2))).toBe(1);
  expect(argmax([7])).toBe(0);
});

test('without a largest value there is no index', () => {
  expect(argmax([])).toBe(-1);
  expect(argmax([1, NaN, 3])).toBe(-1);
});
