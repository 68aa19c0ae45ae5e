import { describe, expect, it } from 'vitest';
import { melContour } from '../../../src/features/sets/melContour.ts';

const BANDS = 64;

/** A second of rising pitch and hiss, half a second of hum before and after it. */
const signal = Float32Array.from({ length: 32_000 }, (_, i) => {
  const t = i / 16_000;
  if (i < 8000 || i >= 24_000) return 0.002 * Math.sin(2 * Math.PI * 100 * t);
  return 0.3 * Math.sin(2 * Math.PI * (200 * t + 300 * t * t)) + 0.02 * Math.sin(0.37 * i * i);
});

/** A statistic of each band, in decibels. */
const statistic = (data: Float32Array, name: string): number[] =>
  melContour.names.flatMap((column, i) => (column.endsWith(`_${name}`) ? [10 * data[i]] : []));

describe('the contour of a mel spectrum', () => {
  const values = melContour.extract(signal);

  // librosa 0.10.2: effects.trim(top_db=35), feature.melspectrogram(n_fft=1024, hop_length=400, n_mels=64), power_to_db; every 21st band.
  it.each([
    ['part1', [-22.71, -33.81, -38.33, -37.76]],
    ['part2', [-24.1, -24.18, -24.85, -23.38]],
    ['part3', [-22.17, -26.68, -25.41, -22.99]],
    ['part4', [-23.79, -23.21, -23.16, -22.94]],
    ['part5', [-22.76, -23.91, -23.13, -22.87]],
    ['part6', [-21.89, -19.19, -22.77, -22.67]],
    ['part7', [-23.63, 16.94, -23.08, -22.95]],
    ['part8', [-26.98, -4.91, -32.25, -34.91]],
    ['mean', [-23.59, -16.76, -26.47, -26.21]],
    ['std', [5.05, 18.94, 9.21, 9.77]],
    ['p10', [-30.13, -29.49, -31.38, -28.95]],
    ['p50', [-22.31, -22.09, -23.07, -23.19]],
    ['p90', [-19.52, 18.19, -20.69, -21.88]],
    ['change', [3.92, 5.51, 3.65, 2.22]],
  ])('%s: the values of librosa', (name, expected) => {
    const own = statistic(values, name);
    expect(own).toHaveLength(BANDS);
    expected.forEach((value, i) => expect(Math.abs(own[21 * i] - value)).toBeLessThan(0.01));
  });

  it('tells the level: half of it is 6 dB less in means and quantiles, and changes nothing else', () => {
    const soft = melContour.extract(signal.map((value) => value / 2));
    melContour.names.forEach((name, i) => {
      const isLevel = !/_(std|change)$/.test(name);
      expect(10 * (values[i] - soft[i])).toBeCloseTo(isLevel ? 20 * Math.log10(2) : 0, 3);
    });
  });

  it('does not change with silence around', () => {
    const longer = new Float32Array(signal.length + 2 * 8192);
    longer.set(signal, 8192);
    expect(melContour.extract(longer)).toEqual(values);
  });

  it('is there for silence and for a single sample, and not for none', () => {
    for (const quiet of [new Float32Array(16_000), Float32Array.of(0.5)]) {
      const data = melContour.extract(quiet);
      expect(data).toHaveLength(melContour.names.length);
      expect(data.every(Number.isFinite)).toBe(true);
    }
    expect(() => melContour.extract(new Float32Array())).toThrow(/empty|no samples/);
  });
});
