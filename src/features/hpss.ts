import { istft } from './istft.ts';
import { medianFilter } from './median.ts';
import { magnitude, stft, type Spectrum } from './stft.ts';
import type { Frames } from './types.ts';

/** The smallest normal float32: below it librosa holds both parts for silent. */
const SMALLEST_NORMAL = 2 ** -126;

/**
 * The harmonic part of a spectrum by median filtering (Fitzgerald, 2010): what lasts in time more than it spreads in frequency.
 * Matches the first value of `librosa.decompose.hpss(D)` 0.10.2 (kernel 31, power 2, margin 1) to the rounding of float32.
 */
export function harmonicSpectrum(spectrum: Spectrum, size = magnitude(spectrum)): Spectrum {
  const harmonic = size.frames === 2 ? pairMedian(size) : medianFilter(size, 'time');
  const percussive = medianFilter(size, 'frequency');
  const { frames, bins } = spectrum;
  const re = new Float32Array(spectrum.re.length);
  const im = new Float32Array(spectrum.im.length);
  for (let i = 0; i < re.length; i++) {
    const h = harmonic[i];
    const p = percussive[i];
    const silent = h < SMALLEST_NORMAL && p < SMALLEST_NORMAL;
    const mask = silent ? 0.5 : (h * h) / (h * h + p * p);
    re[i] = mask * spectrum.re[i];
    im[i] = mask * spectrum.im[i];
  }
  return { re, im, frames, bins };
}

/**
 * The median over time of two frames (512 to 1,023 samples). Mirrored, it would be the other frame's value; but for the second
 * frame `scipy.ndimage.median_filter` reads two of the 31 samples from before the array (index −1 where it means 0). What it
 * finds there is mostly zero or small, and makes the smaller value the median, though librosa's result varies from run to run.
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
 * The harmonic part of a signal, as long as the signal.
 * Matches `librosa.effects.harmonic(y)` 0.10.2 within 1e-6 of full scale.
 * @param spectrum  the signal's `stft` with its defaults, if it is there already
 */
export function harmonic(signal: Float32Array, spectrum = stft(signal)): Float32Array {
  return istft(harmonicSpectrum(spectrum), { length: signal.length });
}
