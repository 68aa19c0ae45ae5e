import { kaiserLowpass, type KaiserLowpass } from './kaiser.ts';

/** Most phases that are tabled exactly; between more, rows are interpolated linearly (−130 dB). */
const MOST_PHASES = 2048;

/**
 * Reads a signal at the times 0, `step`, 2 `step` … between its samples; beyond its ends the signal is zero.
 * @param step  in samples
 * @param phases  how many different fractions those times have; Infinity if they never come back
 * @param lowpass  in samples of the signal
 */
export function interpolate(
  signal: Float32Array,
  step: number,
  phases: number,
  lowpass: KaiserLowpass,
  length: number,
): Float32Array {
  const exact = phases <= MOST_PHASES;
  const rows = exact ? phases : MOST_PHASES;
  const reach = Math.ceil(lowpass.halfWidth);
  const width = 2 * reach;
  // Row r holds what each of the samples around contributes r / rows of a sample later; the last one is for the interpolation.
  const table = new Float64Array((rows + 1) * width);
  for (let r = 0, at = 0; r <= rows; r++) {
    for (let j = 0; j < width; j++, at++) table[at] = kaiserLowpass(r / rows + reach - 1 - j, lowpass);
  }

  const output = new Float32Array(length);
  for (let n = 0; n < length; n++) {
    const time = n * step;
    const whole = Math.floor(time);
    const phase = (time - whole) * rows;
    const row = exact ? Math.round(phase) : Math.floor(phase);
    const weight = exact ? 0 : phase - row;
    const start = whole - reach + 1;
    const from = start < 0 ? -start : 0;
    const to = Math.min(width, signal.length - start);
    let sum = 0;
    for (let j = from, at = row * width + from; j < to; j++, at++) {
      const coefficient = exact ? table[at] : table[at] + weight * (table[at + width] - table[at]);
      sum += coefficient * signal[start + j];
    }
    output[n] = sum;
  }
  return output;
}
