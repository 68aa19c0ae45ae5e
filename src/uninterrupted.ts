import { setTimeout } from 'node:timers/promises';
import { type Worker, workerData } from 'node:worker_threads';

/** What a worker and the thread that ends it have in common: one of the states below. */
export type Gate = Int32Array<SharedArrayBuffer>;

const OPEN = 0;
const INSIDE = 1;
const ENDED = 2;
/** Milliseconds between two looks. */
const LOOK = 10;

/** To be given to a worker as `workerData.gate`. */
export const createGate = (): Gate => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/**
 * Does what must not be cut off by the end of the thread: native code that comes back into a thread that is ending takes the
 * whole process down with it. One such piece of work at a time in a thread; elsewhere than in a worker of a pool it is only done.
 */
export async function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  const gate = (workerData as { gate?: Gate } | null)?.gate;
  if (!gate) return work();
  if (Atomics.compareExchange(gate, 0, OPEN, INSIDE) === ENDED) return new Promise(() => undefined);
  try {
    return await work();
  } finally {
    Atomics.store(gate, 0, OPEN);
  }
}

/** Ends a worker as soon as it does nothing that must not be cut off. */
export async function endWorker(worker: Worker, gate: Gate): Promise<void> {
  while (Atomics.compareExchange(gate, 0, OPEN, ENDED) === INSIDE) await setTimeout(LOOK);
  await worker.terminate();
}
