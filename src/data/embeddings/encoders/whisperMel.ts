import { melSpectrogram } from '../../../features/spectral/mel.ts';
import { createWindow } from '../../../features/spectral/window.ts';
import type { Frames } from '../../../features/types.ts';
import { memoize } from '../../../memoize.ts';

/** Whisper's spectrogram. `frames` is what its encoder takes: 30 s. */
export const WHISPER = { nFft: 400, hop: 160, bands: 80, frames: 3000 } as const;

const { nFft, hop } = WHISPER;
const BINS = nFft / 2 + 1;

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
  const sounding = Math.min(frames, Math.ceil((signal.length + nFft / 2) / hop));
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
  const half = nFft / 2;
  const period = Math.max(1, 2 * (length - 1));
  return Float64Array.from({ length: length + nFft }, (_, i) => {
    const at = Math.abs(i - half) % period;
    return signal[Math.min(at, period - at)] ?? 0;
  });
}

/** |DFT| of the first frames: of 400 samples, which is no power of two. */
function magnitudes(padded: Float64Array, frames: number): Frames {
  const { cos, sin, window } = transform();
  const data = new Float32Array(frames * BINS);
  const half = nFft / 2;
  const even = new Float64Array(half + 1);
  const odd = new Float64Array(half + 1);
  for (let t = 0; t < frames; t++) {
    // Samples at the same distance from a frame's beginning, forwards and backwards around the circle, share cosine and sine.
    for (let n = 0; n <= half; n++) {
      const [m, at] = [(nFft - n) % nFft, t * hop];
      const [a, b] = [padded[at + n] * window[n], n === m ? 0 : padded[at + m] * window[m]];
      even[n] = a + b;
      odd[n] = a - b;
    }
    for (let k = 0; k < BINS; k++) {
      let [re, im] = [0, 0];
      for (let n = 0, at = k * (half + 1); n <= half; n++, at++) {
        re += even[n] * cos[at];
        im += odd[n] * sin[at];
      }
      data[t * BINS + k] = Math.hypot(re, im);
    }
  }
  return { data, frames, bins: BINS };
}

const transform = memoize(() => {
  const angle = (i: number): number =>
    (2 * Math.PI * ((Math.floor(i / (nFft / 2 + 1)) * (i % (nFft / 2 + 1))) % nFft)) / nFft;
  const cells = { length: BINS * (nFft / 2 + 1) };
  return {
    cos: Float64Array.from(cells, (_, i) => Math.cos(angle(i))),
    sin: Float64Array.from(cells, (_, i) => Math.sin(angle(i))),
    window: createWindow('hann', nFft),
  };
});
