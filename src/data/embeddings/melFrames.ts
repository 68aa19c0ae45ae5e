import { checkSignal } from '../../features/checkSignal.ts';
import { melSpectrogram, powerToDb } from '../../features/spectral/mel.ts';
import { magnitudeOf } from '../../features/spectral/stft.ts';
import type { Frames } from '../../features/types.ts';
import { createWindow } from '../../features/spectral/window.ts';
import { MEL_FRAMES } from './layers.ts';

const { nFft, window, hop, bands, fmin, fmax } = MEL_FRAMES;

/** Full scale of the network's input, that of 16-bit integers. */
const SCALE = 32_767;

/** The window, centred in the transform and multiplied by the scale. */
const taper = Float64Array.from(
  { length: nFft },
  (_, i) => SCALE * (createWindow('hann', window)[i - (nFft - window) / 2] ?? 0),
);

/**
 * The network's input: decibels of a mel power spectrogram (Slaney's, 60 Hz to 3.8 kHz), / 10 + 2.
 * Matches melspectrogram.onnx of openWakeWord and its `/ 10 + 2` within 1e-4.
 * @param signal  mono, 16 kHz, full scale ±1, at least 512 samples
 * @param range  the lowest value, in decibels below the largest
 * @returns 1 + floor((length − 512) / 160) frames × 32 bands
 * @throws {SerError} `audio` for a shorter signal, or one with NaN or infinite samples
 */
export function melFrames(signal: Float32Array, range = 80): Frames & { data: Float32Array } {
  checkSignal(signal);
  const magnitudes = magnitudeOf(signal, { nFft, hop, window: taper, center: false });
  const decibels = powerToDb(melSpectrogram(magnitudes, { mels: bands, fmin, fmax }), { topDb: range });
  for (let i = 0; i < decibels.data.length; i++) decibels.data[i] = decibels.data[i] / 10 + 2;
  return decibels;
}
