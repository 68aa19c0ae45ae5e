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
