import type { Stage } from './soxrStage.ts';

const { fround } = Math;

/** Coefficients at the odd distances 1, 3, 5 … from the middle one, which is ½; at the even ones they are 0. */
const SHORT = [
  0.31154652365332069, -0.087344917685739543, 0.03681445835363728, -0.015189204581464479, 0.0054540855610738801,
  -0.001564386262663042, 0.00031816575906323303, -0.000034799449225005688,
];
const LONG = [
  0.31227034755311189, -0.089221517147969526, 0.039139704015071934, -0.017250558515852023, 0.0068589440230476112,
  -0.0023045049636430419, 0.00060963740543348963, -0.00011323803957431231, 0.000011197769991000046, 0, 0, 0,
];

/** What the shorter filter attenuates, in dB. */
const SHORT_ATTENUATION = Math.fround(136.51);

/** A stage of soxr's that halves the rate by a short half-band filter: only as a first step, since its transition is wide. */
export function createHalvingStage(attenuation: number): Stage {
  const taps = Float32Array.from(attenuation > SHORT_ATTENUATION ? LONG : SHORT);
  const reach = 2 * taps.length;
  return {
    needs: (length) => 2 * (length - 1) + reach + 1,
    run(signal, length) {
      const padded = new Float32Array(reach + Math.max(signal.length, this.needs(length)));
      padded.set(signal, reach);
      const output = new Float32Array(length);
      for (let n = 0, at = reach; n < length; n++, at += 2) {
        // Four sums side by side, joined at the end: rounding follows soxr on SSE.
        let [a, b, c, d] = [0.5 * padded[at], 0, 0, 0];
        for (let j = 0, right = at + 1, left = at - 1; j < taps.length; j += 4, right += 8, left -= 8) {
          a = fround(a + fround(fround(padded[right] + padded[left]) * taps[j]));
          b = fround(b + fround(fround(padded[right + 2] + padded[left - 2]) * taps[j + 1]));
          c = fround(c + fround(fround(padded[right + 4] + padded[left - 4]) * taps[j + 2]));
          d = fround(d + fround(fround(padded[right + 6] + padded[left - 6]) * taps[j + 3]));
        }
        output[n] = fround(a + c) + fround(b + d);
      }
      return output;
    },
  };
}
