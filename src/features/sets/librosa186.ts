import { checkSignal } from '../checkSignal.ts';
import { chromaStft } from '../harmonic/chroma.ts';
import { spectralContrast } from '../spectral/contrast.ts';
import { harmonic } from '../harmonic/hpss.ts';
import { melSpectrogram } from '../spectral/mel.ts';
import { mfcc } from '../spectral/mfcc.ts';
import { createScratch } from '../scratch.ts';
import { spectralShape } from '../spectral/spectral.ts';
import { binDeviations, binMeans, binMedians, medianInPlace } from '../spectral/statistics.ts';
import { magnitude, stft } from '../spectral/stft.ts';
import { rms, zeroCrossingRate } from '../spectral/temporal.ts';
import { tonnetz } from '../harmonic/tonnetz.ts';
import { estimateTuning } from '../harmonic/tuning.ts';
import type { FeatureSet, Frames } from '../types.ts';

/** The columns in order: a measure, its number of values per frame, and the statistics over the frames. */
const BLOCKS: readonly (readonly [name: string, bins: number, statistics: readonly string[]])[] = [
  ['mfcc', 40, ['mean', 'std', 'median']],
  ['chroma', 12, ['mean', 'std']],
  ['contrast', 7, ['mean', 'std']],
  ['tonnetz', 6, ['mean', 'std']],
  ['centroid', 1, ['mean', 'std']],
  ['bandwidth', 1, ['mean', 'std']],
  ['rolloff', 1, ['mean', 'std']],
  ['flatness', 1, ['mean', 'std']],
  ['zcr', 1, ['mean', 'std']],
  ['rms', 1, ['mean', 'std']],
  ['mel', 1, ['mean', 'std', 'median', 'max']],
];

const NAMES = BLOCKS.flatMap(([name, bins, statistics]) =>
  statistics.flatMap((statistic) => Array.from({ length: bins }, (_, i) => `${name}${bins > 1 ? i : ''}_${statistic}`)),
);

/**
 * The 186 features of the reference system, as librosa 0.10.2 computes them with its defaults (n_fft 2048, hop 512, Hann, centred).
 * Mean and population standard deviation over the frames of MFCC 0–39 (median too), chroma of the magnitude spectrogram, spectral
 * contrast, tonnetz of the harmonic part, centroid, bandwidth, roll-off, flatness, zero-crossing rate and RMS; mean, deviation,
 * median and maximum of the whole mel spectrogram.
 */
export const librosa186 = { name: 'librosa186', level: 'functionals', names: NAMES, extract } satisfies FeatureSet;

function extract(signal: Float32Array): Float64Array {
  checkSignal(signal);
  const { magnitudes, sustained } = analyse(signal);
  const mel = melSpectrogram(magnitudes);
  const shape = spectralShape(magnitudes);

  const vector = new Float64Array(NAMES.length);
  let at = 0;
  const append = (values: ArrayLike<number>): void => {
    vector.set(values, at);
    at += values.length;
  };
  const appendBlock = (block: Frames, withMedian = false): void => {
    const means = binMeans(block);
    append(means);
    append(binDeviations(block, means));
    if (withMedian) append(binMedians(block));
  };
  appendBlock(mfcc(mel, 40), true);
  appendBlock(chromaStft(magnitudes, estimateTuning(magnitudes)));
  appendBlock(spectralContrast(magnitudes));
  appendBlock(tonnetz(signal, sustained, scratch));
  appendBlock(series(shape.centroid));
  appendBlock(series(shape.bandwidth));
  appendBlock(series(shape.rolloff));
  appendBlock(series(shape.flatness));
  appendBlock(series(zeroCrossingRate(signal)));
  appendBlock(series(rms(signal)));
  appendBlock(series(mel.data));
  append([medianInPlace(mel.data.slice())]);
  append([largest(mel.data)]);
  return vector;
}

function largest(values: Float32Array): number {
  let largest = 0;
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- six times as fast as the iterator
  for (let i = 0; i < values.length; i++) if (values[i] > largest) largest = values[i];
  return largest;
}

/** Arrays that do not outlive an extraction. */
const scratch = createScratch();

/** A function of its own, so that the complex spectrum of a long recording is freed before the rest is computed. */
function analyse(signal: Float32Array): { magnitudes: Frames & { data: Float32Array }; sustained: Float32Array } {
  const spectrum = stft(signal, {}, scratch);
  const magnitudes = magnitude(spectrum, scratch);
  return { magnitudes, sustained: harmonic(signal, spectrum, magnitudes, scratch) };
}

/** Values of one bin. */
const series = (data: Float32Array | Float64Array): Frames => ({ data, frames: data.length, bins: 1 });
