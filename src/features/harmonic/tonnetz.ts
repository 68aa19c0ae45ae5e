import { BINS_PER_OCTAVE } from './constantQBasis.ts';
import { constantQ } from './cqt.ts';
import { harmonic } from './hpss.ts';
import { type Allocate, fresh } from '../scratch.ts';
import { magnitudeOf } from '../spectral/stft.ts';
import { estimateTuning } from './tuning.ts';
import type { Frames } from '../types.ts';

const CHROMA = 12;
const MERGED = BINS_PER_OCTAVE / CHROMA;
const CENTROIDS = 6;

/** The smallest normal float32: librosa does not scale a frame whose norm is below it. */
const SMALLEST_NORMAL = 2 ** -126;

/**
 * Pitch classes of a constant-Q spectrogram; the largest of each frame is 1.
 * Matches `librosa.feature.chroma_cqt(C=C)` 0.10.2 to the rounding of float32.
 * @param magnitudes  frames × (36 × octaves), starting at C
 * @returns  frames × 12, starting at C
 */
export function chromaCqt({ data, frames, bins }: Frames): Frames {
  const chroma = new Float32Array(frames * CHROMA);
  const sums = new Float64Array(CHROMA);
  // A pitch class is its bin and both neighbours: the bin below C counts as C.
  const classes = Uint8Array.from({ length: bins }, (_, k) => Math.floor((k + 1) / MERGED) % CHROMA);
  for (let t = 0; t < frames; t++) {
    sums.fill(0);
    for (let k = 0; k < bins; k++) sums[classes[k]] += data[t * bins + k];
    let largest = 0;
    for (const sum of sums) if (sum > largest) largest = sum;
    const norm = largest < SMALLEST_NORMAL ? 1 : largest;
    for (let c = 0; c < CHROMA; c++) chroma[t * CHROMA + c] = sums[c] / norm;
  }
  return { data: chroma, frames, bins: CHROMA };
}

/**
 * Tonal centroids (Harte, Sandler and Gasser, 2006): positions on the circles of fifths, minor and major thirds.
 * Matches `librosa.feature.tonnetz(chroma=chroma)` 0.10.2 to the rounding of float32.
 * @param chroma  frames × 12
 * @returns  frames × 6
 */
export function tonalCentroids({ data, frames }: Frames): Frames {
  const result = new Float64Array(frames * CENTROIDS);
  for (let t = 0; t < frames; t++) {
    let norm = 0;
    for (let c = 0; c < CHROMA; c++) norm += data[t * CHROMA + c];
    if (norm < SMALLEST_NORMAL) norm = 1;
    for (let p = 0; p < CENTROIDS; p++) {
      let sum = 0;
      for (let c = 0; c < CHROMA; c++) sum += PROJECTION[p * CHROMA + c] * Math.fround(data[t * CHROMA + c] / norm);
      result[t * CENTROIDS + p] = sum;
    }
  }
  return { data: result, frames, bins: CENTROIDS };
}

/**
 * Tonal centroids of a signal's harmonic part.
 * Matches `librosa.feature.tonnetz(y=librosa.effects.harmonic(y), sr=16000)` 0.10.2 within 1e-4 where there is sound; frames that
 * contain only rounding noise are as arbitrary as librosa's.
 * @param signal  16 kHz
 * @param sustained  the harmonic part, if already computed
 * @returns  frames × 6
 * @example
 * const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 16_000));
 * const { data, frames, bins } = tonnetz(tone);
 * [frames, bins] // → [32, 6]
 * data.subarray(16 * 6, 17 * 6) // → [0.95, 0.00, -0.97, 0.00, 0.00, 0.48]
 */
export function tonnetz(signal: Float32Array, sustained = harmonic(signal), allocate: Allocate = fresh): Frames {
  const tuning = estimateTuning(magnitudeOf(sustained, {}, allocate), { binsPerOctave: BINS_PER_OCTAVE });
  return tonalCentroids(chromaCqt(constantQ(sustained, tuning)));
}

const PROJECTION = projection();

function projection(): Float64Array {
  const steps = [7 / 6, 7 / 6, 3 / 2, 3 / 2, 2 / 3, 2 / 3];
  const radii = [1, 1, 1, 1, 0.5, 0.5];
  const matrix = new Float64Array(CENTROIDS * CHROMA);
  for (let p = 0; p < CENTROIDS; p++) {
    // Even rows are sines, odd ones cosines.
    const shift = p % 2 === 0 ? 0.5 : 0;
    for (let c = 0; c < CHROMA; c++) matrix[p * CHROMA + c] = radii[p] * Math.cos(Math.PI * (steps[p] * c - shift));
  }
  return matrix;
}
