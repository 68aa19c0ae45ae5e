import { SerError } from '../../error.ts';
import { type Band, createContrastKernel } from './contrastKernel.ts';
import { powerToDb } from './mel.ts';
import { SAMPLE_RATE, type Frames } from '../types.ts';
import { memoize } from '../../memoize.ts';

export interface ContrastOptions {
  /** Default 16,000 Hz. */
  sampleRate?: number;
  /** Octave bands above `fmin`; one more covers the frequencies below. Default 6. */
  bands?: number;
  /** Upper edge of the lowest band in Hz. Default 200. */
  fmin?: number;
  /** Share of a band's bins that form its peak, and its valley. Default .02. */
  quantile?: number;
}

/**
 * Spectral contrast: the difference between peaks and valleys of every octave band (Jiang et al., 2002).
 * Matches `librosa.feature.spectral_contrast(S=magnitude)` 0.10.2 within 1e-4.
 * @param magnitude  |STFT|, frames × bins
 * @returns  dB, frames × (bands + 1)
 * @throws {SerError} `usage` if a band lies above half the sample rate
 * @example
 * const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 16_000));
 * const { data, frames, bins } = spectralContrast(magnitude(stft(tone)));
 * [frames, bins] // → [32, 7]
 * data[16 * bins + 2] > 50 // → true
 */
export function spectralContrast(
  magnitude: Frames,
  { sampleRate = SAMPLE_RATE, bands = 6, fmin = 200, quantile = 0.02 }: ContrastOptions = {},
): Frames & { data: Float32Array } {
  const { data, frames, bins } = magnitude;
  const layout = contrastBands(bins, sampleRate, bands, fmin, quantile);
  const size = layout.length;
  const valley = { data: new Float64Array(frames * size), frames, bins: size };
  const peak = { data: new Float64Array(frames * size), frames, bins: size };
  const kernel = kernelFor(bins, layout);
  for (let t = 0; t < frames; t += 4) {
    // Lanes beyond the last frame repeat it.
    const rows = [0, 1, 2, 3].map((lane) => Math.min(t + lane, frames - 1));
    rows.forEach((row, lane) => kernel.frames[lane].set(data.subarray(row * bins, (row + 1) * bins)));
    kernel.run();
    for (let b = 0; b < size; b++) {
      for (let lane = 0; lane < 4; lane++) {
        valley.data[rows[lane] * size + b] = kernel.smallest[4 * b + lane] / layout[b].count;
        peak.data[rows[lane] * size + b] = kernel.largest[4 * b + lane] / layout[b].count;
      }
    }
  }
  const contrast = powerToDb(peak);
  const floor = powerToDb(valley).data;
  for (let i = 0; i < floor.length; i++) contrast.data[i] -= floor[i];
  return contrast;
}

const kernelFor = memoize(createContrastKernel);

/** librosa's bands: each extends one bin below its lower edge, and all but the last drop their highest bin, which still counts for the quantile. */
function contrastBands(bins: number, sampleRate: number, bands: number, fmin: number, quantile: number): Band[] {
  const nyquist = sampleRate / 2;
  if (fmin * 2 ** (bands - 1) >= nyquist) {
    throw new SerError(
      'usage',
      `${bands} octave bands from ${fmin} Hz up reach beyond ${nyquist} Hz: use fewer bands or a lower first band.`,
    );
  }
  const binHz = nyquist / (bins - 1);
  const layout: Band[] = [];
  for (let b = 0; b <= bands; b++) {
    const low = b === 0 ? 0 : fmin * 2 ** (b - 1);
    const high = fmin * 2 ** b;
    const from = Math.max(0, Math.ceil(low / binHz) - (b > 0 ? 1 : 0));
    const end = b === bands ? bins : Math.min(bins, Math.floor(high / binHz) + 1);
    const count = Math.max(1, roundHalfEven(quantile * (end - from)));
    layout.push({ from, to: b < bands ? end - 1 : end, count });
  }
  return layout;
}

/** `numpy.rint` */
function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
