import { checkSignal } from '../checkSignal.ts';
import { melSpectrogram, powerToDb } from '../spectral/mel.ts';
import { magnitudeOf } from '../spectral/stft.ts';
import { rms } from '../spectral/temporal.ts';
import { SAMPLE_RATE, type FeatureSet } from '../types.ts';

/** Sizes in samples; the quiet is so many decibels below the loudest frame. */
const TRIMMED_LOG_MEL = { nFft: 1024, hop: 400, bands: 64, quiet: 35, frameLength: 2048, step: 512 } as const;

/** Decibels per unit, so that values are about as large as those of other sets. */
const UNIT = 10;

/**
 * Log-mel frames of a clip without the quiet before and after the voice, at the level of the recording: it distinguishes the emotions of known
 * speakers at a known microphone, and means nothing elsewhere (`voice-log-mel` takes it out). Matches librosa 0.10.2: `effects.trim(top_db=35)`,
 * `feature.melspectrogram(n_fft=1024, hop_length=400, n_mels=64)`, `power_to_db`, within 1e-3 dB.
 */
export const trimmedLogMel = {
  name: 'trimmed-log-mel',
  level: 'frames',
  half: true,
  frameRate: SAMPLE_RATE / TRIMMED_LOG_MEL.hop,
  names: Array.from({ length: TRIMMED_LOG_MEL.bands }, (_, band) => `log_mel_${band}`),
  extract(signal) {
    checkSignal(signal);
    const { nFft, hop, bands } = TRIMMED_LOG_MEL;
    const { data } = powerToDb(melSpectrogram(magnitudeOf(trimmed(signal), { nFft, hop }), { mels: bands }));
    return data.map((value) => value / UNIT);
  },
} satisfies FeatureSet;

/** From the first to the last frame that is loud enough; all of a silent signal. */
function trimmed(signal: Float32Array): Float32Array {
  const { quiet, frameLength, step } = TRIMMED_LOG_MEL;
  const levels = rms(signal, { frameLength, hop: step });
  const least = Math.max(...levels) * 10 ** (-quiet / 20);
  const from = levels.findIndex((level) => level > least);
  if (from < 0) return signal;
  return signal.subarray(from * step, (levels.findLastIndex((level) => level > least) + 1) * step);
}
