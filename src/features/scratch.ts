/** Where a computation takes its large arrays from. What is in them is not defined: all of it must be written. */
export type Allocate = (what: string, length: number) => Float32Array;

/** Arrays of their own, for results that are given away. */
export const fresh: Allocate = (_, length) => new Float32Array(length);

/** Larger arrays are not kept: 4 MB, the spectrum of half a minute. */
const MOST_KEPT = 2 ** 20;

/**
 * Arrays that are used again by the next call that asks for `what`, for results that are dead by then. Clip after clip, fresh
 * arrays of a megabyte keep the garbage collector busy, and with it the cores that the other threads work on.
 */
export function createScratch(): Allocate {
  const kept = new Map<string, Float32Array>();
  return (what, length) => {
    if (length > MOST_KEPT) return new Float32Array(length);
    let array = kept.get(what);
    if (!array || array.length < length) {
      // A little more than needed: the next clip is about as long.
      array = new Float32Array(Math.min(MOST_KEPT, Math.ceil(1.25 * length)));
      kept.set(what, array);
    }
    return array.subarray(0, length);
  };
}
