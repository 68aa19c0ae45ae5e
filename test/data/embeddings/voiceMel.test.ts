import { expect, test } from 'vitest';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { featureSet } from '../../../src/data/embeddings/load.ts';
import { PER_FRAME, VOICE_MEL, voiceMel } from '../../../src/data/embeddings/voiceMel.ts';

const BANDS = VOICE_MEL.bands;

test('the frames of the voice are those of the encoder, each beside two log-mel frames', async () => {
  const signal = await loadAudio('data/demo/female.wav');
  const [voice, encoder] = [featureSet('voice'), featureSet('speech-embedding')];
  const [both, alone] = [await voice.extract(signal), await encoder.extract(signal)];
  const width = voice.names.length;
  expect(width).toBe(encoder.names.length + PER_FRAME * BANDS);
  const frames = both.length / width;
  expect(frames).toBe(alone.length / encoder.names.length);
  for (let frame = 0; frame < frames; frame++) {
    const own = both.slice(frame * width, frame * width + encoder.names.length);
    expect(own).toEqual(alone.slice(frame * encoder.names.length, (frame + 1) * encoder.names.length));
  }
  expect(both.every(Number.isFinite)).toBe(true);
});

test('neither gain nor silence around the voice changes the frames by more than rounding', async () => {
  const signal = await loadAudio('data/demo/female.wav');
  const { extract } = featureSet('voice');
  const frames = await extract(signal);
  const quiet = await extract(signal.map((sample) => sample / 16));
  const padded = new Float32Array(signal.length + 32_000);
  padded.set(signal, 16_000);
  const surrounded = await extract(padded);
  expect(quiet.length).toBe(frames.length);
  expect(surrounded.length).toBe(frames.length);
  for (const other of [quiet, surrounded]) {
    const largest = Math.max(...Array.from(other, (value, i) => Math.abs(value - frames[i])));
    expect(largest).toBeLessThan(0.02);
  }
});

test('a click shows in the log-mel frame at its time, and a tone in its band', () => {
  const frames = 20;
  const voice = new Float32Array(20_000);
  // The middle of what frame 10 of stage 3 depends on: 11.5 + 40 mel frames of 10 ms, and half of their window of 512.
  const middle = 160 * (4 * 10 + 11.5) + 256;
  voice[middle - 160] = 1;
  const data = voiceMel(voice, frames);
  const rowOf = (row: number): number =>
    Array.from(data.subarray(row * BANDS, (row + 1) * BANDS)).reduce((a, b) => a + b);
  const loudest = Array.from({ length: PER_FRAME * frames }, (_, row) => rowOf(row)).reduce((best, sum, row, all) => (sum > all[best] ? row : best), 0); // prettier-ignore
  expect(loudest).toBe(PER_FRAME * 10);

  const tone = Float32Array.from({ length: 20_000 }, (_, i) => Math.sin((2 * Math.PI * 1000 * i) / 16_000));
  const spectrum = voiceMel(tone, frames).subarray(10 * BANDS, 11 * BANDS);
  const peak = spectrum.indexOf(Math.max(...spectrum));
  expect(peak).toBeGreaterThan(10);
  expect(peak).toBeLessThan(30);
});
