import type { KaiserLowpass } from './kaiser.ts';

// The filters of soxr 0.1.3 at its quality HQ, which librosa resamples with. Their figures were fitted to measured impulse
// responses (residual −115 dB or less). soxr chains stages, and the more it chains, the more attenuation it asks of each.

/** The pass band ends at this share of the lower Nyquist frequency, where the stop band begins. */
const PASS_BAND = 0.913744;

/** The filter of a halving before the last stages. It may be wide: what it leaves between its bands is taken away later. */
export const HALVING: KaiserLowpass = { cutoff: 1, halfWidth: 8.5, beta: 12.9 };

/**
 * The sharp filter that every conversion has, in samples at the lower of both rates.
 * @param stages  how many stages share the attenuation
 * @param factor  the rate that it works at, divided by the lower rate
 * @param modulo  the number of taps is 1 more than a multiple of this
 */
export function sharpLowpass(stages: number, factor: number, modulo: number): KaiserLowpass {
  const beta = 13.0401 + 2.2316 * Math.log10(stages);
  const taps = Math.ceil(Math.ceil((tapsPerBand(beta) * 2 * factor) / (1 - PASS_BAND)) / modulo) * modulo + 1;
  return { cutoff: (1 + PASS_BAND) / 2, halfWidth: taps / (2 * factor), beta };
}

/**
 * The short filter that interpolates what the sharp one left, in samples of its input.
 * Its pass band slopes gently, to −.009 dB at the end.
 * @param factor  as of the sharp filter: there is nothing left above 1 / factor of the Nyquist frequency
 * @param even  whether the number of taps is even
 */
export function interpolationLowpass(factor: number, even: boolean): KaiserLowpass {
  const beta = 14.057;
  const passBand = PASS_BAND / factor;
  const stopBand = 2 - passBand - 0.7 * (1 / factor - passBand);
  const transition = (1.1441 * (stopBand - passBand)) / 2;
  const taps = Math.floor(tapsPerBand(beta) / transition) + 1;
  return { cutoff: stopBand - transition, halfWidth: (even ? taps + (taps % 2) : taps) / 2, beta };
}

/** Taps of a Kaiser window, times its transition's width from −6 dB to the stop band (Nyquist = 1); linear from beta 13 to 14. */
function tapsPerBand(beta: number): number {
  return 0.0619 + 0.6323 * beta;
}
