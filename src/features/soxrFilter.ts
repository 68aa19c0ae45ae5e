import { kaiserLowpass } from './kaiser.ts';

// How soxr 0.1.3 designs its low-pass filters (src/filter.c), for attenuations of 120 dB or more.

/** What a filter is to do. Frequencies in any unit. */
export interface FilterTask {
  /** Where the pass band ends. */
  passBand: number;
  /** Where the stop band begins. */
  stopBand: number;
  /** Half of the rate that the filter works at. */
  nyquist: number;
  /** Of the stop band, in dB. */
  attenuation: number;
}

/** The shape of a Kaiser window of some attenuation: cubics, one for each transition width of .0005, .001, .002 … of the cutoff. */
const BETA_CUBICS = [
  [-6.784957e-10, 1.02856e-5, 0.1087556, -0.8978365],
  [-6.897885e-10, 1.027433e-5, 0.10876, -0.8974658],
  [-1.000683e-9, 1.030092e-5, 0.1087677, -0.8977898],
  [-3.654474e-10, 1.040631e-5, 0.1087085, -0.8917766],
  [8.106988e-9, 6.983091e-6, 0.1091387, -0.9022048],
  [9.519571e-9, 7.272678e-6, 0.1090068, -0.8890768],
  [-5.626821e-9, 1.342186e-5, 0.1083999, -0.8565452],
  [-9.965946e-8, 5.073548e-5, 0.1040967, -0.6822778],
  [1.604808e-7, -5.856462e-5, 0.1185998, -1.24824],
  [-1.511964e-7, 6.363034e-5, 0.1064627, -0.8076665],
];

/** The filter of a stage that convolves. The number of taps is 1 more than a multiple of `modulo`. */
export function blockFilter(task: FilterTask, modulo: number): Float64Array {
  const { cutoff, beta, leastTaps } = design(task, 1);
  const taps = Math.floor((leastTaps + modulo - 2) / modulo) * modulo + 1;
  return sample(taps, cutoff, beta, 0.5);
}

/** How many taps each of `phases` phases needs. */
export function tapsPerPhase(task: FilterTask, phases: number): number {
  return Math.floor(design(task, phases).leastTaps / phases) + 1;
}

/** The filter of a stage that interpolates, `taps` × `phases` long, less the first tap: that is 0. */
export function phasesFilter(task: FilterTask, taps: number, phases: number): Float64Array {
  const { cutoff, beta } = design(task, phases);
  return sample(taps * phases - 1, cutoff, beta, 0.75).map((tap) => tap * phases);
}

/** Taps of a filter; its window ends `margin` samples beyond the first and the last of them. */
function sample(taps: number, cutoff: number, beta: number, margin: number): Float64Array {
  const middle = (taps - 1) / 2;
  const lowpass = { cutoff, halfWidth: middle + margin, beta };
  const result = new Float64Array(taps);
  for (let i = 0; i <= middle; i++) result[i] = result[taps - 1 - i] = kaiserLowpass(i - middle, lowpass);
  return result;
}

/** @param phases  how many times finer than the rate the taps lie */
function design({ passBand, stopBand, nyquist, attenuation }: FilterTask, phases: number) {
  const stop = stopBand / nyquist / phases;
  // From −6 dB to the stop band.
  const transition = Math.min((0.5 * (stopBand / nyquist - passBand / nyquist)) / phases, 0.5 * stop);
  const cutoff = stop - transition;
  const beta = kaiserBeta(attenuation, (transition * 0.5) / cutoff);
  const width = ((0.0007528358 - 1.577737e-5 * beta) * beta + 0.6248022) * beta + 0.06186902;
  return { cutoff, beta, leastTaps: Math.ceil(width / transition + 1) };
}

function kaiserBeta(attenuation: number, transition: number): number {
  const octaves = Math.log2(transition / 0.0005);
  const whole = Math.trunc(octaves);
  const [lower, upper] = [whole, whole + 1].map((octave) => {
    const [a, b, c, d] = BETA_CUBICS[Math.max(0, Math.min(octave, BETA_CUBICS.length - 1))];
    return ((a * attenuation + b) * attenuation + c) * attenuation + d;
  });
  return lower + (upper - lower) * (octaves - whole);
}

/** Where the response of such a filter has dropped to `drop` dB, as a share of its transition band. */
export function dropPosition(drop: number, attenuation: number): number {
  const phi = ((2.0517e-7 * attenuation - 1.1303e-4) * attenuation + 0.023154) * attenuation + 0.55924;
  const power = Math.log(0.5) / Math.log(Math.sin(phi * 0.5));
  const amplitude = Math.exp(drop * (Math.LN10 * 0.05));
  const upper = amplitude > 0.5;
  const position = Math.asin(Math.pow(upper ? 1 - amplitude : amplitude, 1 / power)) / phi;
  return upper ? position : 1 - position;
}
