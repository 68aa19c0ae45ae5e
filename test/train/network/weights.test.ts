import { expect, test } from 'vitest';
import { readWeights, roundWeights, weightsFile } from '../../../src/train/network/weights.ts';

const shape = { level: 'functionals', features: 3, classes: 2 } as const;
const weights = Float32Array.of(0.1, -2, 1e-7, 300.3, 0, -0.333);
const filesOf = (bytes: Uint8Array) => ({ dir: 'model', content: new Map([['weights.bin', Uint8Array.from(bytes)]]) });

test('weights come back from a file as they were, in 32 bits by default', () => {
  const bytes = weightsFile(weights);
  expect(bytes).toHaveLength(24);
  expect(readWeights(filesOf(bytes), 6, shape)).toEqual(weights);
});

test('rounded weights come back from half the bytes as they were, each within a 2048th of what it was, or 2⁻²⁵', () => {
  const rounded = roundWeights(weights);
  const bytes = weightsFile(rounded, 'float16');
  expect(bytes).toHaveLength(12);
  expect(readWeights(filesOf(bytes), 6, shape, 'float16')).toEqual(rounded);
  rounded.forEach((value, i) => {
    expect(Math.abs(value - weights[i])).toBeLessThanOrEqual(Math.max(Math.abs(weights[i]) / 2048, 2 ** -25));
  });
});

test('weights that 16 bits cannot hold, and a file of the other precision, are refused', () => {
  expect(() => roundWeights(Float32Array.of(1, 1e6))).toThrow(/too large for 16 bits: try a lower learning rate/);
  expect(() => roundWeights(Float32Array.of(1, NaN))).toThrow(/too large for 16 bits/);
  expect(() => readWeights(filesOf(weightsFile(weights)), 6, shape, 'float16')).toThrow(
    /weights\.bin has 24 bytes; the layers of model\.json take 12 for 3 features and 2 labels/,
  );
});
