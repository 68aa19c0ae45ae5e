import { describe, expect, it } from 'vitest';
import { SerError } from '../../../src/error.ts';
import { besselI0, designLowpass, kaiserLowpass } from '../../../src/features/resample/kaiser.ts';
import { createFilter } from '../../../src/features/resample/overlapSave.ts';
import { halveRate, resample } from '../../../src/features/resample/resample.ts';
import { createRandom } from '../../../src/random.ts';
import { GOLDEN_RATES, readNpy } from '../golden.ts';

const RATES = [8000, 11_025, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000];

const tone = (hz: number, rate: number, samples: number): Float32Array =>
  Float32Array.from({ length: samples }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate + 0.3));

function decibels(signal: ArrayLike<number>, error: ArrayLike<number>): number {
  const energy = (x: ArrayLike<number>): number => Array.from(x).reduce((sum, v) => sum + v * v, 0);
  return 10 * Math.log10(energy(signal) / energy(error));
}

/** Of a tone of that frequency in the signal, under a window that is zero at both ends. */
function amplitude(signal: Float32Array, hz: number, rate: number): number {
  let [re, im] = [0, 0];
  signal.forEach((value, i) => {
    const window = kaiserLowpass(i - signal.length / 2, { cutoff: 1e-9, halfWidth: signal.length / 2, beta: 20 }) * 1e9;
    re += window * value * Math.cos((2 * Math.PI * hz * i) / rate);
    im += window * value * Math.sin((2 * Math.PI * hz * i) / rate);
  });
  return Math.hypot(re, im);
}

const PAIRS = [
  ...RATES.map((rate) => [rate, 16_000]),
  [16_000, 8000],
  [16_000, 44_100],
  [44_100.5, 16_000],
  [44_101, 16_000],
];

