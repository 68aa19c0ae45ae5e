import { expectArgument, expectSignal, isObject } from '../../messages/arguments.ts';
import { SerError } from '../../error.ts';
import { checkFftSize } from '../fft/fft.ts';
import { MAGNITUDE_BLOCK, magnitudeKernel } from './magnitudeKernel.ts';
import { type Allocate, fresh } from '../scratch.ts';
import { stftKernel } from './stftKernel.ts';
import type { Frames } from '../types.ts';
import { createWindow, type WindowName } from './window.ts';

export interface StftOptions {
  /** Samples per frame, a power of two. Default 2048. */
  nFft?: number;
  /** Samples from one frame to the next. Default 512. */
  hop?: number;
  /** Name, or `nFft` values. Default `hann`, periodic. */
  window?: WindowName | Float64Array;
  /** Whether frame t is centred at sample t × hop rather than beginning there. Default true. */
  center?: boolean;
  /** Padding beyond the ends of a centred signal: zeros, or its first and last sample. Default `constant`. */
  padMode?: 'constant' | 'edge';
}

/** The options with their defaults. */
function settingsOf({
  nFft = 2048,
  hop = 512,
  window = 'hann',
  center = true,
  padMode = 'constant',
}: StftOptions): Required<StftOptions> {
  return { nFft, hop, window, center, padMode };
}

/** A short-time spectrum, row-major: `re[frame * bins + bin]`. */
export interface Spectrum {
  re: Float32Array;
  im: Float32Array;
  frames: number;
  /** nFft / 2 + 1 */
  bins: number;
}

/** Consecutive frames of a spectrum, row-major: `re[frame * bins + bin]`. Values beyond the last frame are undefined. */
export interface SpectrumBlock {
  re: Float32Array;
  im: Float32Array;
  /** Index of the first frame, and their number. */
  first: number;
  count: number;
}

/**
 * Short-time Fourier transform.
 * Matches `librosa.stft` 0.10.2 to one unit in the last place of float32: both transform in float64 and store complex64.
 * @param signal  any length from one sample if centred, else at least `nFft` samples
 * @returns  1 + floor(length / hop) frames when centred (1 + floor((length − nFft) / hop) otherwise) × nFft / 2 + 1 bins
 * @throws {SerError} `audio` if the signal is empty, or shorter than a frame that is not centred
 * @example
 * const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 16_000));
 * const { frames, bins } = stft(tone);
 * [frames, bins] // → [32, 1025]
 */
export function stft(signal: Float32Array, options: StftOptions = {}, allocate: Allocate = fresh): Spectrum {
  expectSignal(signal, 'stft: signal');
  const { frames, bins } = spectrumSize(signal, options);
  const [re, im] = ['re', 'im'].map((part) => allocate(`stft ${part}`, frames * bins));
  const spectrum = { re, im, frames, bins };
  forEachBlock(signal, options, ({ re, im, first, count }) => {
    spectrum.re.set(re.subarray(0, count * bins), first * bins);
    spectrum.im.set(im.subarray(0, count * bins), first * bins);
  });
  return spectrum;
}

/** Frames, bins and padding of a signal's `stft`. */
function spectrumSize({ length }: Float32Array, options: StftOptions) {
  const { nFft, hop, center } = settingsOf(options);
  if (length === 0) throw new SerError('audio', 'The signal is empty: a spectrum needs at least one sample.');
  if (!center && length < nFft) {
    throw new SerError('audio', `The signal has ${length} samples, less than one frame of ${nFft}: pad or centre it.`);
  }
  const padding = center ? nFft / 2 : 0;
  return { frames: 1 + Math.floor((length + 2 * padding - nFft) / hop), bins: nFft / 2 + 1, padding };
}

/**
 * The `stft` one block of frames at a time, for callers that need not keep it.
 * @param visit  called with each block; its arrays are reused for the next
 */
export function forEachBlock(signal: Float32Array, options: StftOptions, visit: (block: SpectrumBlock) => void): void {
  const { nFft, hop, window, padMode } = settingsOf(options);
  checkFftSize(nFft);
  const { frames, padding } = spectrumSize(signal, options);
  const { length } = signal;
  const kernel = stftKernel(nFft, hop);
  kernel.taper.set(typeof window === 'string' ? createWindow(window, nFft) : window);
  const [before, after] = padMode === 'edge' ? [signal[0], signal[length - 1]] : [0, 0];

  for (let first = 0; first < frames; first += kernel.capacity) {
    const count = Math.min(kernel.capacity, frames - first);
    const start = first * hop - padding;
    const end = start + (count - 1) * hop + nFft;
    if (start < 0) kernel.signal.fill(before, 0, -start);
    kernel.signal.set(signal.subarray(Math.max(0, start), Math.max(0, end)), Math.max(0, -start));
    if (end > length) kernel.signal.fill(after, Math.max(0, length - start), end - start);
    kernel.analyse(count);
    visit({ re: kernel.re, im: kernel.im, first, count });
  }
}

/**
 * |X| of a spectrum, frames × bins, in float32.
 * Rounds after every step of larger × √(1 + (smaller / larger)²), as `numpy.abs` of complex64 does with AVX-512: where a spectrum
 * is flat, the last bit decides which bins are peaks, and so the tuning.
 * @example
 * const spectrum = { re: Float32Array.of(3, 0), im: Float32Array.of(4, -1), frames: 1, bins: 2 };
 * magnitude(spectrum).data // → [5, 1]
 */
export function magnitude(spectrum: Spectrum, allocate: Allocate = fresh): Frames & { data: Float32Array } {
  const isSpectrum = isObject(spectrum) && [spectrum.re, spectrum.im].every((part) => part instanceof Float32Array);
  expectArgument(isSpectrum, 'magnitude: spectrum', 'what stft gives', spectrum);
  const { re, im, frames, bins } = spectrum;
  const data = allocate('magnitude', re.length);
  writeMagnitude(re, im, re.length, data, 0);
  return { data, frames, bins };
}

/** `magnitude(stft(signal))`, without the memory for the spectrum. */
export function magnitudeOf(
  signal: Float32Array,
  options: StftOptions = {},
  allocate: Allocate = fresh,
): Frames & { data: Float32Array } {
  const { frames, bins } = spectrumSize(signal, options);
  const data = allocate('magnitudeOf', frames * bins);
  forEachBlock(signal, options, ({ re, im, first, count }) => writeMagnitude(re, im, count * bins, data, first * bins));
  return { data, frames, bins };
}

function writeMagnitude(re: Float32Array, im: Float32Array, length: number, result: Float32Array, at: number): void {
  const kernel = magnitudeKernel();
  for (let start = 0; start < length; start += MAGNITUDE_BLOCK) {
    const end = Math.min(length, start + MAGNITUDE_BLOCK);
    kernel.re.set(re.subarray(start, end));
    kernel.im.set(im.subarray(start, end));
    kernel.run();
    result.set(kernel.magnitude.subarray(0, end - start), at + start);
  }
}
