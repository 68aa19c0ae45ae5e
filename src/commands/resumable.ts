/**
 * Runs long work that Ctrl-C may stop and that the same command goes on with: says so and ends with exit code 130.
 * @param tidy  called before anything is said of an interruption or an error: takes progress bars away
 * @param next  what becomes of the work, for the user
 */
export async function resumable(
  work: (signal: AbortSignal) => Promise<void>,
  tidy: () => void,
  next = 'the same command goes on from here',
): Promise<void> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  try {
    await work(stop.signal);
  } catch (error) {
    tidy();
    if (!stop.signal.aborted) throw error;
    console.error(`\nstopped; ${next}`);
    process.exitCode = 130;
  } finally {
    process.off('SIGINT', interrupt);
  }
}