describe.each(PAIRS)('%f → %f Hz', (from, to) => {
  const samples = Math.round(from / 5);
  const inner = (x: Float32Array): Float32Array => x.subarray(Math.round(to / 40), Math.round(to / 6));

  it.each([0.01, 0.3, 0.6, 0.88])('a tone at %f of the pass band keeps amplitude and phase', (share) => {
    const hz = (share * Math.min(from, to)) / 2;
    const result = resample(tone(hz, from, samples), from, to);
    const expected = tone(hz, to, result.length);
    // An interpolation loses up to .01 dB at the edge of the pass band: −60 dB. Nothing else does.
    const whole = [from / to, to / from, (2 * from) / to].some(Number.isInteger);
    const error = inner(result.map((value, i) => value - expected[i]));
    expect(decibels(inner(expected), error)).toBeGreaterThan(whole ? 115 : 60);
  });

  it('delays nothing: the response to an impulse is the same before and after it', () => {
    const impulse = new Float32Array(2 * from).fill(0);
    impulse[from] = 1;
    const response = resample(impulse, from, to);
    const middle = Math.round(to);
    for (let i = 1; i < 300; i++) expect(Math.abs(response[middle - i] - response[middle + i])).toBeLessThan(1e-6);
    expect(response[middle]).toBe(Math.max(...response));
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

describe.each(PAIRS.filter(([from, to]) => from > to))('%f → %f Hz', (from, to) => {
  it.each([1.001, 1.02, 1.3, 1.49])('takes away a tone at %f of the lower Nyquist frequency, to −120 dB', (share) => {
    const above = tone((Math.min(share, from / to) * to) / 2, from, Math.round(from / 5));
    const inner = (x: Float32Array): Float32Array => x.subarray(Math.round(to / 40), Math.round(to / 6));
    expect(decibels(inner(tone(100, to, 4000)), inner(resample(above, from, to)))).toBeGreaterThan(120);
  });
});

describe.each(PAIRS.filter(([from, to]) => from < to))('%f → %f Hz', (from, to) => {
  it.each([0.1, 0.5, 0.9])('adds no image of a tone at %f of the lower Nyquist frequency above −120 dB', (share) => {
    const hz = (share * from) / 2;
    const result = resample(tone(hz, from, from / 2), from, to);
    expect(20 * Math.log10(amplitude(result, from - hz, to) / amplitude(result, hz, to))).toBeLessThan(-120);
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

it.each([16_000 / 3, 8000, 24_000, 44_100, 48_000, 96_000])('digital silence stays silent at %f Hz', (from) => {
  const random = createRandom('silence');
  const signal = Float32Array.from({ length: Math.round(from) }, () => random.between(-0.5, 0.5));
  signal.fill(0, 0, Math.round(0.4 * from)).fill(0, Math.round(0.6 * from), Math.round(0.8 * from));
  const result = resample(signal, from, 16_000);
  // The filters reach some 110 samples of the lower rate.
  const margin = 110 / Math.min(from, 16_000);
  const zeros = (start: number, end: number): boolean =>
    result.subarray(Math.ceil(start * 16_000), Math.floor(end * 16_000)).every((value) => value === 0);
  expect(zeros(0, 0.4 - margin)).toBe(true);
  expect(zeros(0.6 + margin, 0.8 - margin)).toBe(true);
  expect(zeros(0.4, 0.6)).toBe(false);
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
  [1, 1],
  [1, 2],
  [1, 3],
  [2, 1],
  [3, 1],
  [5, 1],
])('a filter in blocks is the sum of products that defines it: %i up, %i down', (up, down) => {
  const random = createRandom('blocks');
  const lowpass = designLowpass(0.4, 1, 90);
  const filter = createFilter({ up, down, lowpass });
  // Several batches of blocks.
  const signal = Float32Array.from({ length: 1500 * down }, () => random.between(-1, 1));
  const result = filter(signal, 1500 * up);
  const reach = Math.ceil(lowpass.halfWidth + 1) * down;
  result.forEach((value, n) => {
    let expected = 0;
    const time = (n / up) * down;
    for (let k = Math.max(0, Math.ceil(time - reach)); k <= Math.min(signal.length - 1, time + reach); k++)
      expected += (signal[k] * kaiserLowpass((time - k) / down, lowpass)) / down;
    expect(Math.abs(value - expected)).toBeLessThan(1e-6);
  });
  // Unless told otherwise it goes on until nothing is left.
  const whole = filter(signal);
  expect(whole.subarray(0, result.length)).toEqual(result);
  expect(whole.length).toBeGreaterThan(result.length + lowpass.halfWidth * up);
  expect(Math.abs(whole.at(-1)!)).toBeLessThan(1e-6);
});

it.each([60, 90, 120])(
  "Kaiser's formulas give %i dB within 2, in the pass band and in the stop band",
  (attenuation) => {
    const lowpass = designLowpass(0.3, 0.5, attenuation);
    const reach = Math.floor(lowpass.halfWidth);
    const gain = (share: number): number => {
      let sum = kaiserLowpass(0, lowpass);
      for (let i = 1; i <= reach; i++) sum += 2 * kaiserLowpass(i, lowpass) * Math.cos(Math.PI * share * i);
      return sum;
    };
    // They are estimates.
    const ripple = 10 ** (-(attenuation - 2) / 20);
    for (let share = 0; share <= 0.3; share += 0.002) expect(Math.abs(gain(share) - 1)).toBeLessThan(ripple);
    for (let share = 0.5; share <= 1; share += 0.002) expect(Math.abs(gain(share))).toBeLessThan(ripple);
    expect(gain(0.4)).toBeCloseTo(0.5, 2);
  },
);

it('the Bessel function has its known values', () => {
  expect(besselI0(0)).toBe(1);
  expect(besselI0(1)).toBeCloseTo(1.2660658777520084, 14);
  expect(besselI0(10) / 2815.716628466254).toBeCloseTo(1, 14);
});

it.each(GOLDEN_RATES)('agrees with librosa (soxr HQ) from %i to 16,000 Hz', (rate) => {
  const expected = readNpy(`resample/${rate}.to16000.npy`);
  const result = resample(readNpy(`resample/${rate}.in.npy`), rate, 16_000);
  expect(result.length).toBe(expected.length);
  const limit = rate === 48_000 || rate === 96_000 ? 100 : 80;
  expect(
    decibels(
      expected,
      result.map((value, i) => value - expected[i]),
    ),
  ).toBeGreaterThan(limit);
});
