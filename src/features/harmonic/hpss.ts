import { istft } from '../spectral/istft.ts';
import { MASK_BLOCK, maskKernel } from './maskKernel.ts';
import { medianFilter } from './median.ts';
import { type Allocate, fresh } from '../scratch.ts';
import { magnitude, stft, type Spectrum } from '../spectral/stft.ts';
import type { Frames } from '../types.ts';

/**
 * The harmonic part of a spectrum by median filtering (Fitzgerald, 2010): components that are longer in time than wide in frequency.
 * Matches the first value of `librosa.decompose.hpss(D)` 0.10.2 (kernel 31, power 2, margin 1) to the rounding of float32.
 */
export function harmonicSpectrum(spectrum: Spectrum, size = magnitude(spectrum), allocate: Allocate = fresh): Spectrum {
  const harmonic = size.frames === 2 ? pairMedian(size) : medianFilter(size, 'time', allocate);
  const percussive = medianFilter(size, 'frequency', allocate);
  const { re, im, frames, bins } = spectrum;
  // The result overwrites the medians: fresh memory costs more than the arithmetic.
  const kernel = maskKernel();
  for (let start = 0; start < re.length; start += MASK_BLOCK) {
    const end = Math.min(re.length, start + MASK_BLOCK);
    kernel.wanted.set(harmonic.subarray(start, end));
    kernel.other.set(percussive.subarray(start, end));
    kernel.re.set(re.subarray(start, end));
    kernel.im.set(im.subarray(start, end));
    kernel.run();
    harmonic.set(kernel.re.subarray(0, end - start), start);
    percussive.set(kernel.im.subarray(0, end - start), start);
  }
  return { re: harmonic, im: percussive, frames, bins };
}

/**
 * The median over time of two frames (512 to 1,023 samples). Mirrored, it would be the other frame's value; but for the second
 * frame `scipy.ndimage.median_filter` reads two of the 31 samples from before the array (index −1 instead of 0). These
 * are mostly zero or small, which makes the smaller value the median, although librosa's result varies from run to run.
 */
function pairMedian({ data, bins }: Frames): Float32Array {
  const result = new Float32Array(data.length);
  for (let k = 0; k < bins; k++) {
    result[k] = data[bins + k];
    result[bins + k] = Math.min(data[k], data[bins + k]);
  }
  return result;
}

/**
 * The harmonic part of a signal, of the same length.
 * Matches `librosa.effects.harmonic(y)` 0.10.2 within 1e-6 of full scale.
 * @param spectrum  the signal's `stft` with its defaults, if already computed
 * @param size  the spectrum's `magnitude`, likewise
 * @example
 * const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 16_000));
 * const click = tone.with(8000, 5);
 * harmonic(click)[8000] // → 0.03
 */
export function harmonic(
  signal: Float32Array,
  spectrum = stft(signal),
  size = magnitude(spectrum),
  allocate: Allocate = fresh,
): Float32Array {
  return istft(harmonicSpectrum(spectrum, size, allocate), { length: signal.length });
}
