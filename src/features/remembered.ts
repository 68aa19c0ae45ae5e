/**
 * Memoizes a function: calls with equal arguments (as JSON) share one result. Nothing is ever evicted: meant for kernels
 * and tables, of which a program needs few.
 */
export function remembered<Arguments extends unknown[], Result>(
  make: (...args: Arguments) => Result,
): (...args: Arguments) => Result {
  const kept = new Map<string, Result>();
  return (...args) => {
    const key = JSON.stringify(args);
    let result = kept.get(key);
    if (result === undefined) kept.set(key, (result = make(...args)));
    return result;
  };
}
