import { kaiserLowpass, type KaiserLowpass } from './kaiser.ts';

/** Reads a signal at points `step` samples apart, from its first sample on, `length` of them; beyond its ends it is zero. */
export type Interpolate = (signal: Float32Array, step: number, length: number) => Float32Array;

export interface InterpolatorOptions {
  /** In samples of the signal; without gain above the first image of what the signal holds. */
  lowpass: KaiserLowpass;
  /** How many points between two samples have weights of their own. */
  phases: number;
  /** Whether all points fall on one of these. Default: no; the values at the nearest two are interpolated linearly. */
  exact?: boolean;
}

/** An interpolator by short filters, one for each phase (Crochiere and Rabiner, 1983). Its table is made at the first call. */
export function createInterpolator({ lowpass, phases, exact = false }: InterpolatorOptions): Interpolate {
  const reach = Math.ceil(lowpass.halfWidth);
  const width = 2 * reach;
  let table: Float64Array | undefined;

  /** Row p: the weights of the samples round a point that lies p / phases behind the one at index reach − 1. */
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
