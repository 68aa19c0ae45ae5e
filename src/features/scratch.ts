/** Allocates a large array for a computation. Its contents are undefined: every element must be written. */
export type Allocate = (what: string, length: number) => Float32Array;

/** A new array for every call, for results that are returned. */
export const fresh: Allocate = (_, length) => new Float32Array(length);

/** Larger arrays are not kept: 4 MB, the spectrum of half a minute. */
const MOST_KEPT = 2 ** 20;

/**
 * Reuses an array in the next call for the same `what`, for results that are no longer needed by then. Allocating
 * megabytes for every clip keeps the garbage collector busy, and with it the cores that other threads use.
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
