import { kaiserLowpass } from '../features/kaiser.ts';

/** Samples on each side of a point, the window's shape, and the tabled points between two samples. */
const REACH = 8;
const BETA = 9;
const PHASES = 512;
const WIDTH = 2 * REACH;

let table: Float64Array | undefined;

/**
 * Reads a signal at points `step` samples apart, from its first sample on; beyond its ends it is zero.
 * For signals without content above half of their Nyquist frequency, for which 16 samples round each point suffice (90 dB).
 * @returns  `length` samples
 */
export function interpolate(signal: Float32Array, step: number, length: number): Float32Array {
  const weights = (table ??= makeTable());
  const padded = new Float32Array(signal.length + 2 * WIDTH);
  padded.set(signal, WIDTH);
  const output = new Float32Array(length);
  for (let n = 0; n < length; n++) {
    const whole = Math.floor(n * step);
    if (whole >= signal.length + REACH) break;
    const point = (n * step - whole) * PHASES;
    const row = Math.floor(point);
    const share = point - row;
    const from = whole + 1 - REACH + WIDTH;
    let before = 0;
    let after = 0;
    for (let j = 0, at = row * WIDTH; j < WIDTH; j++, at++) {
      before += weights[at] * padded[from + j];
      after += weights[at + WIDTH] * padded[from + j];
    }
    output[n] = before + share * (after - before);
  }
  return output;
}

/** Row p: the weights of the samples round a point that lies p / PHASES behind the one at index REACH − 1. */
function makeTable(): Float64Array {
  const lowpass = { cutoff: 1, halfWidth: REACH, beta: BETA };
  return Float64Array.from({ length: (PHASES + 1) * WIDTH }, (_, i) => {
    const phase = Math.floor(i / WIDTH) / PHASES;
    return kaiserLowpass(phase + REACH - 1 - (i % WIDTH), lowpass);
  });
}
