import { setTimeout } from 'node:timers/promises';
import { type Worker, workerData } from 'node:worker_threads';

/** Shared by a worker and the thread that ends it: the number of operations that must not be interrupted, or ENDED. */
export type Gate = Int32Array<SharedArrayBuffer>;

const ENDED = -1;
/** Polling interval in milliseconds. */
const LOOK = 10;

/** For a worker's `workerData.gate`. */
export const createGate = (): Gate => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/**
 * Runs work that must not be interrupted by the end of the thread: native code that returns into a thread that is ending takes the
 * whole process down with it. Outside a pool's worker it simply runs.
 */
export async function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  const gate = (workerData as { gate?: Gate } | null)?.gate;
  if (!gate) return work();
  if (!enter(gate)) return new Promise(() => undefined);
  try {
    return await work();
  } finally {
    Atomics.sub(gate, 0, 1);
  }
}

function enter(gate: Gate): boolean {
  for (;;) {
    const inside = Atomics.load(gate, 0);
    if (inside === ENDED) return false;
    if (Atomics.compareExchange(gate, 0, inside, inside + 1) === inside) return true;
  }
}

/** Ends a worker as soon as it runs nothing that must not be interrupted. */
export async function endWorker(worker: Worker, gate: Gate): Promise<void> {
  while (Atomics.compareExchange(gate, 0, 0, ENDED) > 0) await setTimeout(LOOK);
  await worker.terminate();
}
