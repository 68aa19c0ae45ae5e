import { setTimeout } from 'node:timers/promises';
import { type Worker, workerData } from 'node:worker_threads';

/** What a worker and the thread that ends it have in common: how many pieces of work must not be cut off, or ENDED. */
export type Gate = Int32Array<SharedArrayBuffer>;

const ENDED = -1;
/** Milliseconds between two looks. */
const LOOK = 10;

/** To be given to a worker as `workerData.gate`. */
export const createGate = (): Gate => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/**
 * Does what must not be cut off by the end of the thread: native code that comes back into a thread that is ending takes the
 * whole process down with it. Elsewhere than in a worker of a pool it is only done.
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

/** Ends a worker as soon as it does nothing that must not be cut off. */
export async function endWorker(worker: Worker, gate: Gate): Promise<void> {
  while (Atomics.compareExchange(gate, 0, 0, ENDED) > 0) await setTimeout(LOOK);
  await worker.terminate();
}
