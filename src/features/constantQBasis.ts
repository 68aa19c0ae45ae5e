import { createComplexFft } from './fft.ts';
import { SAMPLE_RATE } from './types.ts';
import { createWindow } from './window.ts';

/** Bins an octave is divided into. */
export const BINS_PER_OCTAVE = 36;

/** Octaves from C1 on. */
export const OCTAVES = 7;

/** Samples in which each octave's filters fit, at that octave's rate. */
export const BLOCK = 512;

/** Filters of one octave in the frequency domain: filter k covers `counts[k]` bins from `starts[k]` on. */
export interface ConstantQBasis {
  starts: Int32Array;
  counts: Int32Array;
  /** Coefficients of all filters, one after the other. */
  re: Float64Array;
  im: Float64Array;
}

const C1 = 440 * 2 ** ((24 - 69) / 12);

/** What part of a filter's magnitude may be cut away to make it sparse. */
const SPARSITY = 0.01;

/** One basis for each tuning; an estimate has a hundred values. */
const cache = new Map<number, ConstantQBasis>();
const MOST_CACHED = 128;

/**
 * The filters of the top octave at 16 kHz. Every octave below has the same ones at half the rate of the one above.
 * Matches the basis of `librosa.cqt` 0.10.2 (36 bins an octave, 7 octaves from C1, Hann, norm 1, sparsity .01), divided by the
 * square root of each filter's length, as `scale=True` does at the end.
 * @param tuning  fraction of a bin
 */
export function constantQBasis(tuning: number): ConstantQBasis {
  let basis = cache.get(tuning);
  if (basis) return basis;
  basis = build(tuning);
  if (cache.size >= MOST_CACHED) cache.clear();
  cache.set(tuning, basis);
  return basis;
}

function build(tuning: number): ConstantQBasis {
  const spread = 2 ** (2 / BINS_PER_OCTAVE);
  const quality = (spread + 1) / (spread - 1);
  const lowest = C1 * 2 ** (tuning / BINS_PER_OCTAVE) * 2 ** (OCTAVES - 1);
  const fft = createComplexFft(BLOCK);
  const re = new Float64Array(BLOCK);
  const im = new Float64Array(BLOCK);
  const magnitudes = new Float64Array(BLOCK / 2 + 1);
  const starts = new Int32Array(BINS_PER_OCTAVE);
  const counts = new Int32Array(BINS_PER_OCTAVE);
  const allRe: number[] = [];
  const allIm: number[] = [];

  for (let k = 0; k < BINS_PER_OCTAVE; k++) {
    const frequency = lowest * 2 ** (k / BINS_PER_OCTAVE);
    const length = (quality * SAMPLE_RATE) / frequency;
    writeWavelet(re, im, frequency, length);
    fft.transform(re, im);
    for (let j = 0; j < magnitudes.length; j++) magnitudes[j] = Math.sqrt(re[j] * re[j] + im[j] * im[j]);
    const threshold = sparsityThreshold(magnitudes);
    const first = magnitudes.findIndex((value) => value >= threshold);
    const last = magnitudes.findLastIndex((value) => value >= threshold);
    starts[k] = first;
    counts[k] = last - first + 1;
    const scale = 1 / Math.sqrt(length);
    for (let j = first; j <= last; j++) {
      const kept = magnitudes[j] >= threshold;
      allRe.push(kept ? re[j] * scale : 0);
      allIm.push(kept ? im[j] * scale : 0);
    }
  }
  return { starts, counts, re: Float64Array.from(allRe), im: Float64Array.from(allIm) };
}

/** A complex tone under a Hann window in the middle of the block, rounded to float32 where librosa rounds. */
function writeWavelet(re: Float64Array, im: Float64Array, frequency: number, length: number): void {
  const begin = Math.floor(-length / 2);
  const samples = Math.floor(length / 2) - begin;
  const window = createWindow('hann', samples);
  // The sum of a periodic Hann window.
  const norm = samples / 2;
  const at = (BLOCK - samples) >> 1;
  const turn = (2 * Math.PI * frequency) / SAMPLE_RATE;
  re.fill(0);
  im.fill(0);
  for (let i = 0; i < samples; i++) {
    const angle = (begin + i) * turn;
    const size = window[i] / norm;
    re[at + i] = Math.fround((Math.fround(Math.cos(angle) * size) * length) / BLOCK);
    im[at + i] = Math.fround((Math.fround(Math.sin(angle) * size) * length) / BLOCK);
  }
}

/** The smallest magnitude that stays when the smallest ones are cut whose sum is less than `SPARSITY` of all. */
function sparsityThreshold(magnitudes: Float64Array): number {
  const sorted = magnitudes.toSorted();
  let total = 0;
  for (const value of sorted) total += value;
  let sum = 0;
  for (const value of sorted) {
    sum += value / total;
    if (sum >= SPARSITY) return value;
  }
  return 0;
}
