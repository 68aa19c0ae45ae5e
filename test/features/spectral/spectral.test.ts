import { describe, expect, it } from 'vitest';
import { chromaFilters, chromaStft } from '../../../src/features/harmonic/chroma.ts';
import { spectralContrast } from '../../../src/features/spectral/contrast.ts';
import { spectralShape } from '../../../src/features/spectral/spectral.ts';
import { binDeviations, binMeans, binMedians, medianInPlace } from '../../../src/features/spectral/statistics.ts';
import { magnitude, stft } from '../../../src/features/spectral/stft.ts';
import { rms, zeroCrossingRate } from '../../../src/features/spectral/temporal.ts';
import { estimateTuning } from '../../../src/features/harmonic/tuning.ts';
import { createRandom } from '../../../src/random.ts';
import { sine } from '../golden.ts';

const spectrogram = (signal: Float32Array) => magnitude(stft(signal));
const flat = (value: number) => ({ data: new Float32Array(1025).fill(value), frames: 1, bins: 1025 });
const noise = (samples = 16_000) => {
  const random = createRandom('noise');
  return Float32Array.from({ length: samples }, () => 0.1 * random.normal());
};

describe('the shape of a spectrum', () => {
  it('of a sine lies at its frequency and is narrow', () => {
    const { centroid, bandwidth, rolloff, flatness } = spectralShape(spectrogram(sine(1000)));
    expect(centroid[10]).toBeCloseTo(1000, 1);
    expect(bandwidth[10]).toBeLessThan(10);
    expect(Math.abs(rolloff[10] - 1000)).toBeLessThanOrEqual(8);
    expect(flatness[10]).toBeLessThan(1e-6);
  });

  it('of a flat spectrum is that of a uniform distribution', () => {
    const { centroid, bandwidth, rolloff, flatness } = spectralShape(flat(3));
    expect(centroid[0]).toBeCloseTo(4000, 6);
    expect(bandwidth[0]).toBeCloseTo((8000 / 1024) * Math.sqrt((1025 ** 2 - 1) / 12), 6);
    expect(rolloff[0]).toBeCloseTo(871 * (8000 / 1024), 6);
    expect(flatness[0]).toBeCloseTo(1, 9);
  });

  it('of silence is zero, and flat', () => {
    const { centroid, bandwidth, rolloff, flatness } = spectralShape(flat(0));
    expect([centroid[0], bandwidth[0], rolloff[0]]).toEqual([0, 0, 0]);
    expect(flatness[0]).toBeCloseTo(1, 9);
  });
});

describe('spectral contrast', () => {
  it('of a flat spectrum is zero in all seven bands', () => {
    const { data, bins } = spectralContrast(flat(0.5));
    expect(bins).toBe(7);
    for (const value of data) expect(value).toBeCloseTo(0, 9);
  });

  it('stands out in the band that holds a lone peak', () => {
    const spectrum = flat(0.01);
    spectrum.data[80] = 1; // 625 Hz: third band, 400 to 800 Hz, where one bin is the quantile
    const { data } = spectralContrast(spectrum);
    data.forEach((value, band) => expect(value).toBeCloseTo(band === 2 ? 20 : 0, 4));
  });

  it('refuses bands beyond half the sample rate', () => {
    expect(() => spectralContrast(flat(1), { sampleRate: 8000 })).toThrow(/beyond 4000 Hz/);
  });
});

