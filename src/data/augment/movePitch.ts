import { istft } from '../../features/spectral/istft.ts';
import { stft } from '../../features/spectral/stft.ts';
import type { Spectrum } from '../../features/spectral/stft.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { pitchShift } from './timeStretch.ts';

const FRAME = { nFft: 1024, hop: 256 } as const;
/** Hz; wider than the distance between harmonics of most voices, narrower than that between formants. */
const BAND = 500;
/** ±20 dB: limits the gain where one of the two spectra is empty. */
const MOST_GAIN = 10;

/**
 * Changes a voice's pitch but not its formants, as if the same speaker sang higher or lower.
 * The whole signal is shifted, then each frame gets the envelope of the original: its power, averaged over 500 Hz.
 * @param signal  mono, 16 kHz; not modified
 * @returns  as many samples as the signal has
 * @throws {SerError} `audio` for an empty signal
 */
export function movePitch(signal: Float32Array, semitones: number): Float32Array {
  const shifted = stft(pitchShift(signal, semitones), FRAME);
  const [wanted, given] = [stft(signal, FRAME), shifted].map(envelopes);
  for (let i = 0; i < shifted.re.length; i++) {
    const gain = Math.sqrt((wanted[i] + 1e-12) / (given[i] + 1e-12));
    const bounded = Math.min(MOST_GAIN, Math.max(1 / MOST_GAIN, gain));
    shifted.re[i] *= bounded;
    shifted.im[i] *= bounded;
  }
  return istft(shifted, { hop: FRAME.hop, length: signal.length });
}

/** Power around each bin of each frame. @returns frames × bins */
function envelopes({ re, im, frames, bins }: Spectrum): Float64Array {
  const half = Math.round(((BAND / 2) * FRAME.nFft) / SAMPLE_RATE);
  const result = new Float64Array(frames * bins);
  const sums = new Float64Array(bins + 1);
  for (let t = 0; t < frames; t++) {
    const row = t * bins;
    for (let k = 0; k < bins; k++) sums[k + 1] = sums[k] + re[row + k] ** 2 + im[row + k] ** 2;
    for (let k = 0; k < bins; k++) {
      const [from, to] = [Math.max(0, k - half), Math.min(bins, k + half + 1)];
      result[row + k] = Math.max(0, sums[to] - sums[from]) / (to - from);
    }
  }
  return result;
}
