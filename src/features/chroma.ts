import { SAMPLE_RATE, type Frames } from './types.ts';

/** The pitch classes C, C♯ … B. */
export const CHROMA = 12;

const TINY_FLOAT32 = 2 ** -126;
/** Where the octave weighting is centred and how wide it is, in octaves above 27.5 Hz. */
const CENTRE_OCTAVE = 5;
const OCTAVE_WIDTH = 2;

const cache = new Map<string, Float64Array>();

/**
 * Weights that fold bins into pitch classes (Ellis, 2007). Matches `librosa.filters.chroma` 0.10.2 to float32.
 * @param bins  nFft / 2 + 1
 * @param tuning  fraction of a semitone, from `estimateTuning`
 * @returns  12 × bins, row-major, C first
 */
export function chromaFilters(bins: number, tuning: number, sampleRate = SAMPLE_RATE): Float64Array {
  const key = `${bins}/${tuning}/${sampleRate}`;
  const cached = cache.get(key);
  if (cached) return cached;

  const nFft = 2 * (bins - 1);
  const a440 = 440 * 2 ** (tuning / CHROMA);
  // Position of every bin in semitones; bin 0, which has none, lies an octave and a half under bin 1.
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
    // The scale begins at A; three semitones up is C.
    for (let c = 0; c < CHROMA; c++) weights[((c + 9) % CHROMA) * bins + k] = Math.fround(column[c] * scale);
  }
  cache.set(key, weights);
  return weights;
}

/**
 * Chroma of a spectrogram, every frame divided by its largest class.
 * Matches `librosa.feature.chroma_stft(S=magnitude, tuning=tuning)` 0.10.2 within 1e-5.
 * @param magnitude  |STFT|, frames × bins (or the power, as librosa prefers by default)
 * @returns  0 … 1, frames × 12; zeros for a silent frame
 */
export function chromaStft(
  magnitude: Frames,
  tuning: number,
  sampleRate = SAMPLE_RATE,
): Frames & { data: Float32Array } {
  const { data, frames, bins } = magnitude;
  const weights = chromaFilters(bins, tuning, sampleRate);
  const chroma = new Float32Array(frames * CHROMA);
  // Two frames and three classes at once: every value and every weight that is read serves more than one product.
  for (let t = 0; t < frames; t += 2) {
    const row = t * bins;
    // An odd last frame is paired with itself.
    const pair = t + 1 < frames ? t + 1 : t;
    const apart = (pair - t) * bins;
    for (let c = 0; c < CHROMA; c += 3) {
      let a0 = 0;
      let a1 = 0;
      let a2 = 0;
      let b0 = 0;
      let b1 = 0;
      let b2 = 0;
      for (let i = row, end = row + bins, w = c * bins; i < end; i++, w++) {
        const a = data[i];
        const b = data[i + apart];
        const w0 = weights[w];
        const w1 = weights[w + bins];
        const w2 = weights[w + 2 * bins];
        a0 += a * w0;
        a1 += a * w1;
        a2 += a * w2;
        b0 += b * w0;
        b1 += b * w1;
        b2 += b * w2;
      }
      const at = t * CHROMA + c;
      chroma[at] = a0;
      chroma[at + 1] = a1;
      chroma[at + 2] = a2;
      const next = pair * CHROMA + c;
      chroma[next] = b0;
      chroma[next + 1] = b1;
      chroma[next + 2] = b2;
    }
  }
  normalizeFrames(chroma, CHROMA);
  return { data: chroma, frames, bins: CHROMA };
}

/** Divides every frame by its largest absolute value, in place; frames below the least normal float32 stay, as in `librosa.util.normalize`. */
function normalizeFrames(data: Float32Array, bins: number): void {
  for (let row = 0; row < data.length; row += bins) {
    let largest = 0;
    for (let i = row; i < row + bins; i++) largest = Math.max(largest, Math.abs(data[i]));
    if (largest < TINY_FLOAT32) continue;
    for (let i = row; i < row + bins; i++) data[i] /= largest;
  }
}
