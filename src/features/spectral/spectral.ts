import { takeLogarithms } from '../wasm/logKernel.ts';
import { createShapeKernel } from './shapeKernel.ts';
import { SAMPLE_RATE, type Frames } from '../types.ts';
import { memoize } from '../../memoize.ts';

/** One value per frame of each measure. */
export interface SpectralShape {
  /** Hz: mean frequency, weighted by magnitude. */
  centroid: Float64Array;
  /** Hz: standard deviation of the frequency around the centroid. */
  bandwidth: Float64Array;
  /** Hz: the lowest bin at or below which 85 % of the magnitude lies. */
  rolloff: Float64Array;
  /** 0 … 1: ratio of the geometric to the arithmetic mean of the power. */
  flatness: Float64Array;
}

const ROLL_PERCENT = 0.85;
const LEAST_POWER = Math.fround(1e-10);
const TINY_FLOAT32 = 2 ** -126;

/**
 * Centroid, bandwidth, roll-off and flatness of every frame.
 * Match `librosa.feature.spectral_centroid`, `spectral_bandwidth`, `spectral_rolloff` and `spectral_flatness` 0.10.2
 * (defaults, S = magnitude) within 1e-6 of each value; the roll-off is summed in float32, as in librosa, to end at the same bin.
 * @param magnitude  |STFT|, frames × bins; a silent frame has 0 for all but the flatness, which is 1
 * @example
 * const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 16_000));
 * const { centroid, bandwidth, rolloff } = spectralShape(magnitude(stft(tone)));
 * [centroid[16], bandwidth[16], rolloff[16]] // → [439.8, 10.3, 445.3]
 */
export function spectralShape(magnitude: Frames, sampleRate = SAMPLE_RATE): SpectralShape {
  const { data, frames, bins } = magnitude;
  const binHz = sampleRate / (2 * (bins - 1));
  const centroid = new Float64Array(frames);
  const bandwidth = new Float64Array(frames);
  const rolloff = new Float64Array(frames);
  const flatness = new Float64Array(frames);
  const kernel = kernelFor(bins);
  for (let t = 0; t < frames; t += 2) {
    // A last frame without a partner is paired with itself.
    const rows = [t, Math.min(t + 1, frames - 1)];
    rows.forEach((row, lane) => kernel.frames[lane].set(data.subarray(row * bins, (row + 1) * bins)));
    kernel.sum();
    const norms = rows.map((_, lane) => (kernel.total[lane] < TINY_FLOAT32 ? 1 : kernel.total[lane]));
    rows.forEach((_, lane) => (kernel.centre[lane] = kernel.first[lane] / norms[lane]));
    kernel.spread();
    const logSums = logarithms(kernel.products);
    rows.forEach((row, lane) => {
      centroid[row] = kernel.centre[lane] * binHz;
      bandwidth[row] = Math.sqrt(kernel.second[lane] / norms[lane]) * binHz;
      rolloff[row] = rolloffBin(kernel.cumulative, lane) * binHz;
      flatness[row] = Math.exp(logSums[lane] / bins) / (kernel.power[lane] / bins);
    });
  }
  return { centroid, bandwidth, rolloff, flatness };
}

function rolloffBin(cumulative: Float32Array, lane: number): number {
  const threshold = Math.fround(ROLL_PERCENT * cumulative[cumulative.length - 4 + lane]);
  let k = 0;
  while (cumulative[4 * k + lane] < threshold) k++;
  return k;
}

/** The sum of logarithms in each lane, from the products; one logarithm for eight factors: eight float32 cannot leave the range of a float64. */
function logarithms(products: Float64Array): number[] {
  takeLogarithms(products);
  const sums = [0, 0];
  for (let i = 0; i < products.length; i++) sums[i % 2] += products[i];
  return sums;
}

const kernelFor = memoize((bins: number) => createShapeKernel(bins, LEAST_POWER));
