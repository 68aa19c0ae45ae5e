import type { KaiserLowpass } from './kaiser.ts';

/** The pass band of soxr's HQ ends at .913744 of the lower Nyquist frequency, the stop band begins at 1: the middle is at −6 dB. */
const CUTOFF = (0.913744 + 1) / 2;

/**
 * The low-pass filter of soxr's quality HQ (version 0.1.3) for up / down in lowest terms, in samples at the lower of both rates.
 * The figures are fitted to measured impulse responses: each stage that soxr chains takes a share of the attenuation, so that
 * conversions of more stages have longer filters.
 */
export function soxrLowpass(up: number, down: number): KaiserLowpass {
  const halvings =
    up === 1 && down % 4 === 0 ? (down % 8 === 0 || down === 12 ? 2 : 1) : up === 1 && down === 6 ? 1 : 0;
  const last = Math.max(up, down) / 2 ** halvings;
  const [beta, taps] = STAGES[halvings];
  return { cutoff: CUTOFF, halfWidth: (taps[last] ?? taps[3] * (last / 3)) / (2 * last), beta };
}

/** By the number of halvings before the last stage: the window's shape, and the taps of a last stage of 2, 3 and 4 times. */
const STAGES: [beta: number, taps: Record<number, number>][] = [
  [13.0401, { 2: 389, 3: 581, 4: 777 }],
  [13.7113, { 2: 409, 3: 609 }],
  [14.1043, { 2: 421, 3: 629 }],
];
