import { createRealFft } from '../../features/fft/fft.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import type { Random } from '../../random.ts';
import { mix } from './levels.ts';

/**
 * Third-octave levels of the long-term average spectrum of speech, men and women of twelve languages together: Byrne et al. (1994),
 * An international comparison of long-term average speech spectra, J. Acoust. Soc. Am. 96(4), Table II; dB, 70 in total.
 */
export const SPEECH_SPECTRUM = {
  centres: [63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000],
  levels: [38.6, 43.5, 54.4, 57.7, 56.8, 60.2, 60.3, 59, 62.1, 62.1, 60.5, 56.8, 53.7, 53, 52, 48.7, 48.1, 46.8, 45.6, 44.5, 44.3, 43.7],
} as const; // prettier-ignore

/** Lower end of the noise, Hz. */
const LOWEST = SPEECH_SPECTRUM.centres[0] * 2 ** (-1 / 6);
/** Samples per period, 4 s; longer noise consists of several. */
const SIZE = 2 ** 16;

/**
 * Stationary Gaussian noise with the spectrum of speech: so many voices at once that none can be understood.
 * @returns samples at 16 kHz, of unit power on average
 */
export function speechShapedNoise(length: number, random: Random): Float32Array {
  const result = new Float32Array(length);
  for (let at = 0; at < length; at += SIZE) {
    const piece = periodicNoise(Math.min(SIZE, Math.max(1024, 2 ** Math.ceil(Math.log2(length - at)))), random);
    result.set(piece.subarray(0, length - at), at);
  }
  return result;
}

/** One period of noise with Gaussian bins and the powers of the spectrum. @param size  a power of two */
function periodicNoise(size: number, random: Random): Float32Array {
  const bins = size / 2 + 1;
  const [re, im] = [new Float32Array(bins), new Float32Array(bins)];
  let total = 0;
  for (let k = 1; k < bins - 1; k++) {
    const density = densityAt((k * SAMPLE_RATE) / size);
    const amplitude = Math.sqrt(density / 2);
    re[k] = amplitude * random.normal();
    im[k] = amplitude * random.normal();
    total += density;
  }
  const fft = createRealFft(size);
  fft.inverse(re, im, fft.samples);
  const scale = size / Math.sqrt(2 * total);
  return Float32Array.from(fft.samples, (sample) => scale * sample);
}

/** Power per hertz, by interpolating decibels over the logarithm of frequency. */
function densityAt(hertz: number): number {
  const { centres, levels } = SPEECH_SPECTRUM;
  if (hertz < LOWEST) return 0;
  const density = (band: number): number => levels[band] - 10 * Math.log10(centres[band]);
  const above = Math.max(1, centres.findIndex((centre) => centre >= hertz)); // prettier-ignore
  const share = Math.log(hertz / centres[above - 1]) / Math.log(centres[above] / centres[above - 1]);
  return 10 ** ((density(above - 1) + share * (density(above) - density(above - 1))) / 10);
}

/**
 * Adds speech-shaped noise to a signal.
 * @param signal  mono, 16 kHz
 * @param snr  dB; see `mix`
 */
export function addNoise(signal: Float32Array, snr: number, random: Random): Float32Array {
  return mix(signal, speechShapedNoise(signal.length, random), snr);
}
