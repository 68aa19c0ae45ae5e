import { describe, expect, test } from 'vitest';
import { augment, AUGMENTATIONS, DISTURBANCES } from '../../../src/data/augment/augment.ts';
import { addInterference, babble } from '../../../src/data/augment/interference.ts';
import { power } from '../../../src/data/perturb/levels.ts';
import { createRandom } from '../../../src/random.ts';

const tone = Float32Array.from({ length: 16_000 }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 300 * i) / 16_000));

test.each([0, 10, 30])('noise of every kind has the given ratio of %i dB to the signal', (snr) => {
  // Seeds for each of the four kinds.
  for (let seed = 0; seed < 20; seed++) {
    const noise = addInterference(tone, snr, createRandom(seed)).map((sample, i) => sample - tone[i]);
    expect(10 * Math.log10(power(tone) / power(noise))).toBeCloseTo(snr, 1);
    expect(addInterference(tone, snr, createRandom(seed))).toEqual(addInterference(tone, snr, createRandom(seed)));
  }
});

describe('babble', () => {
  const voiceOf = (hertz: number, level: number): Float32Array =>
    Float32Array.from({ length: 8000 }, (_, i) => level * Math.sin((2 * Math.PI * hertz * i) / 16_000));

  test('has the power of two to eight voices, however loud each recording is', () => {
    // Tones of many pitches, of which hardly any two are the same: their powers add up.
    const voices = Array.from({ length: 500 }, (_, i) => voiceOf(200 + 10 * i, 10 ** -(i % 5)));
    const talkers = Array.from({ length: 60 }, (_, seed) => power(babble(8000, createRandom(seed), voices)));
    for (const count of talkers) expect(Math.abs(count - Math.round(count))).toBeLessThan(0.02);
    expect(new Set(talkers.map(Math.round))).toEqual(new Set([2, 3, 4, 5, 6, 7, 8]));
  });

  test('is one of the kinds of noise where there are voices, and only there', () => {
    const voices = [voiceOf(1000, 1)];
    const isBabble = (seed: number, given: object): boolean => {
      const noise = addInterference(tone, 0, createRandom(seed), given).map((sample, i) => sample - tone[i]);
      // One voice again and again is a tone, whose second difference is in proportion to it.
      const factor = 2 - 2 * Math.cos((2 * Math.PI * 1000) / 16_000);
      return noise.every((sample, i) => i % 8000 < 2 || i % 8000 > 7997 || Math.abs(noise[i - 1] + noise[i + 1] - (2 - factor) * sample) < 1e-3); // prettier-ignore
    };
    const seeds = Array.from({ length: 100 }, (_, i) => i);
    const count = seeds.filter((seed) => isBabble(seed, { voices })).length;
    expect(count).toBeGreaterThan(8);
    expect(count).toBeLessThan(35);
    expect(seeds.some((seed) => isBabble(seed, {}))).toBe(false);
  });
});

test('silence stays silence, and no sample is lost or infinite', () => {
  const silence = new Float32Array(800);
  expect(addInterference(silence, 10, createRandom(1))).toEqual(silence);
  for (let seed = 0; seed < 20; seed++) {
    const noisy = addInterference(tone, 0, createRandom(seed));
    expect(noisy.length).toBe(tone.length);
    expect(noisy.every(Number.isFinite)).toBe(true);
  }
});

test('every disturbance by itself gives finite samples, and all but the speed the same length', () => {
  for (const [kind, step] of Object.entries(DISTURBANCES)) {
    const copy = augment(tone, createRandom(kind), { [kind]: { ...step, probability: 1 } });
    expect(copy.every(Number.isFinite), kind).toBe(true);
    expect(copy, kind).not.toEqual(tone);
    if (kind !== 'speed') expect(copy.length, kind).toBe(tone.length);
  }
});

test.each(['telephone', 'mobile'] as const)('a telephone removes what lies above its band: %s', (kind) => {
  const high = Float32Array.from({ length: 16_000 }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 6000 * i) / 16_000));
  const both = tone.map((sample, i) => sample + high[i]);
  const step = { ...DISTURBANCES[kind], probability: 1, low: 0.5, high: 0.5 };
  const copy = augment(both, createRandom(1), { [kind]: step });
  const correlation = (wave: Float32Array): number => copy.reduce((sum, sample, i) => sum + sample * wave[i], 0);
  expect(Math.abs(correlation(high))).toBeLessThan(0.02 * Math.abs(correlation(tone)));
});

test('the recipe of the reference system is the default', () => {
  expect(Object.keys(AUGMENTATIONS)[0]).toBe('reference');
});
