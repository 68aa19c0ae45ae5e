import { melSpectrogram, powerToDb } from '../../features/spectral/mel.ts';
import { joinSamples } from '../../features/join.ts';
import { BAND_STATISTICS, bandStatistics } from '../../features/spectral/statistics.ts';
import { magnitudeOf } from '../../features/spectral/stft.ts';
import type { Frames } from '../../features/types.ts';
import { createWindow } from '../../features/spectral/window.ts';
import { GIVEN_STAGES, MEL_FRAMES } from './layers.ts';

/** The log-mel frames beside those of the encoder, over the whole band; sizes in samples, frequencies in Hz. */
export const VOICE_MEL = { nFft: 1024, window: 640, hop: 320, bands: 64, fmin: 60, fmax: 8000 } as const;

const { nFft, window, hop, bands, fmin, fmax } = VOICE_MEL;

/** Decibels per unit, so that values are about as large as the encoder's. */
const UNIT = 10;

const stage = GIVEN_STAGES.find(({ name }) => name === 'stage3')!;

/** Log-mel frames per frame of stage 3. */
export const PER_FRAME = (stage.hop * MEL_FRAMES.hop) / hop;

/** First sample of the first log-mel frame: as many of them lie before as after the middle of what a frame of stage 3 depends on. */
const START = ((stage.reach - 1) * MEL_FRAMES.hop + MEL_FRAMES.nFft) / 2 - ((PER_FRAME - 1) * hop) / 2 - nFft / 2;

/** The window, centred in the transform. */
const taper = Float64Array.from({ length: nFft }, (_, i) => createWindow('hann', window)[i - (nFft - window) / 2] ?? 0);

/**
 * Log-mel frames of a voice, `PER_FRAME` for each frame of stage 3 and at the same time: at most 80 dB below the largest.
 * @param voice  from `voiceOf`
 * @param frames  of stage 3
 * @returns decibels / 10, frames × (PER_FRAME × 64)
 */
export function voiceMel(voice: Float32Array, frames: number): Float64Array | Float32Array {
  const part = new Float32Array(hop * (PER_FRAME * frames - 1) + nFft);
  part.set(voice.subarray(START, START + part.length));
  return logMel(part, 80).data;
}

/** @param range  the lowest value, in decibels below the largest */
function logMel(voice: Float32Array, range: number): Frames & { data: Float32Array } {
  const magnitudes = magnitudeOf(voice, { nFft, hop, window: taper, center: false });
  const decibels = powerToDb(melSpectrogram(magnitudes, { mels: bands, fmin, fmax }), { topDb: range });
  for (let i = 0; i < decibels.data.length; i++) decibels.data[i] /= UNIT;
  return decibels;
}

/** Decibels below the largest at which values end for the statistics: bands above 4 kHz of most voices are above that, the noise of most studios below it. */
const RANGE = 60;

/** Names of the values of `voiceMelStatistics`. */
export const VOICE_MEL_NAMES: readonly string[] = BAND_STATISTICS.flatMap((statistic) =>
  Array.from({ length: bands }, (_, band) => `mel_${band}_${statistic}`),
);

/**
 * Statistics over time of each log-mel band of a voice (`bandStatistics`).
 * @param voice  from `voiceOf`, at least 1,024 samples
 * @returns decibels / 10, 6 × 64
 */
export const voiceMelStatistics = (voice: Float32Array): Float32Array =>
  joinSamples(bandStatistics(logMel(voice, RANGE)).map((values) => Float32Array.from(values)));
