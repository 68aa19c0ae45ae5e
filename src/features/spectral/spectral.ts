import { takeLogarithms } from '../wasm/logKernel.ts';
import { remembered } from '../remembered.ts';
import { createShapeKernel } from './shapeKernel.ts';
import { SAMPLE_RATE, type Frames } from '../types.ts';

/** One value a frame of each. */
export interface SpectralShape {
  /** Hz: mean frequency, weighted by magnitude. */
  centroid: Float64Array;
  /** Hz: standard deviation of the frequency around the centroid. */
  bandwidth: Float64Array;
  /** Hz: the lowest bin below (or at) which lies 85 % of the magnitude. */
  rolloff: Float64Array;
  /** 0 … 1: geometric over arithmetic mean of the power. */
  flatness: Float64Array;
}

const ROLL_PERCENT = 0.85;
const LEAST_POWER = Math.fround(1e-10);
const TINY_FLOAT32 = 2 ** -126;

/**
 * Centroid, bandwidth, roll-off and flatness of every frame.
 * Match `librosa.feature.spectral_centroid`, `spectral_bandwidth`, `spectral_rolloff` and `spectral_flatness` 0.10.2
 * (defaults, S = magnitude) within 1e-6 of each value; the roll-off adds up in float32, as librosa does, to end at the same bin.
 * @param magnitude  |STFT|, frames × bins; all of them 0 for a silent frame but the flatness, which is 1
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
    // An odd last frame is paired with itself.
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

/** Of each lane the sum, in place of the products; one logarithm for eight factors: eight float32 cannot leave the range of a float64. */
function logarithms(products: Float64Array): number[] {
  takeLogarithms(products);
  const sums = [0, 0];
  for (let i = 0; i < products.length; i++) sums[i % 2] += products[i];
  return sums;
}

const kernelFor = remembered((bins: number) => createShapeKernel(bins, LEAST_POWER));
