import { expect, test } from 'vitest';
import { CONDITIONS, getCondition, perturb } from '../../../src/data/perturb/conditions.ts';
import { resample } from '../../../src/features/resample/resample.ts';
import { SECOND, tone, whiteNoise } from './signals.ts';

const noises = [whiteNoise(0.2, 3 * SECOND, 'hiss'), tone(50, 0.1, SECOND)];
const recording = { samples: tone(220, 0.6, 12_000, 48_000), sampleRate: 48_000 };

/** Bit for bit; quicker than `toEqual` on so many samples. */
const same = (one: Float32Array, other: Float32Array): boolean =>
  Buffer.from(one.buffer).equals(Buffer.from(other.buffer));

test('every condition gives finite samples at 16 kHz, as long as the clip but for the silence around it', async () => {
  const before = recording.samples.slice();
  for (const condition of CONDITIONS) {
    const signal = await perturb(recording, condition, '1/a', noises);
    const length = condition.name.startsWith('silence') ? SECOND / 4 + 2 * SECOND : SECOND / 4;
    expect(signal, condition.name).toHaveLength(length);
    expect(signal.every(Number.isFinite), condition.name).toBe(true);
  }
  expect(recording.samples).toEqual(before);
});

test('clean comes first and is the resampled recording; every other condition changes it', async () => {
  const [clean, ...others] = CONDITIONS;
  const signal = await perturb(recording, clean, 1);
  expect(same(signal, resample(recording.samples, 48_000, 16_000))).toBe(true);
  for (const one of others) expect(same(await perturb(recording, one, 1, noises), signal), one.name).toBe(false);
});

test('the same seed gives the same samples; another gives another noise and another room', async () => {
  for (const condition of CONDITIONS) {
    const first = await perturb(recording, condition, '1/a', noises);
    expect(same(await perturb(recording, condition, '1/a', noises), first), condition.name).toBe(true);
    const random = /noise|reverberation|faint/.test(condition.name);
    if (random) expect(same(await perturb(recording, condition, '1/b', noises), first), condition.name).toBe(false);
    else expect(same(await perturb(recording, condition, '1/b', noises), first), condition.name).toBe(true);
  }
});

test('+6 dB is cut off at full scale in one condition, and not in the other', async () => {
  const flat = (signal: Float32Array) => Math.max(...signal.subarray(1000, 3000));
  expect(flat(await perturb(recording, getCondition('gain-plus-6'), 1))).toBeGreaterThan(1.19);
  expect(flat(await perturb(recording, getCondition('gain-plus-6-clipped'), 1))).toBeLessThan(1.1); // it rings, resampled
  const quiet = { samples: whiteNoise(0.05, SECOND), sampleRate: 16_000 };
  const [free, cut] = ['gain-plus-6', 'gain-plus-6-clipped'].map((name) => perturb(quiet, getCondition(name), 1));
  expect(await cut).toEqual(await free);
});

test('names are all different, and may stand in the name of a file', () => {
  expect(new Set(CONDITIONS.map(({ name }) => name)).size).toBe(CONDITIONS.length);
  for (const { name } of CONDITIONS) expect(name).toMatch(/^[a-z0-9-]+$/);
  expect(() => getCondition('fog')).toThrow(/there is no condition "fog"; there are clean, noise-20/);
});

test('an empty recording is refused', async () => {
  const empty = { samples: new Float32Array(0), sampleRate: 16_000 };
  await expect(perturb(empty, CONDITIONS[0], 1)).rejects.toMatchObject({ code: 'audio' });
});

test('recorded noise without a recording is refused, with the option that is missing', async () => {
  const refused = perturb(recording, getCondition('recorded-noise-10'), 1);
  await expect(refused).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('--noise') as string });
});
