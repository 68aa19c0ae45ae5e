/**
 * The same function with its results kept: calls with arguments that are alike, written as JSON, share one. A promise that is rejected
 * is forgotten, so that the next call tries again.
 * @param most  results to keep; one more, and all of them are forgotten
 */
export function memoize<Arguments extends unknown[], Result>(
  make: (...args: Arguments) => Result,
  most = Infinity,
): (...args: Arguments) => Result {
  const kept = new Map<string, Result>();
  return (...args) => {
    const key = JSON.stringify(args);
    if (!kept.has(key)) {
      const result = make(...args);
      if (kept.size >= most) kept.clear();
      kept.set(key, result);
      if (result instanceof Promise) result.catch(() => kept.delete(key));
    }
    return kept.get(key)!;
  };
}

/**
 * A function of a signal with its results kept, each as long as the array is in use and holds the same samples: whoever fills one buffer again and again
 * is not told of earlier ones.
 * @example
 * const peaks = memoizeBySignal((signal) => Math.max(...signal));
 * const buffer = Float32Array.of(0.1, 0.5);
 * const before = peaks(buffer);
 * buffer.fill(0.25);
 * [before, peaks(buffer)] // → [0.5, 0.25]
 */
export function memoizeBySignal<Result>(make: (signal: Float32Array) => Result): (signal: Float32Array) => Result {
  const kept = new WeakMap<Float32Array, { mark: number; result: Result }>();
  return (signal) => {
    const mark = markOf(signal);
    let known = kept.get(signal);
    if (known?.mark !== mark) {
      known = { mark, result: make(signal) };
      kept.set(signal, known);
    }
    return known.result;
  };
}

/** A number that almost always differs if a bit of the samples does: FNV-1a (Fowler, Noll, Vo) over words of 32 bits. */
function markOf({ buffer, byteOffset, length }: Float32Array): number {
  const words = new Int32Array(buffer, byteOffset, length);
  let mark = 0x811c9dc5;
  for (const word of words) mark = Math.imul(mark ^ word, 0x01000193);
  return mark;
}
