import { SerError } from '../../../../error.ts';
import type { BitReader } from './bits.ts';

/** Parameters of a stream's adaptive Golomb code. */
export interface RiceParameters {
  initialHistory: number;
  historyMultiplier: number;
  riceLimit: number;
}

/** Number of ones after which a value follows uncoded. */
const MOST_ONES = 9;
/** Bits of an uncoded count of zeros. */
const RUN_BITS = 16;

/**
 * Reads prediction residuals: values in an adaptive Golomb code whose parameter follows their mean, and runs of zeros where it is
 * small.
 * Source: Apple Lossless format description.
 * @param width  bits per value
 * @param historyScale  of this channel, in quarters
 */
export function readResiduals(
  bits: BitReader,
  count: number,
  width: number,
  { initialHistory, historyMultiplier, riceLimit }: RiceParameters,
  historyScale: number,
): Int32Array {
  const residuals = new Int32Array(count);
  const multiplier = (historyMultiplier * historyScale) >> 2;
  let history = initialHistory;
  let afterRun = 0;
  for (let i = 0; i < count;) {
    const k = Math.min(31 - Math.clz32((history >>> 9) + 3), riceLimit);
    const coded = readRice(bits, k, 2 ** k - 1, width);
    const value = coded + afterRun;
    residuals[i++] = value & 1 ? -((value + 1) / 2) : value / 2;
    afterRun = 0;
    history = coded > 0xffff ? 0xffff : (history + value * multiplier - (Math.imul(history, multiplier) >>> 9)) >>> 0;
    if (history >= 128 || i >= count) continue;

    const runK = Math.clz32(history) - 24 + ((history + 16) >> 6);
    const run = readRice(bits, runK, (2 ** runK - 1) & (2 ** riceLimit - 1), RUN_BITS);
    if (run > count - i) throw new SerError('audio', 'it is damaged: an ALAC frame with too many zeros');
    i += run;
    afterRun = run < 65_535 ? 1 : 0;
    history = 0;
  }
  return residuals;
}

/** A value coded as its quotient by `divisor` in unary, a zero, and its remainder in `k` bits (one bit less if it is 0). */
function readRice(bits: BitReader, k: number, divisor: number, width: number): number {
  const ones = bits.readOnes(MOST_ONES);
  if (ones === MOST_ONES) return width > 16 ? bits.read(width - 16) * 65_536 + bits.read(16) : bits.read(width);
  if (k <= 1) return k === 0 ? 0 : ones * divisor;
  const high = bits.read(k - 1);
  // The remainder 0 has one bit less than the others, which are stored plus 1.
  if (high === 0) return ones * divisor;
  return ones * divisor + 2 * high + bits.read(1) - 1;
}
