import { expect, test } from 'vitest';
import { clip, clipLoudest, gain, surround } from '../../../src/data/perturb/levels.ts';
import { createRandom } from '../../../src/random.ts';
import { decibels, meanSquare, SECOND, tone, whiteNoise } from './signals.ts';

test.each([-20, -6, 0, 6])('a gain of %i dB is that many decibels of power, and cuts nothing off', (change) => {
  const signal = tone(440, 0.9, SECOND);
  const changed = gain(signal, change);
  expect(decibels(meanSquare(changed) / meanSquare(signal))).toBeCloseTo(change, 5);
  expect(Math.max(...changed)).toBeCloseTo(0.9 * 10 ** (change / 20), 3);
});

test('clipping cuts off what is beyond the limit and leaves the rest', () => {
  expect(Array.from(clip(Float32Array.of(-3, -1, -0.5, 0, 0.25, 1, 1.5)))).toEqual([-1, -1, -0.5, 0, 0.25, 1, 1]);
  // A sine of twice full scale is beyond it two thirds of the time.
  const loud = clip(tone(100, 2, SECOND));
  expect(loud.filter((sample) => Math.abs(sample) === 1).length / SECOND).toBeCloseTo(2 / 3, 2);
});

test.each([0.01, 0.05, 0.5])('hard clipping cuts off the loudest share of %d', (share) => {
  const signal = whiteNoise(0.1, SECOND);
  const clipped = clipLoudest(signal, share);
  const limit = Math.max(...clipped);
  expect(Math.min(...clipped)).toBe(-limit);
  const changed = signal.filter((sample, i) => sample !== clipped[i]).length;
  expect(changed).toBe(share * SECOND);
  expect(signal.every((sample, i) => clipped[i] === sample || Math.abs(sample) > limit)).toBe(true);
});

test('pauses of digital zeros do not count, so that a clip between them is clipped as much', () => {
  const signal = new Float32Array(4 * SECOND);
  signal.set(whiteNoise(0.1, SECOND), SECOND);
  const clipped = clipLoudest(signal, 0.05);
  expect(signal.filter((sample, i) => sample !== clipped[i])).toHaveLength(0.05 * SECOND);
  expect(clipLoudest(new Float32Array(8), 0.05)).toEqual(new Float32Array(8));
});

test('silence stands before and after, of zeros or as loud as asked for', () => {
  const signal = tone(440, 0.5, SECOND);
  const zeros = surround(signal, 1, -Infinity, createRandom(1));
  expect(zeros).toHaveLength(3 * SECOND);
  expect(zeros.subarray(SECOND, 2 * SECOND)).toEqual(signal);
  expect(meanSquare(zeros.subarray(0, SECOND)) + meanSquare(zeros.subarray(2 * SECOND))).toBe(0);
  const faint = surround(signal, 1, -70, createRandom(1));
  expect(faint.subarray(SECOND, 2 * SECOND)).toEqual(signal);
  for (const part of [faint.subarray(0, SECOND), faint.subarray(2 * SECOND)])
    expect(Math.abs(decibels(meanSquare(part)) + 70)).toBeLessThan(0.2);
});
