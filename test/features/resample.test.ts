import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SerError } from '../../src/error.ts';
import { besselI0 } from '../../src/features/kaiser.ts';
import { createPffft } from '../../src/features/pffft.ts';
import { halveRate, resample } from '../../src/features/resample.ts';
import { cosf, sinf } from '../../src/features/sinf.ts';
import { createBlockStage } from '../../src/features/soxrBlocks.ts';
import { blockFilter } from '../../src/features/soxrFilter.ts';
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

it.each([
  [1, 1, false],
  [1, 2, true],
  [1, 2, false],
  [1, 3, true],
  [1, 4, true],
  [2, 1, true],
  [3, 1, true],
  [3, 2, true],
  [3, 4, true],
  [4, 3, true],
])('a stage that convolves in blocks: %i up, %i down, cut short in the spectrum: %s', (up, down, cut) => {
  const random = createRandom('blocks');
  const signal = Float32Array.from({ length: 1500 }, () => random.between(-1, 1));
  // Above the rate after it there is nothing left, so that cutting the spectrum there and folding it come to the same.
  const nyquist = Math.max(up, down);
  const taps = blockFilter({ passBand: 0.4, stopBand: 1, nyquist, attenuation: 126 }, 8);
  const delay = (taps.length - 1) / 2;
  const stage = createBlockStage(taps, up, down, cut);
  const length = Math.ceil((1500 * up) / down);
  expect(stage.needs(length)).toBeGreaterThanOrEqual(Math.ceil(((length - 1) * down + delay + 1) / up));
  const result = stage.run(signal, length);
  expect(result.length).toBe(length);
  result.forEach((value, m) => {
    let expected = 0;
    for (let j = 0; j < taps.length; j++) {
      const at = (m * down + delay - j) / up;
      if (Number.isInteger(at)) expected += up * taps[j] * (signal[at] ?? 0);
    }
    expect(Math.abs(value - expected)).toBeLessThan(3e-6);
  });
});

it.each([64, 128, 512, 1024])(
  'the float32 transform of %i samples is the Fourier transform, there and back',
  (size) => {
    const random = createRandom(size);
    const samples = Float32Array.from({ length: size }, () => random.between(-1, 1));
    const fft = createPffft(size);
    const [re, im] = [new Float32Array(size / 2 + 1), new Float32Array(size / 2 + 1)];
    fft.samples.set(samples);
    fft.forward(re, im);
    for (let k = 0; k <= size / 2; k++) {
      let [real, imaginary] = [0, 0];
      samples.forEach((value, n) => {
        const angle = (-2 * Math.PI * ((k * n) % size)) / size;
        real += value * Math.cos(angle);
        imaginary += value * Math.sin(angle);
      });
      expect(Math.abs(re[k] - real), `bin ${k}`).toBeLessThan(1e-4);
      expect(Math.abs(im[k] - imaginary), `bin ${k}`).toBeLessThan(1e-4);
    }
    fft.inverse(re, im);
    fft.samples.forEach((value, n) => expect(Math.abs(value / size - samples[n])).toBeLessThan(1e-6));
  },
);

it("single-precision sine and cosine are glibc's, where it rounds well and where it does not", () => {
  expect(sinf(0)).toBe(0);
  expect(cosf(0)).toBe(1);
  expect(sinf(Math.fround(-0.5))).toBe(Math.fround(Math.sin(-0.5)));
  expect(cosf(Math.fround(2))).toBe(Math.fround(Math.cos(2)));
  // The nearest float32 lies one step further.
  expect(cosf(0x10c9b2e * 2 ** -24)).toBe(0x1fe2f64 * 2 ** -26);
  expect(sinf(0x12d97c8 * 2 ** -26)).toBe(0x1294064 * 2 ** -26);
  expect(cosf(0x1cdd06a * 2 ** -24)).toBe(-0x1d934fe * 2 ** -27);
});

it('the Bessel function has its known values', () => {
  expect(besselI0(0)).toBe(1);
  expect(besselI0(1)).toBeCloseTo(1.2660658777520084, 14);
  expect(besselI0(10) / 2815.716628466254).toBeCloseTo(1, 14);
});

describe('soxr HQ, as librosa 0.10.2 calls it', () => {
  const references = JSON.parse(readFileSync(new URL('../fixtures/resample/soxr.json', import.meta.url), 'utf8')) as {
    from: number;
    to: number;
    samples: number;
    length: number;
    checksum: string;
    start: number[];
  }[];

  /** White noise to the edges, over the whole band, and digital silence in between, where only soxr's own rounding is left. */
  function noise(samples: number, seed: number): Float32Array {
    let state = Math.floor(seed);
    const signal = Float32Array.from({ length: samples }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state / 2 ** 31 - 1) * 0.5;
    });
    return signal.fill(0, 2000, 4000);
  }

  /** FNV-1a of the samples' bits, a word at a time. */
  function checksum(samples: Float32Array): string {
    let hash = 0x811c9dc5;
    // Negative zeros are zeros.
    for (const word of new Uint32Array(samples.map((value) => value + 0).buffer))
      hash = Math.imul(hash ^ word, 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, '0');
  }

  it.each(references)('$from → $to Hz is equal bit for bit', ({ from, to, samples, length, start, ...reference }) => {
    const result = resample(noise(samples, from), from, to);
    expect(result.length).toBe(length);
    expect(Array.from(result.subarray(0, start.length))).toEqual(start);
    expect(checksum(result)).toBe(reference.checksum);
  });
});
