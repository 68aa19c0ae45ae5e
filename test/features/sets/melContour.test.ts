import { describe, expect, it } from 'vitest';
import { melContour } from '../../../src/features/sets/melContour.ts';

const BANDS = melContour.names.length;

/** A second of rising pitch and hiss, half a second of hum before and after it. */
const signal = Float32Array.from({ length: 32_000 }, (_, i) => {
  const t = i / 16_000;
  if (i < 8000 || i >= 24_000) return 0.002 * Math.sin(2 * Math.PI * 100 * t);
  return 0.3 * Math.sin(2 * Math.PI * (200 * t + 300 * t * t)) + 0.02 * Math.sin(0.37 * i * i);
});

/** Every ninth band of a frame, in decibels. */
const decibels = (data: Float32Array, frame: number): number[] =>
  Array.from(data.subarray(frame * BANDS, (frame + 1) * BANDS), (value) => 10 * value).filter(
    (_, band) => band % 9 === 0,
  );

describe('log-mel frames without the quiet around the voice', () => {
  // librosa 0.10.2: effects.trim(top_db=35), feature.melspectrogram(n_fft=1024, hop_length=400, n_mels=64), power_to_db.
  it.each([
    [0, [-35.797, -51.037, -56.919, -58.104, -58.104, -58.104, -58.104, -58.104]],
    [20, [-20.667, -23.336, -22.42, -25.655, -22.966, -24.484, -23.324, -21.87]],
    [44, [-38.9, -58.104, -58.104, -58.104, -58.104, -58.104, -58.104, -58.104]],
  ])('frame %i: the values of librosa', (frame, expected) => {
    const data = melContour.extract(signal);
    expect(data.length / BANDS).toBe(45);
    decibels(data, frame).forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(2e-3));
  });

  it('tell the level: half of it is 6 dB less in each', () => {
    const [loud, soft] = [signal, signal.map((value) => value / 2)].map((own) => melContour.extract(own));
    loud.forEach((value, i) => expect(10 * (value - soft[i])).toBeCloseTo(20 * Math.log10(2), 3));
  });

  it('do not change with silence around', () => {
    const longer = new Float32Array(signal.length + 2 * 8192);
    longer.set(signal, 8192);
    expect(melContour.extract(longer)).toEqual(melContour.extract(signal));
  });

  it('are there for silence and for a single sample', () => {
    for (const quiet of [new Float32Array(16_000), Float32Array.of(0.5)]) {
      const data = melContour.extract(quiet);
      expect(data.length / BANDS).toBe(1 + Math.floor(quiet.length / 400));
      expect(data.every(Number.isFinite)).toBe(true);
    }
    expect(() => melContour.extract(new Float32Array())).toThrow(/empty|no samples/);
  });
});
