import { expectArgument, expectFrames } from '../../messages/arguments.ts';
import { createDctKernel, type DctKernel } from './dctKernel.ts';
import { powerToDb } from './mel.ts';
import type { Frames } from '../types.ts';
import { memoize } from '../../memoize.ts';

/**
 * Mel-frequency cepstral coefficients: the first `count` of the orthonormal DCT-II of the mel bands in decibels.
 * Matches `librosa.feature.mfcc(S=power_to_db(mel), n_mfcc=count)` 0.10.2 within 1e-4.
 * @param mel  power, frames × mels (an even number)
 * @returns  frames × count
 * @example
 * const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 16_000));
 * const { frames, bins } = mfcc(melSpectrogram(magnitude(stft(tone))), 13);
 * [frames, bins] // → [32, 13]
 */
export function mfcc(mel: Frames, count = 40): Frames & { data: Float32Array } {
  expectFrames(mel, 'mfcc: mel');
  expectArgument(Number.isInteger(count) && count > 0, 'mfcc: count', 'a number of coefficients', count);
  return dct(powerToDb(mel), count);
}

/**
 * The first `count` coefficients of the orthonormal DCT-II of every row, as `scipy.fftpack.dct(type=2, norm='ortho')`.
 * @param values  frames × an even number of bins
 */
export function dct({ data, frames, bins }: Frames, count: number): Frames & { data: Float32Array } {
  const half = bins / 2;
  const { parts, coefficients, run } = kernelFor(bins, count);
  const output = new Float32Array(frames * count);
  for (let t = 0; t < frames; t++) {
    // Even coefficients depend only on the even part of a row, odd ones on the odd part: half the products.
    for (let i = 0, a = t * bins, b = a + bins - 1; i < half; i++, a++, b--) {
      parts[2 * i] = data[a] + data[b];
      parts[2 * i + 1] = data[a] - data[b];
    }
    run();
    output.set(coefficients, t * count);
  }
  return { data: output, frames, bins: count };
}

const kernelFor = memoize((size: number, count: number): DctKernel => {
  const basis = (k: number, i: number): number =>
    Math.sqrt((k === 0 ? 1 : 2) / size) * Math.cos((Math.PI * k * (2 * i + 1)) / (2 * size));
  return createDctKernel(size / 2, count, basis);
});
