import { expect, test } from 'vitest';
import { augment, AUGMENTATIONS, DISTURBANCES } from '../../../src/data/augment/augment.ts';
import { addInterference } from '../../../src/data/augment/interference.ts';
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