describe('chroma', () => {
  it('finds A, C and F sharp', () => {
    for (const [hz, expected] of [
      [440, 9],
      [523.25, 0],
      [739.99, 6],
    ]) {
      const row = chromaStft(spectrogram(sine(hz)), 0).data.subarray(120, 132);
      expect(row.indexOf(1)).toBe(expected);
      expect(Math.max(...row)).toBe(1);
    }
  });

  it('has columns that shrink away from the fifth octave, the sum of squares being the octave weight', () => {
    const weights = chromaFilters(1025, 0);
    const norm = (k: number): number => Math.hypot(...Array.from({ length: 12 }, (_, c) => weights[c * 1025 + k]));
    const octave = (k: number): number => Math.log2((k * 16_000) / 2048 / 27.5);
    for (const k of [20, 113, 500, 1024]) expect(norm(k)).toBeCloseTo(Math.exp(-0.5 * ((octave(k) - 5) / 2) ** 2), 6);
  });

  it('of silence is zero', () => expect(Math.max(...chromaStft(flat(0), 0).data)).toBe(0));
});

describe('the tuning', () => {
  it.each([-0.4, -0.2, 0, 0.13, 0.35])('of a sine %d semitones off is found', (offset) => {
    const tuning = estimateTuning(spectrogram(sine(440 * 2 ** (offset / 12))));
    expect(Math.abs(tuning - offset)).toBeLessThan(0.03);
  });

  it('scales with the bins of an octave', () => {
    const tuning = estimateTuning(spectrogram(sine(440 * 2 ** (0.1 / 12))), { binsPerOctave: 36 });
    expect(Math.abs(tuning - 0.3)).toBeLessThan(0.05);
  });

  it('of silence is 0', () => expect(estimateTuning(flat(0))).toBe(0));
});

describe('in the time domain', () => {
  it('a sine crosses zero twice a period', () => {
    expect(zeroCrossingRate(sine(1000))[10]).toBeCloseTo(2 * (1000 / 16_000), 3);
  });

  it('a jump between two frames counts in neither as their first sample, and never beyond the ends', () => {
    const step = Float32Array.from({ length: 4096 }, (_, i) => (i < 1024 ? 1 : -1));
    // Frames begin at −1024, −512, 0, 512, 1024 …; the jump is sample 1024.
    expect([...zeroCrossingRate(step)].map((rate) => rate * 2048)).toEqual([0, 1, 1, 1, 0, 0, 0, 0, 0]);
  });

  it('noughts are positive, and so is what is too small to tell', () => {
    expect(Math.max(...zeroCrossingRate(Float32Array.of(0, -1e-11, 1e-11, -0, 1)))).toBe(0);
  });

  it('the RMS of a sine is its amplitude over √2, and halves in power at the ends', () => {
    const values = rms(sine(1000));
    expect(values[10]).toBeCloseTo(0.5 / Math.SQRT2, 6);
    expect(values[0]).toBeCloseTo(0.25, 3);
  });
});

describe('the statistics over frames', () => {
  const frames = { data: Float32Array.of(1, 10, 2, 10, 3, 10, 10, 10), frames: 4, bins: 2 };

  it('are those of every bin', () => {
    const means = binMeans(frames);
    expect([...means]).toEqual([4, 10]);
    expect(binDeviations(frames, means)[0]).toBeCloseTo(Math.sqrt(12.5), 12);
    expect([...binMedians(frames)]).toEqual([2.5, 10]);
  });

  it('agree with sorting on any number of values, ties included', () => {
    const random = createRandom(2);
    for (let size = 1; size < 60; size++) {
      const values = Float32Array.from({ length: size }, () => random.integer(20));
      const sorted = values.toSorted();
      const expected = (sorted[(size - 1) >> 1] + sorted[size >> 1]) / 2;
      expect(medianInPlace(values)).toBe(expected);
    }
  });
});

it('noise is flatter than speech-like harmonics', () => {
  const harmonics = Float32Array.from({ length: 16_000 }, (_, i) => {
    let sum = 0;
    for (let h = 1; h <= 10; h++) sum += Math.sin((2 * Math.PI * 150 * h * i) / 16_000) / h;
    return 0.1 * sum;
  });
  const flatness = (signal: Float32Array): number => spectralShape(spectrogram(signal)).flatness[10];
  expect(flatness(noise())).toBeGreaterThan(0.3);
  expect(flatness(harmonics)).toBeLessThan(0.01);
});
