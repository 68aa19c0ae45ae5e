import { kaiserLowpass, type KaiserLowpass } from './kaiser.ts';

/** Reads `length` points of a signal, `step` samples apart, starting at its first sample; beyond its ends the signal is zero. */
export type Interpolate = (signal: Float32Array, step: number, length: number) => Float32Array;

export interface InterpolatorOptions {
  /** In samples of the signal; no gain above the first image of the signal's band. */
  lowpass: KaiserLowpass;
  /** Number of points between two samples with weights of their own. */
  phases: number;
  /** Whether every point coincides with one of these. Default: false; values at the nearest two are interpolated linearly. */
  exact?: boolean;
}

/** An interpolator with one short filter per phase (Crochiere and Rabiner, 1983). Its table is computed at the first call. */
export function createInterpolator({ lowpass, phases, exact = false }: InterpolatorOptions): Interpolate {
  const reach = Math.ceil(lowpass.halfWidth);
  const width = 2 * reach;
  let table: Float64Array | undefined;

  /** Row p: weights of the samples around a point that lies p / phases behind the sample at index reach − 1. */
  const makeTable = (): Float64Array =>
    Float64Array.from({ length: (phases + 1) * width }, (_, i) => {
      const phase = Math.floor(i / width) / phases;
      return kaiserLowpass(phase + reach - 1 - (i % width), lowpass);
    });

  return (signal, step, length) => {
    const weights = (table ??= makeTable());
    const padded = new Float32Array(signal.length + 2 * width);
    padded.set(signal, width);
    const output = new Float32Array(length);
    for (let n = 0; n < length; n++) {
      const whole = Math.floor(n * step);
      if (whole >= signal.length + reach) break;
      const point = (n * step - whole) * phases;
      const row = exact ? Math.round(point) : Math.floor(point);
      const from = whole + 1 - reach + width;
      let before = 0;
      for (let j = 0, at = row * width; j < width; j++, at++) before += weights[at] * padded[from + j];
      if (exact) {
        output[n] = before;
        continue;
      }
      let after = 0;
      for (let j = 0, at = (row + 1) * width; j < width; j++, at++) after += weights[at] * padded[from + j];
      output[n] = before + (point - row) * (after - before);
    }
    return output;
  };
}
