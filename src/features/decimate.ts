import { createRealFft } from './fft.ts';

/** A filter made ready for `decimate`: its spectrum, for one block size. */
export interface BlockFilter {
  taps: number;
  blockSize: number;
  re: Float32Array;
  im: Float32Array;
}

/**
 * Prepares a filter for fast convolution in blocks (overlap-save).
 * @param taps  an odd number of coefficients, symmetric about the middle one
 */
export function createBlockFilter(taps: Float64Array): BlockFilter {
  // Four to eight times the filter: the overlap costs less than a quarter, and a block stays in the cache.
  const blockSize = 2 ** Math.ceil(Math.log2(4 * taps.length));
  const padded = new Float64Array(blockSize);
  padded.set(taps);
  const re = new Float32Array(blockSize / 2 + 1);
  const im = new Float32Array(blockSize / 2 + 1);
  createRealFft(blockSize).forward(padded, re, im);
  return { taps: taps.length, blockSize, re, im };
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
  const { taps, blockSize } = filter;
  const half = blockSize / 2;
  const output = new Float32Array(length);
  const block = new Float64Array(blockSize);
  const re = new Float32Array(half + 1);
  const im = new Float32Array(half + 1);
  const forward = createRealFft(blockSize);
  // Of an even factor the first halving happens in the spectrum: its upper half is folded onto the lower one.
  const fold = factor % 2 === 0;
  const inverse = fold ? createRealFft(half) : forward;
  const step = fold ? factor / 2 : factor;
  const first = fold ? (taps - 1) / 2 : taps - 1;
  const perBlock = Math.floor((blockSize - taps) / factor) + 1;

  for (let m = 0; m < output.length; m += perBlock) {
    const start = m * factor - (taps - 1) / 2;
    const from = Math.max(0, -start);
    const to = Math.max(from, Math.min(blockSize, signal.length - start));
    block.fill(0, 0, from);
    for (let i = from; i < to; i++) block[i] = signal[start + i];
    block.fill(0, to);
    forward.forward(block, re, im);
    multiply(re, im, filter);
    if (fold) foldInHalf(re, im, half);
    inverse.inverse(re, im, block);
    const count = Math.min(perBlock, output.length - m);
    for (let i = 0, at = first; i < count; i++, at += step) output[m + i] = block[at];
  }
  return output;
}

function multiply(re: Float32Array, im: Float32Array, filter: BlockFilter): void {
  for (let k = 0; k < re.length; k++) {
    const real = re[k] * filter.re[k] - im[k] * filter.im[k];
    im[k] = re[k] * filter.im[k] + im[k] * filter.re[k];
    re[k] = real;
  }
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
