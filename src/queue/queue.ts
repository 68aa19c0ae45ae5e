import { hostname } from 'node:os';
import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { PREFIX, QUEUE_NAME } from './connection.ts';
import { queueLibraries } from './libraries.ts';
import { isAlive } from './runKeys.ts';
import type { Unit } from './unit.ts';

/** Finished units of which Redis keeps a record, and as many failed ones; the oldest go first. */
export const KEPT_JOBS = 200;

/** What a worker reports of a unit that it cannot do now. */
export interface Trouble {
  trouble: string;
}

export async function openQueue(redis: Redis): Promise<Queue<Unit>> {
  const { bullmq } = await queueLibraries();
  const queue = new bullmq.Queue<Unit>(QUEUE_NAME, {
    connection: redis,
    prefix: PREFIX,
    streams: { events: { maxLen: 1000 } },
  });
  // The connection itself tells of its loss.
  queue.on('error', () => undefined);
  await queue.waitUntilReady();
  return queue;
}

/** The name of a worker: its machine, its process and the units that it does at once. */
export const workerName = (slots: number): string => `${hostname()}/${process.pid}/${slots}`;

/** Units that the connected workers do at once; 0 where Redis does not list its clients. */
export async function countSlots(queue: Queue): Promise<number> {
  const workers = await queue.getWorkers();
  return workers.reduce((sum, { rawname }) => sum + (Number(rawname?.split('/').at(-1)) || 1), 0);
}

/** Removes units that wait for a coordinator that has died. */
export async function removeOrphans(queue: Queue<Unit>, redis: Redis): Promise<void> {
  const alive = new Map<string, Promise<boolean>>();
  const isOrphan = async ({ data }: Job<Unit>): Promise<boolean> => {
    const { run } = data;
    if (typeof run !== 'string') return false;
    if (!alive.has(run)) alive.set(run, isAlive(redis, run));
    return !(await alive.get(run));
  };
  for (const job of await queue.getJobs(['waiting', 'delayed'])) {
    if (job && (await isOrphan(job))) await job.remove().catch(() => undefined);
  }
}
