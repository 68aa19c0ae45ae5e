import { expect, test } from 'vitest';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { convolve } from '../../../src/data/perturb/convolve.ts';
import { encodeMp3, throughMp3 } from '../../../src/data/perturb/mp3.ts';
import { fullRate } from '../../../src/data/perturb/fullRate.ts';
import { reverberate, roomResponse } from '../../../src/data/perturb/room.ts';
import { mobile, telephone, telephoneBand } from '../../../src/data/perturb/telephone.ts';
import { resample } from '../../../src/features/resample/resample.ts';
import { createRandom } from '../../../src/random.ts';
import { bandEnergies, decibels, meanSquare, SECOND, tone, whiteNoise } from './signals.ts';

test.each([
  [5, 3],
  [3000, 700],
  [700, 3000],
])('a convolution of %i with %i samples is the sum that defines it', (n, m) => {
  const [signal, response] = [whiteNoise(1, n, 'x'), whiteNoise(1, m, 'h')];
  const result = convolve(signal, response);
  expect(result).toHaveLength(n + m - 1);
  for (let at = 0; at < result.length; at += 37) {
    let sum = 0;
    for (let k = Math.max(0, at - n + 1); k <= Math.min(at, m - 1); k++) sum += response[k] * signal[at - k];
    expect(Math.abs(result[at] - sum)).toBeLessThan(1e-4);
  }
});

/** How much of a long tone comes through, dB; its beginning and end left out. */
const passes = (hertz: number, rate: number): number => {
  const given = tone(hertz, 0.5, 2 * rate, rate);
  const [before, after] = [resample(given, rate, 16_000), telephoneBand({ samples: given, sampleRate: rate })];
  expect(after).toHaveLength(before.length);
  const middle = (signal: Float32Array) => meanSquare(signal.subarray(8000, 24_000));
  return decibels(middle(after) / middle(before));
};

test.each([16_000, 48_000])('a telephone passes its band from %i Hz on, and little else', (rate) => {
  for (const hertz of [300, 500, 1000, 2000, 3000, 3400]) expect(Math.abs(passes(hertz, rate))).toBeLessThan(0.1);
  for (const hertz of [225, 3475]) expect(Math.abs(passes(hertz, rate) + 6)).toBeLessThan(0.2);
  for (const hertz of [50, 100, 150, 3550, 3800, 5000, 7000]) expect(passes(hertz, rate)).toBeLessThan(-60);
});

// Of libgsm 1.0 by ffmpeg, on the same samples at 8 kHz in 16 bits.
test.each([
  ['data/voices/man.flac', 14.25],
  ['data/voices/woman.flac', 19.18],
  ['data/demo/female-excited.wav', 16.38],
])('of %s GSM full rate leaves as much above its error as libgsm does, %d dB', async (file, expected) => {
  const signal = resample(await loadAudio(file), 16_000, 8000);
  const coded = fullRate(signal);
  expect(coded).toHaveLength(signal.length);
  const error = meanSquare(coded.map((sample, i) => sample - signal[i]));
  expect(Math.abs(decibels(meanSquare(signal) / error) - expected)).toBeLessThan(1);
});

test('GSM full rate keeps silence silent, and codes a frame by itself and those before it alone', () => {
  expect(Math.max(...fullRate(new Float32Array(800)).map(Math.abs))).toBeLessThan(1e-3);
  const noise = whiteNoise(1, 1600, 'speech').map((sample) => 0.1 * sample);
  const coded = fullRate(noise);
  expect(fullRate(noise.subarray(0, 1000)).subarray(0, 960)).toEqual(coded.subarray(0, 960));
  expect(fullRate(noise.map((sample, i) => (i < 800 ? sample : -sample))).subarray(0, 800)).toEqual(coded.subarray(0, 800)); // prettier-ignore
});

test.each([telephone, telephoneBand, mobile])('a telephone does not delay', (channel) => {
  const click = new Float32Array(SECOND);
  click[5000] = 1;
  const heard = channel({ samples: click, sampleRate: 16_000 }).map(Math.abs);
  expect(heard.indexOf(Math.max(...heard))).toBe(5000);
});

