import { checkSignal } from '../checkSignal.ts';
import { joinSamples } from '../join.ts';
import { melSpectrogram, powerToDb } from '../spectral/mel.ts';
import { BAND_STATISTICS, bandStatistics, binMeans } from '../spectral/statistics.ts';
import { magnitudeOf } from '../spectral/stft.ts';
import { rms } from '../spectral/temporal.ts';
import type { FeatureSet, Frames } from '../types.ts';

/** Sizes in samples; the quiet is so many decibels below the loudest frame; a clip is cut into so many parts of the same length. */
const MEL_CONTOUR = { nFft: 1024, hop: 400, bands: 64, quiet: 35, frameLength: 2048, step: 512, parts: 8 } as const;

/** Decibels per unit, so that values are about as large as those of other sets. */
const UNIT = 10;

/** Rounding in tables: .3 dB. */
const STEP = 1 / 32;

const STATISTICS = [...Array.from({ length: MEL_CONTOUR.parts }, (_, part) => `part${part + 1}`), ...BAND_STATISTICS];

/**
 * How a clip's mel spectrum goes over time, without the quiet before and after the voice and at the level of the recording: the mean of each log-mel band in each of eight
 * equal parts, and statistics of the whole (`bandStatistics`). It compares the same sentence spoken by the same people at the same microphone; elsewhere
 * it tells little. The frames are those of librosa 0.10.2 within 1e-3 dB: `effects.trim(top_db=35)`, `feature.melspectrogram(n_fft=1024, hop_length=400,
 * n_mels=64)`, `power_to_db`.
 */
export const melContour = {
  name: 'mel-contour',
  level: 'functionals',
  half: true,
  step: STEP,
  names: STATISTICS.flatMap((statistic) =>
    Array.from({ length: MEL_CONTOUR.bands }, (_, band) => `mel_${band}_${statistic}`),
  ),
  extract(signal) {
    checkSignal(signal);
    const frames = logMelFrames(trimmed(signal));
    const { parts } = MEL_CONTOUR;
    const means = Array.from({ length: parts }, (_, part) =>
      binMeans(partOf(frames, part / parts, (part + 1) / parts)),
    );
    return joinSamples([...means, ...bandStatistics(frames)].map((values) => Float32Array.from(values)));
  },
} satisfies FeatureSet;

/** Decibels of full scale / 10, frames × bands. */
function logMelFrames(signal: Float32Array): Frames {
  const { nFft, hop, bands } = MEL_CONTOUR;
  const decibels = powerToDb(melSpectrogram(magnitudeOf(signal, { nFft, hop }), { mels: bands }));
  return { ...decibels, data: decibels.data.map((value) => value / UNIT) };
}

/** The frames from one share of the clip to another, at least one. */
function partOf({ data, frames, bins }: Frames, from: number, to: number): Frames {
  const first = Math.floor(from * frames);
  const count = Math.max(1, Math.floor(to * frames) - first);
  return { data: data.subarray(first * bins, (first + count) * bins), frames: count, bins };
}

/** From the first to the last frame that is loud enough; all of a silent signal. */
function trimmed(signal: Float32Array): Float32Array {
  const { quiet, frameLength, step } = MEL_CONTOUR;
  const levels = rms(signal, { frameLength, hop: step });
  const least = Math.max(...levels) * 10 ** (-quiet / 20);
  const from = levels.findIndex((level) => level > least);
  if (from < 0) return signal;
  return signal.subarray(from * step, (levels.findLastIndex((level) => level > least) + 1) * step);
}
