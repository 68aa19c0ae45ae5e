import { createRealFft } from './fft.ts';
import type { Spectrum } from './stft.ts';
import { createWindow, type WindowName } from './window.ts';

export interface IstftOptions {
  /** Samples from one frame to the next. Default 512. */
  hop?: number;
  /** The window of the forward transform. Default `hann`. */
  window?: WindowName;
  /** Samples wanted: the result is cut or filled with zeros. Default: all that the frames cover. */
  length?: number;
}

/**
 * Inverse short-time Fourier transform of a centred spectrum: overlap-add, divided by the sum of the squared windows.
 * Matches `librosa.istft(…, length=length)` 0.10.2 to the rounding of float32, in which it adds up as librosa does.
 * @returns  `length` samples
 */
export function istft(spectrum: Spectrum, { hop = 512, window = 'hann', length }: IstftOptions = {}): Float32Array {
  const { re, im, bins } = spectrum;
  const nFft = 2 * (bins - 1);
  const padding = nFft / 2;
  const needed = length === undefined ? Infinity : Math.ceil((length + nFft) / hop);
  const frames = Math.min(spectrum.frames, needed);
  const samples = length ?? Math.max(0, hop * (frames - 1));
  const signal = new Float32Array(samples);
  const weight = new Float32Array(samples);
  const fft = createRealFft(nFft);
  const taper = createWindow(window, nFft);
  const squared = taper.map((value) => value * value);
  const frame = new Float64Array(nFft);

  for (let t = 0; t < frames; t++) {
    fft.inverse(re, im, frame, t * bins);
    const start = t * hop - padding;
    const to = Math.min(nFft, samples - start);
    for (let i = Math.max(0, -start); i < to; i++) {
      signal[start + i] += taper[i] * frame[i];
      weight[start + i] += squared[i];
    }
  }
  // Where no window reaches there is nothing to normalise: librosa leaves the sample as it is.
  for (let i = 0; i < samples; i++) if (weight[i] > SMALLEST_NORMAL) signal[i] /= weight[i];
  return signal;
}

/** The smallest normal float32. */
const SMALLEST_NORMAL = 2 ** -126;
