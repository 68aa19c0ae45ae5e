import type { Spectrum } from './stft.ts';
import { stftKernel } from './stftKernel.ts';
import { createWindow, type WindowName } from './window.ts';

export interface IstftOptions {
  /** Samples from one frame to the next. Default 512. */
  hop?: number;
  /** The window of the forward transform. Default `hann`. */
  window?: WindowName;
  /** Samples wanted: the result is cut or padded with zeros. Default: all that the frames cover. */
  length?: number;
}

/**
 * Inverse short-time Fourier transform of a centred spectrum: overlap-add, divided by the sum of the squared windows.
 * Matches `librosa.istft(…, length=length)` 0.10.2 to the rounding of float32, in which both accumulate.
 * @returns  `length` samples
 * @example
 * const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 16_000));
 * const restored = istft(stft(tone), { length: 16_000 });
 * Math.max(...restored.map((sample, i) => Math.abs(sample - tone[i]))) < 1e-6 // → true
 */
export function istft(spectrum: Spectrum, { hop = 512, window = 'hann', length }: IstftOptions = {}): Float32Array {
  const { re, im, bins } = spectrum;
  const nFft = 2 * (bins - 1);
  const padding = nFft / 2;
  const needed = length === undefined ? Infinity : Math.ceil((length + nFft) / hop);
  const frames = Math.min(spectrum.frames, needed);
  const samples = length ?? Math.max(0, hop * (frames - 1));
  const signal = new Float32Array(samples);
  const taper = createWindow(window, nFft);
  const kernel = stftKernel(nFft, hop);
  kernel.taper.set(taper);
  kernel.signal.fill(0);

  for (let first = 0; first < frames; first += kernel.capacity) {
    const count = Math.min(kernel.capacity, frames - first);
    const rows = [first * bins, (first + count) * bins] as const;
    kernel.re.set(re.subarray(...rows));
    kernel.im.set(im.subarray(...rows));
    for (let row = 0; row < count; row++) kernel.im[row * bins] = kernel.im[row * bins + bins - 1] = 0;
    kernel.synthesise(count);
    // Samples to which no later frame contributes are complete; after the last frame, all are.
    const start = first * hop - padding;
    const done = first + count < frames ? count * hop : (count - 1) * hop + nFft;
    const from = Math.max(0, -start);
    const to = Math.min(done, samples - start);
    if (to > from) signal.set(kernel.signal.subarray(from, to), start + from);
    kernel.signal.copyWithin(0, done);
    kernel.signal.fill(0, kernel.signal.length - done);
  }
  divideByWindows(signal, taper, hop, frames);
  return signal;
}

/** Divides each sample by the sum of the squared windows over it, hop by hop: all hops but those at the ends have the same sums. */
function divideByWindows(signal: Float32Array, taper: Float64Array, hop: number, frames: number): void {
  const overlap = Math.ceil(taper.length / hop);
  const padding = taper.length / 2;
  const sums = new Float32Array(hop);
  for (let q = 0; q * hop - padding < signal.length; q++) {
    const first = Math.max(0, q - overlap + 1);
    const last = Math.min(q, frames - 1);
    if (q < overlap || q >= frames) {
      sums.fill(0);
      for (let t = first; t <= last; t++) {
        const at = (q - t) * hop;
        const to = Math.min(hop, taper.length - at);
        for (let i = 0; i < to; i++) sums[i] += taper[at + i] * taper[at + i];
      }
      // Where no window reaches, librosa leaves the sample as it is.
      for (let i = 0; i < hop; i++) if (sums[i] <= SMALLEST_NORMAL) sums[i] = 1;
    }
    const start = q * hop - padding;
    const to = Math.min(hop, signal.length - start);
    for (let i = start < 0 ? -start : 0; i < to; i++) signal[start + i] /= sums[i];
  }
}

/** The smallest normal float32. */
const SMALLEST_NORMAL = 2 ** -126;
