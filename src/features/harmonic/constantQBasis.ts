import { SAMPLE_RATE } from '../types.ts';
import { memoize } from '../../memoize.ts';

/** Bins per octave. */
export const BINS_PER_OCTAVE = 36;

/** Number of octaves, from C1 up. */
export const OCTAVES = 7;

/** Samples that hold each octave's filters, at that octave's rate. */
export const BLOCK = 512;

/**
 * Filters of one octave in the frequency domain: filter k covers `counts[k]` bins starting at `starts[k]`.
 * All of them are symmetric about the middle of the block, between samples 255 and 256, so that their coefficients are real except
 * for a phase that depends only on the bin: the `twist`, by which a spectrum is multiplied first. A constant phase of a whole
 * filter does not change magnitudes, and is left out.
 */
export interface ConstantQBasis {
  starts: Int32Array;
  counts: Int32Array;
  /** Coefficients of all filters, concatenated. */
  weights: Float64Array;
  /** The first bin that any filter covers. */
  firstBin: number;
  lastBin: number;
}

/** (−1)^j e^(πij/512): shifts the phase of bin j so that time 0 is the middle of the block. */
export const TWIST_RE = Float64Array.from(
  { length: BLOCK / 2 + 1 },
  (_, j) => (-1) ** j * Math.cos((Math.PI * j) / BLOCK),
);
export const TWIST_IM = Float64Array.from(
  { length: BLOCK / 2 + 1 },
  (_, j) => (-1) ** j * Math.sin((Math.PI * j) / BLOCK),
);

const C1 = 440 * 2 ** ((24 - 69) / 12);

/** Share of a filter's magnitude that may be cut off to make it sparse. */
const SPARSITY = 0.01;

/**
 * The filters of the top octave at 16 kHz. Every lower octave has the same filters at half the rate of the octave above it.
 * Matches the basis of `librosa.cqt` 0.10.2 (36 bins per octave, 7 octaves from C1, Hann, norm 1, sparsity .01), divided by the
 * square root of each filter's length, as `scale=True` does at the end.
 * @param tuning  fraction of a bin; an estimate is one of a hundred
 */
export const constantQBasis = memoize(build, 128);

function build(tuning: number): ConstantQBasis {
  const spread = 2 ** (2 / BINS_PER_OCTAVE);
  const quality = (spread + 1) / (spread - 1);
  const lowest = C1 * 2 ** (tuning / BINS_PER_OCTAVE) * 2 ** (OCTAVES - 1);
  const magnitudes = new Float64Array(BLOCK / 2 + 1);
  const starts = new Int32Array(BINS_PER_OCTAVE);
  const counts = new Int32Array(BINS_PER_OCTAVE);
  const weights: number[] = [];

  for (let k = 0; k < BINS_PER_OCTAVE; k++) {
    const frequency = lowest * 2 ** (k / BINS_PER_OCTAVE);
    const length = (quality * SAMPLE_RATE) / frequency;
    const response = waveletSpectrum(frequency, length);
    for (let j = 0; j < magnitudes.length; j++) magnitudes[j] = Math.abs(response[j]);
    const threshold = sparsityThreshold(magnitudes);
    let first = 0;
    while (magnitudes[first] < threshold) first++;
    let last = BLOCK / 2;
    while (magnitudes[last] < threshold) last--;
    starts[k] = first;
    counts[k] = last - first + 1;
    const scale = 1 / Math.sqrt(length);
    for (let j = first; j <= last; j++) weights.push(magnitudes[j] < threshold ? 0 : response[j] * scale);
  }
  return {
    starts,
    counts,
    weights: Float64Array.from(weights),
    firstBin: Math.min(...starts),
    lastBin: Math.max(...starts.map((start, k) => start + counts[k] - 1)),
  };
}

/** Tangents of half the bins' angles. */
const TANGENTS = Float64Array.from({ length: BLOCK / 2 + 1 }, (_, j) => Math.tan((Math.PI * j) / BLOCK));

/**
 * The transform of a complex tone under a Hann window in the middle of the block, in closed form, relative to that middle.
 * A sum of N unit phasors, θ apart, is sin(Nθ/2) / sin(θ/2). The Hann window adds its two neighbours at θ ± 2π/N; these share the
 * numerator, so that only the cotangents of the three half angles remain.
 */
function waveletSpectrum(frequency: number, length: number): Float64Array {
  // librosa takes the samples floor(−length/2) … floor(length/2) − 1: an odd number, unless length is an integer, which it never is.
  const samples = Math.floor(length / 2) + Math.ceil(length / 2);
  const half = (Math.PI * frequency) / SAMPLE_RATE;
  const [middle, lower, upper] = [half, half - Math.PI / samples, half + Math.PI / samples].map(Math.tan);
  // Norm 1 divides by the window's sum, samples / 2; librosa then multiplies by length / 512.
  const scale = length / BLOCK / (samples / 2);
  return TANGENTS.map((tangent, j) => {
    const cotangents =
      0.5 * cotangent(middle, tangent) - 0.25 * cotangent(lower, tangent) - 0.25 * cotangent(upper, tangent);
    return scale * Math.sin(samples * (half - (Math.PI * j) / BLOCK)) * cotangents;
  });
}

/** cot(a − b), given tan a and tan b. */
function cotangent(a: number, b: number): number {
  return (1 + a * b) / (a - b);
}

/** The smallest magnitude that is kept when the smallest ones, adding up to less than `SPARSITY` of the sum, are cut off. */
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
