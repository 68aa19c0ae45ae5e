import { SerError } from '../error.ts';
import { createBlockFilter, decimate, type BlockFilter } from './decimate.ts';
import { interpolate } from './interpolation.ts';
import { kaiserLowpass, type KaiserLowpass } from './kaiser.ts';
import { HALVING, interpolationLowpass, sharpLowpass } from './soxrFilter.ts';

/** Rates further apart than this are a damaged header rather than a recording. */
const LARGEST_RATIO = 64;

const filters = new Map<string, BlockFilter>();
/** Filters kept: a corpus has few rates, a server may meet many. */
const MOST_FILTERS = 32;

/**
 * Converts a signal to another sampling rate, band-limited and without delay; beyond its ends the signal is zero.
 * Matches `librosa.resample(y, orig_sr=from, target_sr=to)` 0.10.2, which is soxr's HQ, its first and last samples included:
 * with 110 dB SNR or more for 8, 11.025, 22.05, 24, 32, 44.1, 48, 96 and 192 kHz → 16 kHz and back, 90 dB for whole factors such
 * as 5 or 7, 60 dB where soxr takes a way of its own (to more than four times the rate, or from 1.5 to 2 times the rate).
 * Any two rates will do, whole or not: beyond 2,048 phases a short filter is interpolated, so memory stays small.
 * @param from  Hz
 * @param to  Hz
 * @returns  ceil(length × to / from) samples
 * @throws {SerError} `audio` for rates that are not positive, or further apart than 64 times
 */
export function resample(signal: Float32Array, from: number, to: number): Float32Array {
  checkRates(from, to);
  if (from === to) return signal.slice();
  let samples = signal;
  let rate = from;
  let halvings = 0;
  for (; rate / to >= 4; rate /= 2, halvings++) samples = convolve(samples, 1, 2, HALVING, HALVING.halfWidth);

  const length = Math.ceil(signal.length * (to / from));
  const rounded = Math.floor(signal.length / (from / to) + 0.5);
  const ratio = rate / to;
  const { up, down } = fraction(rate, to);
  if (Math.max(up, down) < 5 || up * down < 6) {
    const factor = Math.max(up, down);
    const sharp = sharpLowpass(1 + halvings, factor, up === 4 ? 8 : 4);
    return withLength(convolve(samples, up, down, sharp, 0), length, rounded);
  }
  // The sharp filter works where there is room for a short one after it: at twice the rate, unless half of the band goes anyway.
  const doubling = ratio < 2 ? 2 : 1;
  const factor = Math.max(1, ratio) * doubling;
  const sharp = sharpLowpass(2 * (1 + halvings), factor, 4);
  samples = convolve(samples, doubling, 1, sharp, sharp.halfWidth * factor, factor);
  const step = ratio * doubling;
  samples = interpolate(samples, step, up, interpolationLowpass(factor, ratio > 1), length);
  return withLength(samples, length, rounded);
}

/**
 * Halves the rate of a signal: `resample(signal, 2, 1)`, which the constant-Q transform needs for each octave.
 * @returns  ceil(length / 2) samples
 */
export function halveRate(signal: Float32Array): Float32Array {
  return convolve(signal, 1, 2, sharpLowpass(1, 2, 4), 0);
}

function checkRates(from: number, to: number): void {
  for (const rate of [from, to]) {
    if (rate > 0 && Number.isFinite(rate)) continue;
    throw new SerError(
      'audio',
      `A sampling rate of ${rate} Hz is none: it must be a positive number. Check the file's header.`,
    );
  }
  if (Math.max(from / to, to / from) > LARGEST_RATIO) {
    throw new SerError(
      'audio',
      `Resampling from ${from} to ${to} Hz is not supported: the rates are more than ${LARGEST_RATIO} times apart. Check the file's header.`,
    );
  }
}

/**
 * A stage whose phases are few: puts `up − 1` zeros behind each sample, filters, and keeps one of `down`.
 * @param lowpass  in samples at 1 / `factor` of the rate in between
 * @param tail  samples to add at the end, in which the filter dies away: soxr cuts at the start only, between its stages
 */
function convolve(
  signal: Float32Array,
  up: number,
  down: number,
  lowpass: KaiserLowpass,
  tail: number,
  factor = Math.max(up, down),
): Float32Array {
  const key = [up, factor, lowpass.halfWidth, lowpass.beta].join('/');
  let filter = filters.get(key);
  if (!filter) {
    const reach = Math.ceil(lowpass.halfWidth * factor);
    const gain = up / factor;
    const taps = Float64Array.from(
      { length: 2 * reach + 1 },
      (_, i) => gain * kaiserLowpass((i - reach) / factor, lowpass),
    );
    filter = createBlockFilter(taps);
    if (filters.size >= MOST_FILTERS) filters.clear();
    filters.set(key, filter);
  }
  let spaced = signal;
  if (up > 1) {
    spaced = new Float32Array(signal.length * up);
    for (let i = 0, j = 0; i < signal.length; i++, j += up) spaced[j] = signal[i];
  }
  return decimate(spaced, down, filter, Math.ceil((signal.length * up) / down + tail));
}

/** up / down = to / rate in lowest terms, if the rates are whole or become so when doubled often enough. */
function fraction(rate: number, to: number): { up: number; down: number } {
  let [a, b] = [rate, to];
  for (let i = 0; i < 6 && !(Number.isInteger(a) && Number.isInteger(b)); i++) [a, b] = [2 * a, 2 * b];
  if (!Number.isInteger(a) || !Number.isInteger(b)) return { up: Infinity, down: Infinity };
  const [down, up] = [a, b];
  while (b > 0) [a, b] = [b, a % b];
  return { up: up / a, down: down / a };
}

/** Gives the result its length. soxr rounds where librosa rounds up, and librosa fills the sample in between with zero. */
function withLength(samples: Float32Array, length: number, rounded: number): Float32Array {
  const result = new Float32Array(length);
  result.set(samples.subarray(0, Math.min(length, rounded)));
  return result;
}
