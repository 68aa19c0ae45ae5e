import { describe, expect, it } from 'vitest';
import { interpolate } from '../../../src/data/augment/interpolate.ts';

/** A tone of `turns` per sample. */
const tone = (turns: number, length: number, step = 1) =>
  Float32Array.from({ length }, (_, i) => Math.sin(2 * Math.PI * turns * i * step + 0.3));

describe('interpolation between samples', () => {
  it.each([2.18, 1.83, 0.61])('reads a tone at points %f samples apart as if it had been sampled there', (step) => {
    for (const turns of [0.01, 0.1, 0.22]) {
      const read = interpolate(tone(turns, 2000), step, 800);
      const wanted = tone(turns, 800, step);
      // Away from the ends, where the tone is cut off.
      for (let i = 20; i < 780; i++) expect(Math.abs(read[i] - wanted[i])).toBeLessThan(1e-4);
    }
  });

  it('gives the samples themselves at whole steps', () => {
    const signal = tone(0.1, 100);
    const every = interpolate(signal, 2, 50);
    every.forEach((value, i) => expect(value).toBeCloseTo(signal[2 * i], 6));
  });

  it('is silent beyond the end', () => {
    expect(
      interpolate(tone(0.1, 100), 2, 200)
        .subarray(58)
        .every((value) => value === 0),
    ).toBe(true);
  });
});
