import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { addRecordedNoise, hashNoises, loadNoises } from '../../../src/data/perturb/recordedNoise.ts';
import { createRandom } from '../../../src/random.ts';
import { buildWav, chunk, format } from '../audio/wavBuilder.ts';
import { bandEnergies, decibels, meanSquare, SECOND, tone, whiteNoise } from './signals.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-noise-'));
afterAll(() => rmSync(folder, { recursive: true }));

const wavOf = (samples: Float32Array, sampleRate: number) =>
  buildWav(format({ sampleRate }), chunk('data', new Uint8Array(Int16Array.from(samples, (x) => 32_767 * x).buffer)));

const signal = tone(200, 0.3, 2 * SECOND);
const noises = [tone(1000, 0.01, 5 * SECOND), tone(3000, 0.9, SECOND / 2)];
const added = (snr: number, seed: string, recordings: readonly Float32Array[] = noises) =>
  addRecordedNoise(signal, snr, createRandom(seed), recordings).map((sample, i) => sample - signal[i]);

test.each([20, 10, 0])('the ratio is %i dB, however loud the recording, and a short one is repeated', (snr) => {
  for (const seed of ['a', 'b', 'c', 'd']) {
    const noise = added(snr, seed);
    expect(decibels(meanSquare(signal) / meanSquare(noise))).toBeCloseTo(snr, 2);
    expect(meanSquare(noise.subarray(SECOND)) / meanSquare(noise)).toBeGreaterThan(0.99);
  }
});

test('the seed chooses a recording and its piece; at another ratio it is the same piece', () => {
  const of = (seed: string) => (bandEnergies(added(0, seed))(900, 1100) > 1 ? 'first' : 'second');
  expect(new Set(Array.from({ length: 10 }, (_, i) => of(`${i}`)))).toEqual(new Set(['first', 'second']));
  const hiss = [whiteNoise(0.1, 20 * SECOND)];
  const [strong, weak] = [added(0, 'a', hiss), added(20, 'a', hiss)];
  expect(Math.max(...strong.map((sample, i) => Math.abs(sample / 10 - weak[i])))).toBeLessThan(1e-6);
  expect(Math.max(...added(0, 'b', hiss).map((sample, i) => Math.abs(sample - strong[i])))).toBeGreaterThan(0.1);
});

test('of a recording that is silent for the most part, a piece with sound is taken', () => {
  const rare = new Float32Array(60 * SECOND);
  rare.set(tone(1000, 0.5, 5 * SECOND));
  for (const seed of ['a', 'b', 'c', 'd', 'e']) expect(meanSquare(added(10, seed, [rare]))).toBeGreaterThan(0);
});

test('recordings are read once each at 16 kHz; a silent one, and one that is no audio, is refused by name', async () => {
  const path = (name: string) => join(folder, name);
  writeFileSync(path('hum.wav'), wavOf(tone(50, 0.5, 48_000, 48_000), 48_000));
  writeFileSync(path('silent.wav'), wavOf(new Float32Array(SECOND), 16_000));
  writeFileSync(path('text.wav'), 'no audio');
  const [hum] = await loadNoises([path('hum.wav')]);
  expect(hum).toHaveLength(SECOND);
  expect((await loadNoises([path('hum.wav')]))[0]).toBe(hum);
  await expect(loadNoises([path('silent.wav')])).rejects.toMatchObject({ code: 'audio', message: expect.stringMatching(/silent\.wav is silent/) as string }); // prettier-ignore
  await expect(loadNoises([path('text.wav')])).rejects.toMatchObject({ code: 'audio', message: expect.stringContaining('text.wav') as string }); // prettier-ignore
  expect(await loadNoises()).toEqual([]);
  const [one, other] = await hashNoises([path('hum.wav'), path('silent.wav')]);
  expect(one).not.toBe(other);
});
