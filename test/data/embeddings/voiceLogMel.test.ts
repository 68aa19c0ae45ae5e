import { expect, test } from 'vitest';
import { VOICE_LOG_MEL, voiceLogMel } from '../../../src/data/embeddings/voiceLogMel.ts';
import { createRandom } from '../../../src/random.ts';

const { hop, bands, range } = VOICE_LOG_MEL;
const random = createRandom('voice');
const noise = Float32Array.from({ length: 16_000 }, () => 0.2 * random.normal());
const tone = Float32Array.from({ length: 16_000 }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 1000 * i) / 16_000));

test('a second has a frame every hop, whatever silence surrounds the voice', () => {
  const frames = voiceLogMel(noise);
  expect(frames.length).toBe(bands * Math.ceil((16_000 + 1) / hop));
  const surrounded = new Float32Array(24_000);
  surrounded.set(noise, 3000);
  expect(voiceLogMel(surrounded)).toEqual(frames);
});

test('values end 60 dB below the largest, and a gain of 10 adds 20 dB', () => {
  const frames = voiceLogMel(tone);
  const [most, least] = [Math.max(...frames), Math.min(...frames)];
  expect(most - least).toBeCloseTo(range / 10, 4);
  expect(Math.max(...voiceLogMel(tone.map((value) => value / 10)))).toBeCloseTo(most - 2, 4);
});

test('a tone is in the bands around its frequency', () => {
  const frame = voiceLogMel(tone).subarray(10 * bands, 11 * bands);
  const loudest = frame.indexOf(Math.max(...frame));
  // 1 kHz lies at 1000 of the 2840 mels of HTK's scale between 0 and 8 kHz, at 15 of 45.2 of Slaney's.
  expect(loudest / bands).toBeGreaterThan(0.28);
  expect(loudest / bands).toBeLessThan(0.38);
});

test('silence has finite values', () => {
  expect(voiceLogMel(new Float32Array(4000)).every(Number.isFinite)).toBe(true);
});
