import { hzToMel, melToHz } from '../../../features/spectral/mel.ts';
import { SAMPLE_RATE } from '../../../features/types.ts';

/** Position of a frequency on the spectrogram's axis: 0 at the bottom, 1 at the top. */
export function heightOf(hz: number): number {
  return hzToMel(hz) / hzToMel(SAMPLE_RATE / 2);
}

/** Frequencies of ticks, in Hz. */
export const TICKS_HZ = [0, 500, 1000, 2000, 4000, Math.round(melToHz(hzToMel(SAMPLE_RATE / 2)))];
