/**
 * Runs long work that Ctrl-C may stop and the same command continues: reports this and ends with exit code 130.
 * @param tidy  called before a message about an interruption or an error: removes progress bars
 * @param next  how to continue, for the user
 */
export async function resumable(
  work: (signal: AbortSignal) => Promise<void>,
  tidy: () => void,
  next = 'the same command continues from here',
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
