import { expectFrames } from '../../messages/arguments.ts';
import { takeLogarithms } from '../wasm/logKernel.ts';
import { createMelKernel, type MelKernel } from './melKernel.ts';
import { SAMPLE_RATE, type Frames } from '../types.ts';
import { memoize } from '../../memoize.ts';

export interface MelOptions {
  /** Default 16,000 Hz. */
  sampleRate?: number;
  /** Number of triangular filters. Default 128. */
  mels?: number;
  /** Hz. Default 0. */
  fmin?: number;
  /** Hz. Default half the sample rate. */
  fmax?: number;
}

/** Triangular filters, non-zero weights only: filter m covers the bins from `first[m]` with weights[offset[m] … offset[m + 1] − 1]. */
export interface MelFilters {
  mels: number;
  bins: number;
  first: Int32Array;
  offset: Int32Array;
  /** Rounded to float32. */
  weights: Float64Array;
}

const HZ_PER_MEL = 200 / 3;
const LOG_FROM_HZ = 1000;
const LOG_FROM_MEL = LOG_FROM_HZ / HZ_PER_MEL;
const LOG_STEP = Math.log(6.4) / 27;

/**
 * Hz → mel on Slaney's scale (linear to 1 kHz, logarithmic above) or on HTK's (logarithmic throughout).
 * @example
 * hzToMel(1000) // → 15
 * hzToMel(1000, true) // → 999.99
 */
export function hzToMel(hz: number, htk = false): number {
  if (htk) return 2595 * Math.log10(1 + hz / 700);
  return hz < LOG_FROM_HZ ? hz / HZ_PER_MEL : LOG_FROM_MEL + Math.log(hz / LOG_FROM_HZ) / LOG_STEP;
}

/**
 * Mel → Hz on Slaney's scale, or on HTK's.
 * @example
 * melToHz(15) // → 1000
 */
export function melToHz(mel: number, htk = false): number {
  if (htk) return 700 * (10 ** (mel / 2595) - 1);
  return mel < LOG_FROM_MEL ? HZ_PER_MEL * mel : LOG_FROM_HZ * Math.exp(LOG_STEP * (mel - LOG_FROM_MEL));
}

/**
 * Mel filters of equal area (Slaney, Auditory Toolbox). Matches `librosa.filters.mel` 0.10.2 to float32.
 * @param bins  nFft / 2 + 1
 * @example
 * const { mels, first, offset, weights } = melFilters(1025, { mels: 40 });
 * mels // → 40
 * weights.subarray(offset[0], offset[1]).length // → 18
 * first[0] // → 1
 */
export const melFilters = memoize(
  (
    bins: number,
    { sampleRate = SAMPLE_RATE, mels = 128, fmin = 0, fmax = sampleRate / 2 }: MelOptions = {},
  ): MelFilters => {
    const low = hzToMel(fmin);
    const step = (hzToMel(fmax) - low) / (mels + 1);
    const corner = Float64Array.from({ length: mels + 2 }, (_, i) => melToHz(low + i * step));
    const binHz = sampleRate / (2 * (bins - 1));
    const first = new Int32Array(mels);
    const offset = new Int32Array(mels + 1);
    const weights: number[] = [];
    for (let m = 0; m < mels; m++) {
      const [left, peak, right] = [corner[m], corner[m + 1], corner[m + 2]];
      first[m] = Math.min(bins, Math.floor(left / binHz) + 1);
      for (let k = first[m]; k < bins && k * binHz < right; k++) {
        const height = Math.min((k * binHz - left) / (peak - left), (right - k * binHz) / (right - peak));
        weights.push(Math.fround(Math.max(0, height)) * (2 / (right - left)));
      }
      offset[m + 1] = weights.length;
    }
    return { mels, bins, first, offset, weights: Float64Array.from(weights, Math.fround) };
  },
  128,
);

/**
 * Mel power spectrogram. Matches `librosa.feature.melspectrogram(S=magnitude**2)` 0.10.2 within 1e-6 of each value.
 * @param magnitude  |STFT|, frames × bins; it is squared here
 * @returns  power, frames × mels
 * @example
 * const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 16_000));
 * const { frames, bins } = melSpectrogram(magnitude(stft(tone)));
 * [frames, bins] // → [32, 128]
 */
export function melSpectrogram(magnitude: Frames, options: MelOptions = {}): Frames & { data: Float32Array } {
  expectFrames(magnitude, 'melSpectrogram: magnitude');
  const { data, frames, bins } = magnitude;
  const filters = melFilters(bins, options);
  const { mels } = filters;
  const mel = new Float32Array(frames * mels);
  const kernel = kernelFor(filters);
  for (let t = 0; t < frames; t += 2) {
    // A last frame without a partner is paired with itself.
    const rows = [t, Math.min(t + 1, frames - 1)];
    rows.forEach((row, lane) => kernel.frames[lane].set(data.subarray(row * bins, (row + 1) * bins)));
    kernel.run();
    for (let m = 0; m < mels; m++) {
      mel[rows[0] * mels + m] = kernel.bands[2 * m];
      mel[rows[1] * mels + m] = kernel.bands[2 * m + 1];
    }
  }
  return { data: mel, frames, bins: mels };
}

const kernels = new WeakMap<MelFilters, MelKernel>();

function kernelFor(filters: MelFilters): MelKernel {
  const { mels, bins, first, offset, weights } = filters;
  let kernel = kernels.get(filters);
  if (!kernel) {
    const ofBand = (_: unknown, m: number) => {
      const own = weights.slice(offset[m], offset[m + 1]);
      // A filter may be narrower than the distance between two bins and contain none.
      return own.length > 0 ? { first: first[m], weights: own } : { first: 0, weights: [0] };
    };
    kernel = createMelKernel(bins, Array.from({ length: mels }, ofBand));
    kernels.set(filters, kernel);
  }
  return kernel;
}

/** dB per neper of power. */
const DECIBELS = 10 / Math.LN10;

/**
 * Decibels relative to 1, cut off below 1e-10 and at `topDb` below the largest value.
 * Matches `librosa.power_to_db` 0.10.2 to float32.
 * @example
 * powerToDb({ data: Float32Array.of(1, 10, 1e-12), frames: 1, bins: 3 }).data // → [0, 10, -70]
 */
export function powerToDb(power: Frames, { topDb = 80 }: { topDb?: number } = {}): Frames & { data: Float32Array } {
  expectFrames(power, 'powerToDb: power');
  const { data, frames, bins } = power;
  const decibels = new Float32Array(data.length);
  const row = new Float64Array(bins);
  let largest = -Infinity;
  for (let at = 0; at < data.length; at += bins) {
    for (let k = 0; k < bins; k++) row[k] = Math.max(1e-10, data[at + k]);
    takeLogarithms(row);
    for (let k = 0; k < bins; k++) {
      const value = DECIBELS * row[k];
      decibels[at + k] = value;
      if (value > largest) largest = value;
    }
  }
  const floor = largest - topDb;
  for (let i = 0; i < decibels.length; i++) if (decibels[i] < floor) decibels[i] = floor;
  return { data: decibels, frames, bins };
}
