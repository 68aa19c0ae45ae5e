/**
 * Decoders print their errors besides returning them; ours are thrown, once.
 * @param work  prints before its first `await`, so that nobody else's output can be lost meanwhile
 */
export function withoutConsole<T>(work: () => T): T {
  /* eslint-disable no-console */
  const print = console.error;
  console.error = () => undefined;
  try {
    return work();
  } finally {
    console.error = print;
  }
  /* eslint-enable no-console */
}
