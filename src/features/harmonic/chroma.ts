import { project } from './projection.ts';
import { SAMPLE_RATE, type Frames } from '../types.ts';
import { memoize } from '../../memoize.ts';

/** Pitch classes: C, C♯ … B. */
export const CHROMA = 12;

const TINY_FLOAT32 = 2 ** -126;
/** Centre and width of the octave weighting, in octaves above 27.5 Hz. */
const CENTRE_OCTAVE = 5;
const OCTAVE_WIDTH = 2;

/**
 * Weights that fold bins into pitch classes (Ellis, 2007). Matches `librosa.filters.chroma` 0.10.2 to float32.
 * @param bins  nFft / 2 + 1
 * @param tuning  fraction of a semitone, from `estimateTuning`
 * @returns  weights, 12 × bins, row-major, C first
 * @example
 * const filters = chromaFilters(1025, 0);
 * const bin = Math.round((440 * 2048) / 16_000);
 * filters[9 * 1025 + bin] // → 0.86
 * filters[0 * 1025 + bin] // → 0.00
 */
export const chromaFilters = memoize((bins: number, tuning: number, sampleRate: number = SAMPLE_RATE): Float64Array => {
  const nFft = 2 * (bins - 1);
  const a440 = 440 * 2 ** (tuning / CHROMA);
  // Position of every bin in semitones; bin 0 has none and is placed an octave and a half below bin 1.
  const semitone = new Float64Array(bins + 1);
  for (let k = 1; k <= bins; k++) semitone[k] = CHROMA * Math.log2((k * sampleRate) / nFft / (a440 / 16));
  semitone[0] = semitone[1] - 1.5 * CHROMA;

  const weights = new Float64Array(CHROMA * bins);
  const column = new Float64Array(CHROMA);
  for (let k = 0; k < bins; k++) {
    const width = Math.max(semitone[k + 1] - semitone[k], 1);
    let squares = 0;
    for (let c = 0; c < CHROMA; c++) {
      const distance = ((semitone[k] - c + CHROMA / 2 + 10 * CHROMA) % CHROMA) - CHROMA / 2;
      column[c] = Math.exp(-0.5 * ((2 * distance) / width) ** 2);
      squares += column[c] ** 2;
    }
    const octave = Math.exp(-0.5 * ((semitone[k] / CHROMA - CENTRE_OCTAVE) / OCTAVE_WIDTH) ** 2);
    const scale = octave / Math.sqrt(squares);
    // The scale begins at A; C is three semitones higher.
    for (let c = 0; c < CHROMA; c++) weights[((c + 9) % CHROMA) * bins + k] = Math.fround(column[c] * scale);
  }
  return weights;
}, 128);

/**
 * Chroma of a spectrogram; every frame is divided by its largest value.
 * Matches `librosa.feature.chroma_stft(S=magnitude, tuning=tuning)` 0.10.2 within 1e-5.
 * @param magnitude  |STFT|, frames × bins (or the power, which librosa uses by default)
 * @returns  0 … 1, frames × 12; zeros for a silent frame
 * @example
 * const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 16_000));
 * const { data, frames, bins } = chromaStft(magnitude(stft(tone)), 0);
 * [frames, bins] // → [32, 12]
 * data.indexOf(1) // → 9
 */
export function chromaStft(
  magnitude: Frames,
  tuning: number,
  sampleRate = SAMPLE_RATE,
): Frames & { data: Float32Array } {
  const { frames, bins } = magnitude;
  const weights = chromaFilters(bins, tuning, sampleRate);
  const chroma = project(magnitude, weights, CHROMA);
  normalizeFrames(chroma, CHROMA);
  return { data: chroma, frames, bins: CHROMA };
}

/** Divides every frame by its largest absolute value, in place; frames below the smallest normal float32 are kept, as in `librosa.util.normalize`. */
function normalizeFrames(data: Float32Array, bins: number): void {
  for (let row = 0; row < data.length; row += bins) {
    let largest = 0;
    for (let i = row; i < row + bins; i++) largest = Math.max(largest, Math.abs(data[i]));
    if (largest < TINY_FLOAT32) continue;
    for (let i = row; i < row + bins; i++) data[i] /= largest;
  }
}
