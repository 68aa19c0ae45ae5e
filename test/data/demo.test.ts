import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeAudio } from '../../src/data/audio/read.ts';

const folder = new URL('../../data/demo/', import.meta.url);

/** Pitch in a tenth of a second: the first peak of the autocorrelation (60–500 Hz) that nearly reaches the highest. */
function pitchAt(samples: Float32Array, at: number): number {
  const frame = samples.subarray(at - 800, at + 800);
  const correlation = Array.from({ length: 268 }, (_, lag) => {
    let sum = 0;
    for (let i = 0; i + 268 < frame.length; i++) sum += frame[i] * frame[i + lag];
    return sum;
  });
  const highest = Math.max(...correlation.slice(32));
  const isPeak = (lag: number): boolean =>
    correlation[lag] >= correlation[lag - 1] && correlation[lag] >= correlation[lag + 1];
  for (let lag = 32; lag < 267; lag++) if (isPeak(lag) && correlation[lag] > 0.8 * highest) return 16_000 / lag;
  return NaN;
}

test.each([
  ['male.wav', 125, 95],
  ['female.wav', 230, 185],
  ['female-excited.wav', 240, 390],
])('%s is a short 16 kHz clip whose pitch goes from %i to %i Hz', async (name, first, last) => {
  const bytes = new Uint8Array(readFileSync(new URL(name, folder)));
  expect(bytes.length).toBeLessThan(60_000);
  const { samples, sampleRate, channels } = await decodeAudio(bytes, name);
  expect({ sampleRate, channels }).toEqual({ sampleRate: 16_000, channels: 1 });
  for (const share of [0.2, 0.5, 0.8]) {
    const expected = first + (last - first) * share;
    expect(Math.abs(pitchAt(samples, Math.round(share * samples.length)) / expected - 1)).toBeLessThan(0.06);
  }
});

test('every demo clip is known here', () => {
  expect(readdirSync(folder).sort()).toEqual(['README.md', 'female-excited.wav', 'female.wav', 'male.wav']);
});
