import { BINS } from './bins.ts';

/** A set of bins, with a bit for each. */
export type BinSet = Int32Array;

export const createBinSet = (): BinSet => new Int32Array(BINS / 32);

export function addBin(set: BinSet, bin: number): void {
  set[bin >>> 5] |= 1 << (bin & 31);
}

/**
 * Empties a set.
 * @param into  receives its bins in ascending order
 * @returns their number
 */
export function takeBins(set: BinSet, into: Uint8Array): number {
  let count = 0;
  for (let word = 0; word < set.length; word++) {
    for (let bits = set[word]; bits !== 0; bits &= bits - 1) into[count++] = word * 32 + 31 - Math.clz32(bits & -bits);
    set[word] = 0;
  }
  return count;
}
