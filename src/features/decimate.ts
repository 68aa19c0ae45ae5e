import { createRealFft } from './fft.ts';

/** A filter made ready for `decimate`. */
export interface BlockFilter {
  /** Coefficients on either side of the middle one. */
  reach: number;
  blockSize: number;
  /** The spectrum for one block size: real, since the filter is symmetric about sample 0. */
  response: Float32Array;
}

/**
 * Prepares a filter for fast convolution in blocks (overlap-save).
 * @param taps  an odd number of coefficients, symmetric about the middle one
 */
export function createBlockFilter(taps: Float64Array): BlockFilter {
  // Four to eight times the filter: the overlap costs less than a quarter, and a block stays in the cache.
  const blockSize = 2 ** Math.ceil(Math.log2(4 * taps.length));
  const reach = (taps.length - 1) / 2;
  const padded = new Float64Array(blockSize);
  taps.forEach((tap, i) => (padded[(i - reach + blockSize) % blockSize] = tap));
  const response = new Float32Array(blockSize / 2 + 1);
  createRealFft(blockSize).forward(padded, response, new Float32Array(blockSize / 2 + 1));
  return { reach, blockSize, response };
}

/**
 * Filters a signal without delay and keeps every `factor`-th sample, the first one included; beyond its ends the signal is zero.
 * @param length  samples wanted: more than the default are the filter dying away
 * @returns  `length` samples
 */
export function decimate(
  signal: Float32Array,
  factor: number,
  filter: BlockFilter,
  length = Math.ceil(signal.length / factor),
): Float32Array {
  const { reach, blockSize, response } = filter;
  const half = blockSize / 2;
  const output = new Float32Array(length);
  const re = new Float32Array(half + 1);
  const im = new Float32Array(half + 1);
  const forward = createRealFft(blockSize);
  const block = forward.samples;
  // Of an even factor the first halving happens in the spectrum: its upper half is folded onto the lower one.
  const fold = factor % 2 === 0;
  const inverse = fold ? createRealFft(half) : forward;
  const filtered = inverse.samples;
  const step = fold ? factor / 2 : factor;
  // Only samples that the filter reaches from within the block are good; the first one must survive the folding.
  const lead = fold ? reach + (reach % 2) : reach;
  const first = fold ? lead / 2 : lead;
  const perBlock = Math.floor((blockSize - 1 - reach - lead) / factor) + 1;

  // Zeros around, enough for the last block however far it reaches, make each block one copy.
  const padded = new Float64Array(lead + Math.max(signal.length, length * factor) + blockSize);
  padded.set(signal, lead);

  for (let m = 0; m < output.length; m += perBlock) {
    block.set(padded.subarray(m * factor, m * factor + blockSize));
    forward.forward(block, re, im);
    for (let k = 0; k <= half; k++) {
      re[k] *= response[k];
      im[k] *= response[k];
    }
    if (fold) foldInHalf(re, im, half);
    inverse.inverse(re, im, filtered);
    const count = Math.min(perBlock, output.length - m);
    for (let i = 0, at = first; i < count; i++, at += step) output[m + i] = filtered[at];
  }
  return output;
}

/** The spectrum of every other sample: the mean of bins k and k + size/2, the latter being the conjugate of bin size/2 − k. */
function foldInHalf(re: Float32Array, im: Float32Array, half: number): void {
  for (let k = 0, l = half; k <= l; k++, l--) {
    const real = 0.5 * (re[k] + re[l]);
    const imaginary = 0.5 * (im[k] - im[l]);
    re[k] = real;
    im[k] = imaginary;
    // Bin l folds onto bin k's mirror image in the same way; for k = l both are the same bin.
    re[l] = real;
    im[l] = -imaginary;
  }
}
