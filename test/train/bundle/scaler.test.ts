import { expect, test } from 'vitest';
import { applyScaler, fitScaler } from '../../../src/train/bundle/scaler.ts';

const close = (actual: ArrayLike<number>, expected: number[], tolerance: number) => {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(Math.abs(actual[i] - value)).toBeLessThanOrEqual(tolerance));
};

test('mean, scale and result are those of scikit-learn 1.5.2, with scale 1 for a constant column', () => {
  const x = Float32Array.of(1, 5, 1e-3, 1000.5, 2, 5, 2e-3, 1000.25, 4, 5, -1e-3, 1001, 8, 5, 7e-3, 999);
  const scaler = fitScaler(x, 4);
  close(scaler.mean, [3.75, 5, 0.002250000077765435, 1000.1875], 1e-9);
  close(scaler.scale, [2.680951323690902, 1, 0.0029474566237320332, 0.7368641326594747], 1e-9);
  close(
    applyScaler(scaler, x).subarray(0, 4),
    [-1.0257552862167358, 0, -0.42409443855285645, 0.42409446835517883],
    1e-6,
  );
});

test('a constant that float32 cannot hold exactly does not blow up', () => {
  const x = new Float32Array(5).fill(0.1);
  const scaler = fitScaler(x, 1);
  expect(scaler.scale).toEqual([1]);
  close(applyScaler(scaler, x), [0, 0, 0, 0, 0], 1e-9);
});

test('a large offset costs no precision', () => {
  const x = Float64Array.from({ length: 1000 }, (_, i) => 1e8 + (i % 2));
  expect(fitScaler(x, 1).scale[0]).toBeCloseTo(0.5, 9);
});

test('no rows, or rows cut off, are refused', () => {
  expect(() => fitScaler([], 3)).toThrow(/whole rows of 3/);
  expect(() => fitScaler([1, 2, 3, 4], 3)).toThrow(/whole rows of 3/);
});
