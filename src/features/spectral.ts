import { SAMPLE_RATE, type Frames } from './types.ts';

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
  const cumulative = new Float32Array(bins);

  for (let t = 0; t < frames; t++) {
    const row = t * bins;
    let total = 0;
    let first = 0;
    let running = 0;
    for (let k = 0; k < bins; k++) {
      const value = data[row + k];
      total += value;
      first += k * value;
      running = Math.fround(running + value);
      cumulative[k] = running;
    }
    const norm = total < TINY_FLOAT32 ? 1 : total;
    const centre = first / norm;
    let second = 0;
    let logs = 0;
    let powers = 0;
    let product = 1;
    for (let k = 0; k < bins; k++) {
      const value = data[row + k];
      second += value * (k - centre) * (k - centre);
      const power = Math.max(LEAST_POWER, Math.fround(value * value));
      powers += power;
      // One logarithm for eight factors: eight float32 cannot leave the range of a float64.
      product *= power;
      if ((k & 7) === 7) {
        logs += Math.log(product);
        product = 1;
      }
    }
    logs += Math.log(product);
    const threshold = Math.fround(ROLL_PERCENT * running);
    let k = 0;
    while (cumulative[k] < threshold) k++;

    centroid[t] = centre * binHz;
    bandwidth[t] = Math.sqrt(second / norm) * binHz;
    rolloff[t] = k * binHz;
    flatness[t] = Math.exp(logs / bins) / (powers / bins);
  }
  return { centroid, bandwidth, rolloff, flatness };
}
