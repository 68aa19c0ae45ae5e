import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { constantQ } from '../../../src/features/harmonic/cqt.ts';
import { harmonic } from '../../../src/features/harmonic/hpss.ts';
import { magnitude, stft } from '../../../src/features/spectral/stft.ts';
import { chromaCqt, tonalCentroids, tonnetz } from '../../../src/features/harmonic/tonnetz.ts';
import { estimateTuning } from '../../../src/features/harmonic/tuning.ts';
import { sine } from '../golden.ts';

const C1 = 440 * 2 ** (-45 / 12);
const BINS = 252;

/** The index of the largest value of one frame. */
function peak(data: ArrayLike<number>, bins: number, frame: number): number {
  let best = 0;
  for (let k = 1; k < bins; k++) if (data[frame * bins + k] > data[frame * bins + best]) best = k;
  return best;
}

describe('the constant-Q transform', () => {
  it.each([40, 75, 108, 143, 180, 216, 251])('of the tone of bin %i has its peak there', (bin) => {
    const { data, frames, bins } = constantQ(sine(C1 * 2 ** (bin / 36), 32_000), 0);
    expect([frames, bins]).toEqual([63, BINS]);
    for (let t = 16; t < 48; t++) expect(peak(data, bins, t)).toBe(bin);
  });

  it('shifts its bins by the tuning', () => {
    const hz = C1 * 2 ** (180.4 / 36);
    const tuned = constantQ(sine(hz, 16_000), 0.4);
    const untuned = constantQ(sine(hz, 16_000), 0);
    const at = 16 * BINS + 180;
    expect(tuned.data[at]).toBeGreaterThan(untuned.data[at]);
    expect(tuned.data[at - 1]).toBeCloseTo(tuned.data[at + 1], 1);
  });

  it('of one amplitude is √2 times as large an octave lower, where filters are twice as long', () => {
    const size = (bin: number): number => constantQ(sine(C1 * 2 ** (bin / 36), 48_000), 0).data[47 * BINS + bin];
    expect(size(144) / size(180)).toBeCloseTo(Math.SQRT2, 3);
    expect(size(108) / size(144)).toBeCloseTo(Math.SQRT2, 3);
  });

  it.each([1, 2, 100, 511, 512, 900])('takes %i samples', (samples) => {
    const { data, frames } = constantQ(sine(440, samples), 0);
    expect(frames).toBe(1 + Math.floor(samples / 512));
    expect(data.every(Number.isFinite)).toBe(true);
  });
});

describe('pitch classes', () => {
  it.each([
    ['C', 261.6256, 0],
    ['E', 329.6276, 4],
    ['A', 440, 9],
    ['B', 493.8833, 11],
  ])('%s is found', (_, hz, pitch) => {
    const chroma = chromaCqt(constantQ(sine(hz), 0));
    for (let t = 8; t < 24; t++) {
      expect(peak(chroma.data, 12, t)).toBe(pitch);
      expect(chroma.data[t * 12 + pitch]).toBe(1);
    }
  });

  it('a pitch class alone lies on the rims of the circles; all together lie in the middle', () => {
    const alone = tonalCentroids({ data: Float32Array.of(1, ...new Array<number>(11).fill(0)), frames: 1, bins: 12 });
    [0, 1, 0, 1, 0, 0.5].forEach((value, p) => expect(alone.data[p]).toBeCloseTo(value, 12));
    const all = tonalCentroids({ data: new Float32Array(12).fill(1), frames: 1, bins: 12 });
    for (const value of all.data) expect(value).toBeCloseTo(0, 6);
  });
});

describe('tonnetz', () => {
  it('of silence is zero in every frame', () => {
    const { data, frames, bins } = tonnetz(new Float32Array(5000));
    expect([frames, bins]).toEqual([10, 6]);
    expect(data.every((value) => value === 0)).toBe(true);
  });

  it('does not depend on the level', () => {
    const signal = reference.signal;
    const quiet = tonnetz(signal.map((value) => value / 64));
    tonnetz(signal).data.forEach((value, i) => expect(quiet.data[i]).toBeCloseTo(value, 6));
  });

  it('uses the harmonic part that it is given', () => {
    const { signal } = reference;
    expect(tonnetz(signal, harmonic(signal))).toEqual(tonnetz(signal));
  });
});

interface Reference {
  tuning: number;
  harmonic: number[];
  cqt: number[];
  chroma: number[];
  tonnetz: number[];
}

/** A gliding voice of twelve harmonics with clicks and a little noise: every branch has something to do. */
function voice(): Float32Array {
  const signal = new Float32Array(8000);
  let state = 7;
  for (let i = 0; i < signal.length; i++) {
    const t = i / 16_000;
    const phase = 2 * Math.PI * (196 * t - (1.2 * Math.cos(2 * Math.PI * 5 * t)) / (2 * Math.PI));
    let value = 0;
    for (let k = 1; k <= 12; k++) value += (0.15 * Math.sin(k * phase)) / k;
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    signal[i] = value + (i % 1600 === 800 ? 0.6 : 0) + 1e-3 * (state / 2 ** 31 - 1);
  }
  return signal;
}

const reference = {
  signal: voice(),
  ...(JSON.parse(readFileSync(new URL('../../fixtures/tonnetz/librosa.json', import.meta.url), 'utf8')) as Reference),
};

describe('librosa 0.10.2 on a synthetic voice', () => {
  const { signal } = reference;
  const largestError = (values: ArrayLike<number>, expected: number[]): number => {
    expect(values.length).toBe(expected.length);
    return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(values[i] - value)), 0);
  };
  const part = harmonic(signal);
  const tuning = estimateTuning(magnitude(stft(part)), { binsPerOctave: 36 });
  const cqt = constantQ(part, tuning);

  it('the harmonic part agrees to 1e-6', () => {
    expect(
      largestError(
        part.filter((_, i) => i % 10 === 0),
        reference.harmonic,
      ),
    ).toBeLessThan(1e-6);
  });
  it('the tuning estimate is the same', () => expect(tuning).toBe(reference.tuning));
  it('the constant-Q transform agrees to 5e-6 of 4.2', () => {
    expect(largestError(cqt.data, reference.cqt)).toBeLessThan(5e-6);
  });
  it('its pitch classes agree to 1e-5', () => {
    expect(largestError(chromaCqt(cqt).data, reference.chroma)).toBeLessThan(1e-5);
  });
  it('tonnetz agrees to 1e-5', () => expect(largestError(tonnetz(signal).data, reference.tonnetz)).toBeLessThan(1e-5));
});
