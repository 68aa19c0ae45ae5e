import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { SerError } from '../../error.ts';
import { checkShape } from '../../files/json.ts';
import { connectRedis, type OnNotice, PREFIX, QUEUE_NAME, type QueuePlace } from '../connection.ts';
import { queueLibraries } from '../libraries.ts';
import { type Trouble, workerName } from '../queue.ts';
import { isAlive } from '../runKeys.ts';
import { UNIT, type Unit } from '../unit.ts';
import { ask, Unreachable } from './ask.ts';
import { createDoer } from './doUnit.ts';
import { createFileCache } from './fileCache.ts';

export interface WorkerOptions {
  place: QueuePlace;
  /** Units at once. */
  threads: number;
  /** Seconds without a sign of life of this worker until another one gets its units. */
  patience: number;
  /** Folder for copies of files; it stays. Default: one of its own, which does not. */
  cache?: string;
  onNotice: OnNotice;
  /** Stops after the units that it has begun. */
  signal: AbortSignal;
}

/** Bytes of copies that no unit uses, at most. */
const CACHE_LIMIT = 2 * 2 ** 30;
/** Milliseconds until a unit whose coordinator does not answer is tried again. */
const LATER_MS = 3000;
/** Milliseconds between questions whether the coordinator of a unit still lives. */
const WATCH_MS = 5000;

/**
 * Takes units from a queue, does them and gives back their results, until it is stopped.
 * @throws {SerError} `queue` if Redis cannot be used
 */
export async function runWorker({ place, threads, patience, cache, onNotice, signal }: WorkerOptions): Promise<void> {
  const redis = await connectRedis(place, onNotice);
  const { bullmq } = await queueLibraries();
  const folder = mkdtempSync(join(tmpdir(), 'gender-ser-worker-'));
  const doer = createDoer(createFileCache(cache ?? join(folder, 'files'), CACHE_LIMIT), folder, threads);
  const handle = async (job: Job<unknown>, token?: string): Promise<void> => {
    const unit = checkShape(job.data, UNIT, `unit ${job.id}`, 'queue');
    try {
      await ask(unit, '/');
      await whileWanted(unit, redis, async (wanted) => {
        const result = await doer.do(unit, wanted);
        await ask(unit, `/results/${unit.unit}`, JSON.stringify(result));
      });
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      if (!(await isAlive(redis, unit.run))) throw new SerError('queue', 'its coordinator has ended', { cause: error });
      const trouble = `worker ${workerName(threads)}: ${error.message}; --queue-host names an address by which workers reach the coordinator`;
      onNotice(trouble);
      await job.updateProgress({ trouble } satisfies Trouble);
      await job.moveToDelayed(Date.now() + LATER_MS, token);
      throw new bullmq.DelayedError();
    }
  };
  const worker = new bullmq.Worker<unknown>(QUEUE_NAME, handle, {
    connection: redis,
    prefix: PREFIX,
    name: workerName(threads),
    concurrency: threads,
    lockDuration: 1000 * patience,
    stalledInterval: 500 * patience,
    // The coordinator counts how often a unit has lost its worker.
    maxStalledCount: 0,
  });
  // The connection itself tells of its loss.
  worker.on('error', () => undefined);
  worker.on('failed', (job, error) => onNotice(`unit ${job?.id ?? ''}: ${error.message}`));
  try {
    await worker.waitUntilReady();
    onNotice(`${threads} at once, from ${QUEUE_NAME}; Ctrl-C ends after those that have begun`);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await worker.close();
  } finally {
    await doer.close();
    redis.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Stops work on a unit whose coordinator has ended: nobody waits for it. */
async function whileWanted(unit: Unit, redis: Redis, work: (wanted: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const timer = setInterval(() => {
    void (async () => {
      if (await isAlive(redis, unit.run)) return;
      await ask(unit, '/').catch(() => stop.abort(new Unreachable('its coordinator has ended')));
    })().catch(() => undefined);
  }, WATCH_MS);
  try {
    await work(stop.signal);
  } finally {
    clearInterval(timer);
  }
}
