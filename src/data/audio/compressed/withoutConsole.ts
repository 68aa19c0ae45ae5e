/**
 * Suppresses the errors that decoders print in addition to returning them.
 * @param work  prints before its first `await`, so that no other output can be lost meanwhile
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
