import { describe, expect, it } from 'vitest';
import { magnitude, stft } from '../../../src/features/spectral/stft.ts';
import { createWindow } from '../../../src/features/spectral/window.ts';
import { createRandom } from '../../../src/random.ts';
import { sine } from '../golden.ts';

describe('the short-time Fourier transform', () => {
  it('has a frame every hop, the first centred at sample 0', () => {
    for (const [length, frames] of [
      [1, 1],
      [511, 1],
      [512, 2],
      [900, 2],
      [16_000, 32],
    ]) {
      expect(stft(new Float32Array(length))).toMatchObject({ frames, bins: 1025 });
    }
  });

  it('sees a steady sine in its own bin with half the window’s sum', () => {
    const { data, frames, bins } = magnitude(stft(sine(1000)));
    const bin = 128;
    for (let t = 2; t < frames - 2; t++) {
      const row = data.subarray(t * bins, (t + 1) * bins);
      expect(row.indexOf(row.reduce((max, x) => Math.max(max, x)))).toBe(bin);
      expect(row[bin]).toBeCloseTo(0.5 * 512, 3);
    }
  });

  it('weighs one lone sample by the middle of the window', () => {
    const { re, im } = stft(Float32Array.of(0.25));
    // The sample sits in the middle of the frame, so the bins alternate in sign.
    for (let k = 0; k < 1025; k++) expect(re[k]).toBeCloseTo(k % 2 === 0 ? 0.25 : -0.25, 7);
    expect(Math.max(...im.map(Math.abs))).toBeLessThan(1e-12);
  });

  it('extends a signal by zeros or by its ends, as asked', () => {
    const ones = new Float32Array(4096).fill(1);
    expect(stft(ones).re[0]).toBeCloseTo(512.5, 3);
    expect(stft(ones, { padMode: 'edge' }).re[0]).toBeCloseTo(1024, 3);
  });

  it('frames without centring and without a window', () => {
    const ramp = Float32Array.from({ length: 40 }, (_, i) => i);
    const { re, frames, bins } = stft(ramp, { nFft: 16, hop: 8, window: 'ones', center: false });
    expect([frames, bins]).toEqual([4, 9]);
    for (let t = 0; t < 4; t++) expect(re[t * bins]).toBeCloseTo(16 * (8 * t) + 120, 4);
  });

  it('says what it cannot transform', () => {
    expect(() => stft(new Float32Array(0))).toThrow(/empty/);
    expect(() => stft(new Float32Array(100), { center: false })).toThrow(/100 samples/);
  });
});

describe('the magnitude', () => {
  it.each([1, 5, 2047, 2048, 2049, 5000])('of %i numbers is their distance from 0, to float32', (count) => {
    const random = createRandom(count);
    const re = Float32Array.from({ length: count }, () => random.normal());
    const im = Float32Array.from({ length: count }, () => random.normal());
    const { data } = magnitude({ re, im, frames: 1, bins: count });
    expect(data.length).toBe(count);
    data.forEach((value, i) => {
      const exact = Math.hypot(re[i], im[i]);
      if (!(Math.abs(value - exact) <= 3e-7 * exact)) expect.fail(`number ${i}: ${value} instead of ${exact}`);
    });
  });

  it('of nothing is 0, and of what is real or imaginary its absolute value', () => {
    const re = Float32Array.of(0, -0, -3, 0, 1e-40, -1e30);
    const im = Float32Array.of(0, 0, 0, 4, 0, 0);
    const expected = Float32Array.of(0, 0, 3, 4, 1e-40, 1e30);
    expect(magnitude({ re, im, frames: 2, bins: 3 })).toEqual({ data: expected, frames: 2, bins: 3 });
  });
});

it('the Hann window is the periodic one: overlapping halves add up to 1', () => {
  const window = createWindow('hann', 2048);
  for (let i = 0; i < 1024; i++) expect(window[i] + window[i + 1024]).toBeCloseTo(1, 12);
  expect(window[0]).toBe(0);
});