// 14-bit µ-law has about 38 dB from full scale down to some 30 dB below, and fewer the quieter the voice is (ITU-T G.712).
test.each([
  [0.5, 35, 41],
  [0.05, 35, 41],
  [0.001, 15, 30],
])('of a tone of amplitude %d µ-law leaves %i to %i dB above its own error', (amplitude, least, most) => {
  const given = { samples: tone(1013, amplitude, 2 * SECOND), sampleRate: 16_000 };
  const [coded, band] = [telephone(given), telephoneBand(given)].map((signal) => signal.subarray(4000, 28_000));
  const ratio = decibels(meanSquare(band) / meanSquare(coded.map((sample, i) => sample - band[i])));
  expect(ratio).toBeGreaterThan(least);
  expect(ratio).toBeLessThan(most);
});

test.each([
  [0.5, 0],
  [0.3, 6],
])('a room of %d s and %d dB decays in that time and has that direct sound', (seconds, directToReverberant) => {
  const measured = Array.from({ length: 5 }, (_, seed) => {
    const response = roomResponse(createRandom(seed), { seconds, directToReverberant });
    expect(response[0]).toBe(1);
    const tail = response.subarray(1);
    expect(decibels(1 / tail.reduce((sum, sample) => sum + sample ** 2, 0))).toBeCloseTo(directToReverberant, 3);
    return reverberationTime(tail);
  });
  for (const one of measured) expect(Math.abs(one / seconds - 1)).toBeLessThan(0.1);
  expect(Math.abs(measured.reduce((sum, one) => sum + one, 0) / 5 / seconds - 1)).toBeLessThan(0.03);
});

/** ISO 3382's T30: Schroeder's backward integration, a line from −5 to −35 dB, extended to 60 dB. */
function reverberationTime(response: Float32Array): number {
  const left = new Float64Array(response.length);
  for (let i = response.length - 1, sum = 0; i >= 0; i--) left[i] = sum += response[i] ** 2;
  const points = Array.from(left, (energy, i) => [i / 16_000, decibels(energy / left[0])]);
  const line = points.filter(([, level]) => level <= -5 && level >= -35);
  const mean = (column: number) => line.reduce((sum, point) => sum + point[column], 0) / line.length;
  const [x, y] = [mean(0), mean(1)];
  const slope = line.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / line.reduce((sum, [a]) => sum + (a - x) ** 2, 0); // prettier-ignore
  return -60 / slope;
}

test('a voice in a room keeps its length and level, and rings on after it ends', () => {
  const signal = new Float32Array(2 * SECOND);
  signal.set(whiteNoise(0.1, SECOND));
  const wet = reverberate(signal, createRandom(3));
  expect(wet).toHaveLength(signal.length);
  expect(decibels(meanSquare(wet) / meanSquare(signal))).toBeCloseTo(0, 3);
  // A quarter of a second is 30 dB.
  const level = (from: number) => meanSquare(wet.subarray(from, from + 800));
  expect(Math.abs(decibels(level(SECOND + 4800) / level(SECOND + 800)) + 30)).toBeLessThan(1.5);
  expect(reverberate(new Float32Array(100), createRandom(3))).toEqual(new Float32Array(100));
});

test.each([16_000, 44_100, 48_000])('an MP3 of %i Hz has 64 kbit/s, and comes back in step, as long, and nearly as it was', async (sampleRate) => {
  const seconds = 2;
  const samples = tone(300, 0.3, seconds * sampleRate, sampleRate);
  const quieter = tone(1700, 0.1, samples.length, sampleRate);
  for (let i = 0; i < samples.length; i++) samples[i] = i < sampleRate / 2 ? 0 : samples[i] + quieter[i];
  const bytes = await encodeMp3({ samples, sampleRate }, 64);
  expect((8 * bytes.length) / seconds / 64_000).toBeGreaterThan(1);
  expect((8 * bytes.length) / seconds / 64_000).toBeLessThan(1.06); // begins and ends with whole frames
  const before = resample(samples, sampleRate, 16_000);
  const after = await throughMp3({ samples, sampleRate }, 64);
  expect(after).toHaveLength(before.length);
  const error = after.map((sample, i) => sample - before[i]);
  const snr = decibels(meanSquare(before) / meanSquare(error));
  expect(snr).toBeGreaterThan(20);
  expect(snr).toBeLessThan(90); // it is lossy: something has happened
}); // prettier-ignore

test('a rate that MP3 does not have is brought to 16 kHz first', async () => {
  const after = await throughMp3({ samples: tone(300, 0.3, 20_000, 20_000), sampleRate: 20_000 }, 64);
  expect(after).toHaveLength(SECOND);
  const energy = bandEnergies(after);
  expect(decibels(energy(280, 320) / energy(0, 8001))).toBeGreaterThan(-0.1);
});
