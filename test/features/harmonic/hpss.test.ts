import { describe, expect, it } from 'vitest';
import { harmonic, harmonicSpectrum } from '../../../src/features/harmonic/hpss.ts';
import { istft } from '../../../src/features/spectral/istft.ts';
import { stft } from '../../../src/features/spectral/stft.ts';
import { createRandom } from '../../../src/random.ts';
import { sine } from '../golden.ts';

const power = (x: Float32Array): number => x.reduce((sum, v) => sum + v * v, 0) / x.length;

describe('the inverse transform', () => {
  it.each([1, 511, 900, 2048, 16_000, 16_123])('gives back %i samples', (samples) => {
    const random = createRandom(samples);
    const signal = Float32Array.from({ length: samples }, () => random.between(-1, 1));
    const back = istft(stft(signal), { length: samples });
    expect(back.length).toBe(samples);
    // As in librosa, samples after the centre of the last frame come from the falling side of its window.
    for (let i = 0; i < samples; i++) expect(Math.abs(back[i] - signal[i])).toBeLessThan(2e-6);
  });

  it('takes other sizes and hops', () => {
    const signal = sine(1000, 4000);
    const back = istft(stft(signal, { nFft: 512, hop: 128 }), { hop: 128, length: 4000 });
    for (let i = 0; i < 4000; i++) expect(back[i]).toBeCloseTo(signal[i], 5);
  });

  it('is as long as its frames cover unless a length is given, and fills up with zeros', () => {
    const spectrum = stft(sine(440, 5120));
    expect(istft(spectrum).length).toBe(5120);
    expect(istft(spectrum, { length: 100 }).length).toBe(100);
    const longer = istft(spectrum, { length: 9000 });
    expect(longer.length).toBe(9000);
    expect(longer.subarray(5120 + 1024).every((value) => value === 0)).toBe(true);
  });
});

describe('the harmonic part', () => {
  it('keeps a sustained tone and drops clicks', () => {
    const tone = sine(500, 32_000);
    const clicks = new Float32Array(32_000);
    for (let i = 2000; i < clicks.length; i += 4000) clicks[i] = 1;
    const mixed = tone.map((value, i) => value + clicks[i]);
    const part = harmonic(mixed);
    const inner = (x: Float32Array): Float32Array => x.subarray(4000, 28_000);
    const error = inner(part).map((value, i) => value - tone[4000 + i]);
    expect(power(error)).toBeLessThan(0.01 * power(inner(tone)));
    expect(power(inner(harmonic(clicks)))).toBeLessThan(0.02 * power(inner(clicks)));
  });

  it('is no longer or shorter than the signal, and scales with it', () => {
    const random = createRandom(3);
    const noise = Float32Array.from({ length: 7000 }, () => random.normal() * 0.1);
    const part = harmonic(noise);
    const louder = harmonic(noise.map((value) => -4 * value));
    expect(part.length).toBe(7000);
    // Powers of two are exact in floating point, so is polarity.
    expect(louder).toEqual(part.map((value) => -4 * value));
  });

  it('of silence is silence, of denormal values finite', () => {
    expect(harmonic(new Float32Array(3000)).every((value) => value === 0)).toBe(true);
    expect(harmonic(new Float32Array(3000).fill(1e-44)).every(Number.isFinite)).toBe(true);
  });

  it('never exceeds the spectrum it is a part of', () => {
    const spectrum = stft(sine(440, 9000));
    const part = harmonicSpectrum(spectrum);
    for (let i = 0; i < part.re.length; i++) {
      expect(Math.hypot(part.re[i], part.im[i])).toBeLessThanOrEqual(Math.hypot(spectrum.re[i], spectrum.im[i]));
    }
  });
});
