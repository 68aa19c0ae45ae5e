/** Longest time without a pause, in milliseconds. */
const BUSY = 50;

/** @returns a function that lets other waiting tasks run, if they have waited for long */
export function createPauses(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < BUSY) return;
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
  };
}
