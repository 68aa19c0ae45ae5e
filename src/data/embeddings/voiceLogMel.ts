import { melSpectrogram, powerToDb } from '../../features/spectral/mel.ts';
import { magnitudeOf } from '../../features/spectral/stft.ts';
import { createWindow } from '../../features/spectral/window.ts';

/** Log-mel frames of the voice alone; sizes in samples, frequencies in Hz, range in decibels below the largest value. */
export const VOICE_LOG_MEL = { nFft: 1024, hop: 512, bands: 48, fmin: 50, fmax: 8000, range: 60 } as const;

const { nFft, hop, bands, fmin, fmax, range } = VOICE_LOG_MEL;

/** Decibels per unit, as in the other sets of the voice. */
const UNIT = 10;

const taper = createWindow('hann', nFft);

/**
 * Log-mel frames of a voice, from half a window before its first sample to half a window after its last.
 * @param voice  from `voiceOf`; the silence around it is left out
 * @returns decibels / 10, frames × 48
 */
export function voiceLogMel(voice: Float32Array): Float32Array {
  const from = Math.max(
    0,
    voice.findIndex((value) => value !== 0),
  );
  const to = voice.findLastIndex((value) => value !== 0) + 1;
  const signal = new Float32Array(Math.max(hop, to - from) + nFft);
  signal.set(voice.subarray(from, to), nFft / 2);
  const magnitudes = magnitudeOf(signal, { nFft, hop, window: taper, center: false });
  const { data } = powerToDb(melSpectrogram(magnitudes, { mels: bands, fmin, fmax }), { topDb: range });
  return Float32Array.from(data, (value) => value / UNIT);
}
