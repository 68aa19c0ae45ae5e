import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { whisperMel } from '../../../../src/data/embeddings/encoders/whisperMel.ts';

/** Values of `WhisperFeatureExtractor` of transformers: `frames` of every eighth of 80 bands, or every sixteenth of 128. */
const reference = JSON.parse(readFileSync('test/fixtures/encoders/transformers.json', 'utf8'));

const chirp = Float32Array.from({ length: 24_001 }, (_, i) => 0.3 * Math.sin(i * i * 1e-5));
const tones = Float32Array.from(
  { length: 490_000 },
  (_, i) => 0.25 * Math.sin((2 * Math.PI * 440 * i) / 16_000) + 0.05 * Math.sin((2 * Math.PI * 3000 * i) / 16_000),
);

describe("Whisper's log-mel spectrogram equals that of transformers", () => {
  test.each([
    ['of a short clip, padded to 30 s', 'chirp', chirp, 80, 8],
    ['of a clip that is cut at 30 s, in 128 bands', 'tone', tones, 128, 16],
  ] as const)('%s', (_, name, signal, bands, step) => {
    const mel = whisperMel(signal, 3000, bands);
    expect(mel).toHaveLength(bands * 3000);
    const { frames, values, mean } = reference[name];
    frames.forEach((frame: number, i: number) => {
      values[i].forEach((value: number, band: number) => {
        expect(Math.abs(mel[band * step * 3000 + frame] - value)).toBeLessThan(1e-4);
      });
    });
    expect(mel.reduce((sum, value) => sum + value, 0) / mel.length).toBeCloseTo(mean, 4);
  });
});

test('digital silence has the least value everywhere', () => {
  expect(new Set(whisperMel(new Float32Array(500), 10))).toEqual(new Set([-1.5]));
});
