import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SerError } from '../../src/error.ts';
import { createBlockFilter, decimate } from '../../src/features/decimate.ts';
import { besselI0 } from '../../src/features/kaiser.ts';
import { halveRate, resample } from '../../src/features/resample.ts';
import { createRandom } from '../../src/random.ts';

const RATES = [8000, 11_025, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000];

const tone = (hz: number, rate: number, samples: number): Float32Array =>
  Float32Array.from({ length: samples }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate + 0.3));

function decibels(signal: ArrayLike<number>, error: ArrayLike<number>): number {
  const energy = (x: ArrayLike<number>): number => Array.from(x).reduce((sum, v) => sum + v * v, 0);
  return 10 * Math.log10(energy(signal) / energy(error));
}

describe.each([
  ...RATES.map((rate) => [rate, 16_000]),
  [16_000, 8000],
  [16_000, 44_100],
  [44_100.5, 16_000],
  [44_101, 16_000],
])('%f → %f Hz', (from, to) => {
  const samples = Math.round(from / 5);
  const inner = (x: Float32Array): Float32Array => x.subarray(Math.round(to / 40), Math.round(to / 6));

  it.each([0.01, 0.3, 0.6, 0.88])('a tone at %f of the pass band keeps amplitude and phase', (share) => {
    const hz = (share * Math.min(from, to)) / 2;
    const result = resample(tone(hz, from, samples), from, to);
    const expected = tone(hz, to, result.length);
    // The pass band slopes by .008 dB, which is soxr's way: −60 dB.
    expect(decibels(inner(expected), inner(result.map((value, i) => value - expected[i])))).toBeGreaterThan(60);
  });

  it('takes away what the lower rate cannot hold', () => {
    if (to > from) return;
    const above = tone((1.02 * to) / 2, from, samples);
    expect(decibels(inner(tone(100, to, 4000)), inner(resample(above, from, to)))).toBeGreaterThan(90);
  });

  it('keeps a constant', () => {
    const result = inner(resample(new Float32Array(samples).fill(0.25), from, to));
    for (const value of result) expect(Math.abs(value - 0.25)).toBeLessThan(1e-6);
  });

  it.each([0, 1, 2, 3, 100, 1001])('gives ceil(%i × to / from) samples, all finite', (length) => {
    const result = resample(new Float32Array(length).fill(1), from, to);
    expect(result.length).toBe(Math.ceil(length * (to / from)));
    expect(result.every(Number.isFinite)).toBe(true);
  });

  it('is linear', () => {
    const random = createRandom(from);
    const a = Float32Array.from({ length: 900 }, () => random.between(-0.5, 0.5));
    const b = Float32Array.from({ length: 900 }, () => random.between(-0.5, 0.5));
    const [ra, rb] = [resample(a, from, to), resample(b, from, to)];
    const sum = resample(
      a.map((value, i) => value + b[i]),
      from,
      to,
    );
    sum.forEach((value, i) => expect(Math.abs(value - ra[i] - rb[i])).toBeLessThan(1e-6));
  });
});

it('the same rate gives a copy', () => {
  const signal = Float32Array.of(1, 2, 3);
  const result = resample(signal, 16_000, 16_000);
  expect(result).toEqual(signal);
  expect(result).not.toBe(signal);
});

it('there and back again is the identity within the pass band', () => {
  const signal = tone(3000, 16_000, 8000);
  const back = resample(resample(signal, 16_000, 44_100), 44_100, 16_000);
  const inner = (x: Float32Array): Float32Array => x.subarray(500, 7500);
  expect(decibels(inner(signal), inner(back.map((value, i) => value - signal[i])))).toBeGreaterThan(70);
});

it('halving the rate is resampling by 2:1', () => {
  const signal = tone(1000, 16_000, 3001);
  expect(halveRate(signal)).toEqual(resample(signal, 2, 1));
});

it.each([0, -16_000, NaN, Infinity])('refuses a rate of %f Hz', (rate) => {
  expect(() => resample(new Float32Array(10), rate, 16_000)).toThrow(SerError);
  expect(() => resample(new Float32Array(10), 16_000, rate)).toThrow(/sampling rate/);
});

it('refuses rates that no recording has', () => {
  expect(() => resample(new Float32Array(10), 2 ** 31, 16_000)).toThrow(/64 times apart/);
});

it('fast convolution is convolution', () => {
  const random = createRandom('blocks');
  const signal = Float32Array.from({ length: 1000 }, () => random.between(-1, 1));
  const half = Array.from({ length: 15 }, () => random.between(-1, 1));
  const taps = Float64Array.of(...half, 1, ...half.toReversed());
  for (const factor of [1, 2, 3, 6]) {
    const result = decimate(signal, factor, createBlockFilter(taps));
    expect(result.length).toBe(Math.ceil(1000 / factor));
    result.forEach((value, m) => {
      let expected = 0;
      for (let j = 0; j < taps.length; j++) expected += taps[j] * (signal[m * factor + 15 - j] ?? 0);
      expect(value).toBeCloseTo(expected, 5);
    });
  }
});

it('the Bessel function has its known values', () => {
  expect(besselI0(0)).toBe(1);
  expect(besselI0(1)).toBeCloseTo(1.2660658777520084, 14);
  expect(besselI0(10) / 2815.716628466254).toBeCloseTo(1, 14);
});

describe('soxr HQ, as librosa 0.10.2 calls it', () => {
  const reference = JSON.parse(
    readFileSync(new URL('../fixtures/resample/soxr.json', import.meta.url), 'utf8'),
  ) as Record<string, { samples: number; output: number[] }>;

  /** White noise to the edges and over the whole band: the hardest case, transition band and both ends included. */
  function noise(samples: number, seed: number): Float32Array {
    let state = seed;
    return Float32Array.from({ length: samples }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state / 2 ** 31 - 1) * 0.5;
    });
  }

  it.each(Object.keys(reference))('%s agrees to 110 dB', (rates) => {
    const [from, to] = rates.split('/').map(Number);
    const { samples, output } = reference[rates];
    const result = resample(noise(samples, from), from, to);
    expect(result.length).toBe(output.length);
    expect(
      decibels(
        output,
        output.map((value, i) => value - result[i]),
      ),
    ).toBeGreaterThan(110);
  });
});
