import { melSpectrogram } from '../../../features/spectral/mel.ts';
import { createWindow } from '../../../features/spectral/window.ts';
import type { Frames } from '../../../features/types.ts';
import { memoize } from '../../../memoize.ts';

/** Whisper's spectrogram. `frames` is what its encoder takes: 30 s. */
export const WHISPER = { nFft: 400, hop: 160, bands: 80, frames: 3000 } as const;

const { nFft, hop } = WHISPER;
const HALF = nFft / 2;
const BINS = HALF + 1;

/** Decades below the largest value at which values are cut off. */
const RANGE = 8;

/**
 * The log-mel spectrogram of Whisper (Radford et al., 2022): 25 ms every 10 ms, Slaney's filters from 0 to 8 kHz, log10 of the power, at
 * most 8 below the largest, (x + 4) / 4. Matches `WhisperFeatureExtractor` of transformers within 1e-4.
 * @param signal  mono, 16 kHz, full scale ±1
 * @param frames  to which the signal is padded with zeros, or cut
 * @returns bands × frames
 */
export function whisperMel(signal: Float32Array, frames: number, bands: number = WHISPER.bands): Float32Array {
  const padded = reflected(signal, frames * hop);
  const sounding = Math.min(frames, Math.ceil((signal.length + HALF) / hop));
  const power = melSpectrogram(magnitudes(padded, sounding), { mels: bands });
  const result = new Float32Array(bands * frames);
  // Frames of padding alone have no power.
  const least = Math.log10(1e-10);
  let largest = sounding < frames ? least : -Infinity;
  result.fill(least);
  for (let t = 0; t < sounding; t++) {
    for (let m = 0; m < bands; m++) {
      const value = Math.log10(Math.max(1e-10, power.data[t * bands + m]));
      result[m * frames + t] = value;
      largest = Math.max(largest, value);
    }
  }
  for (let i = 0; i < result.length; i++) result[i] = (Math.max(result[i], largest - RANGE) + 4) / 4;
  return result;
}

/** The signal, padded with zeros or cut to a length, between mirror images of its ends half a frame long. */
function reflected(signal: Float32Array, length: number): Float64Array {
  const period = Math.max(1, 2 * (length - 1));
  return Float64Array.from({ length: length + nFft }, (_, i) => {
    const at = Math.abs(i - HALF) % period;
    return signal[Math.min(at, period - at)] ?? 0;
  });
}

/** |DFT| of the first frames: of 400 samples, which is no power of two. */
function magnitudes(padded: Float64Array, frames: number): Frames {
  const { cos, sin, window } = transform();
  const data = new Float32Array(frames * BINS);
  // Samples at the same distance from a frame's beginning, forwards and backwards around the circle, share cosine and sine.
  const sums = new Float64Array(BINS);
  const differences = new Float64Array(BINS);
  for (let t = 0; t < frames; t++) {
    for (let n = 0; n <= HALF; n++) {
      const isPair = n > 0 && n < HALF;
      const a = padded[t * hop + n] * window[n];
      const b = isPair ? padded[t * hop + nFft - n] * window[nFft - n] : 0;
      sums[n] = a + b;
      differences[n] = a - b;
    }
    // Bins k and 200 − k share the products, of which the second has every other sign changed.
    for (let k = 0; k <= HALF / 2; k++) {
      let [re, im, oddRe, oddIm] = [0, 0, 0, 0];
      const row = k * BINS;
      for (let n = 0; n <= HALF; n += 2) {
        re += sums[n] * cos[row + n];
        im += differences[n] * sin[row + n];
      }
      for (let n = 1; n < HALF; n += 2) {
        oddRe += sums[n] * cos[row + n];
        oddIm += differences[n] * sin[row + n];
      }
      data[t * BINS + k] = Math.sqrt((re + oddRe) ** 2 + (im + oddIm) ** 2);
      data[t * BINS + HALF - k] = Math.sqrt((re - oddRe) ** 2 + (im - oddIm) ** 2);
    }
  }
  return { data, frames, bins: BINS };
}

/** Cosines and sines of bins 0 to 100, bins × samples 0 to 200, and the window. */
const transform = memoize(() => {
  const cells = { length: (HALF / 2 + 1) * BINS };
  const angle = (i: number): number => (2 * Math.PI * ((Math.floor(i / BINS) * (i % BINS)) % nFft)) / nFft;
  return {
    cos: Float64Array.from(cells, (_, i) => Math.cos(angle(i))),
    sin: Float64Array.from(cells, (_, i) => Math.sin(angle(i))),
    window: createWindow('hann', nFft),
  };
});
