import { expect, test } from 'vitest';
import { addNoise, SPEECH_SPECTRUM, speechShapedNoise } from '../../../src/data/perturb/speechNoise.ts';
import { createRandom } from '../../../src/random.ts';
import { bandEnergies, decibels, meanSquare, SECOND, tone } from './signals.ts';

const difference = (one: Float32Array, other: Float32Array) => one.map((sample, i) => sample - other[i]);

test.each([20, 10, 0, -5])('the signal-to-noise ratio is %i dB, to a tenth', (snr) => {
  const signal = tone(200, 0.3, 3 * SECOND);
  signal.fill(0, 0, SECOND); // a pause counts like the rest
  const noise = difference(addNoise(signal, snr, createRandom('a')), signal);
  expect(Math.abs(decibels(meanSquare(signal) / meanSquare(noise)) - snr)).toBeLessThan(0.1);
});

test('at another ratio it is the same noise, as loud as that asks for', () => {
  const signal = tone(200, 0.3, SECOND);
  const [strong, weak] = [0, 20].map((snr) => difference(addNoise(signal, snr, createRandom('a')), signal));
  expect(Math.max(...strong.map((sample, i) => Math.abs(sample / 10 - weak[i])))).toBeLessThan(1e-6);
});

test('the spectrum is that of speech: every third of an octave has the published level', () => {
  const noise = speechShapedNoise(40 * SECOND, createRandom(1));
  const energy = bandEnergies(noise);
  const { centres, levels } = SPEECH_SPECTRUM;
  const total = 10 ** 7; // 70 dB
  // The lowest bands hold few bins, the highest is cut in half by the Nyquist frequency.
  centres.slice(2, -1).forEach((centre, i) => {
    const [low, high] = [centre * 2 ** (-1 / 6), centre * 2 ** (1 / 6)];
    const share = energy(low, high) / energy(0, 8001);
    const published = 10 ** (levels[i + 2] / 10) / total;
    expect(Math.abs(decibels(share / published)), `${centre} Hz`).toBeLessThan(1.5);
  });
  expect(decibels(energy(0, 50) / energy(0, 8001))).toBeLessThan(-50);
});

test('the noise is as powerful from one second to the next, without seams, and Gaussian', () => {
  const noise = speechShapedNoise(12 * SECOND, createRandom(2));
  const powers = Array.from({ length: 12 }, (_, s) => meanSquare(noise.subarray(s * SECOND, (s + 1) * SECOND)));
  for (const power of powers) expect(Math.abs(decibels(power))).toBeLessThan(0.8);
  const fourth = noise.reduce((sum, sample) => sum + sample ** 4, 0) / noise.length;
  expect(Math.abs(fourth / meanSquare(noise) ** 2 - 3)).toBeLessThan(0.1);
});

test('silence has no level that noise could be so far below: it stays silence', () => {
  expect(addNoise(new Float32Array(100), 0, createRandom(1))).toEqual(new Float32Array(100));
});
