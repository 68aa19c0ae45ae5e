import { describe, expect, it } from 'vitest';
import { hzToMel, melFilters, melSpectrogram, melToHz, powerToDb } from '../../../src/features/spectral/mel.ts';
import { dct, mfcc } from '../../../src/features/spectral/mfcc.ts';
import { magnitude, stft } from '../../../src/features/spectral/stft.ts';
import { createRandom } from '../../../src/random.ts';
import { sine } from '../golden.ts';

describe('Slaney’s mel scale', () => {
  it('is linear to 1 kHz (15 mel) and logarithmic above', () => {
    expect(hzToMel(500)).toBeCloseTo(7.5, 12);
    expect(hzToMel(1000)).toBeCloseTo(15, 12);
    expect(hzToMel(6400)).toBeCloseTo(15 + 27, 12);
  });

  it('is undone by its inverse', () => {
    for (const hz of [0, 30, 999, 1001, 7999]) expect(melToHz(hzToMel(hz))).toBeCloseTo(hz, 9);
  });
});

describe('the mel filters', () => {
  const { mels, first, offset, weights } = melFilters(1025);

  it('have the same area each, as far as bins can show it', () => {
    const binHz = 16_000 / 2048;
    // Filters of a few bins only are too coarse for the sum to be the integral.
    for (let m = 64; m < mels; m++) {
      const area = weights.subarray(offset[m], offset[m + 1]).reduce((sum, w) => sum + w, 0) * binHz;
      expect(Math.abs(area - 1)).toBeLessThan(0.02);
    }
  });

  it('overlap so that every bin between the first and the last peak weighs in two at most', () => {
    const hits = new Int32Array(1025);
    for (let m = 0; m < mels; m++) {
      for (let w = offset[m]; w < offset[m + 1]; w++) if (weights[w] > 0) hits[first[m] + w - offset[m]]++;
    }
    expect(Math.max(...hits)).toBe(2);
    expect(Math.min(...hits.subarray(3, 1024))).toBeGreaterThanOrEqual(1);
  });
});

it('a sine of 1 kHz is loudest in the mel band whose peak is nearest to it', () => {
  const mel = melSpectrogram(magnitude(stft(sine(1000))));
  const row = mel.data.subarray(10 * 128, 11 * 128);
  const loudest = row.indexOf(row.reduce((max, x) => Math.max(max, x)));
  const peakHz = melToHz(((loudest + 1) * hzToMel(8000)) / 129);
  expect(Math.abs(peakHz - 1000)).toBeLessThan(20);
});

it('decibels stop at 1e-10 and at 80 dB below the loudest value', () => {
  const frames = (...data: number[]) => ({ data: Float32Array.from(data), frames: 1, bins: data.length });
  expect([...powerToDb(frames(0, 0)).data]).toEqual([-100, -100]);
  const [loud, less, silent] = powerToDb(frames(100, 1, 0)).data;
  expect([loud, less, silent]).toEqual([20, 0, -60]);
});

describe('the cosine transform', () => {
  it('is orthonormal: it keeps the energy of any row', () => {
    const random = createRandom(1);
    const row = { data: Float32Array.from({ length: 128 }, () => random.normal()), frames: 1, bins: 128 };
    const energy = (data: Float32Array): number => data.reduce((sum, x) => sum + x * x, 0);
    expect(energy(dct(row, 128).data)).toBeCloseTo(energy(row.data), 3);
  });

  it('turns each of its basis vectors into one coefficient', () => {
    for (const k of [0, 1, 2, 39]) {
      const data = Float32Array.from({ length: 128 }, (_, n) => Math.cos((Math.PI * k * (2 * n + 1)) / 256));
      const coefficients = dct({ data, frames: 1, bins: 128 }, 40).data;
      const expected = k === 0 ? Math.sqrt(128) : 8;
      coefficients.forEach((c, i) => expect(c).toBeCloseTo(i === k ? expected : 0, 4));
    }
  });

  it('gives a flat spectrum one MFCC only', () => {
    const coefficients = mfcc({ data: new Float32Array(256).fill(0.01), frames: 2, bins: 128 }).data;
    coefficients.forEach((c, i) => expect(c).toBeCloseTo(i % 40 === 0 ? -20 * Math.sqrt(128) : 0, 3));
  });
});
