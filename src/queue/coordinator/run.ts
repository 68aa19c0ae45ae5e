import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { SerError } from '../../error.ts';
import { checkShape } from '../../files/json.ts';
import { checksumOf } from '../../files/download.ts';
import { TRIES } from '../../data/workers/runOrdered.ts';
import { VERSION } from '../../version.ts';
import { connectRedis, type OnNotice, type QueuePlace } from '../connection.ts';
import { countSlots, KEPT_JOBS, openQueue, removeOrphans, type Trouble } from '../queue.ts';
import { endRun, isCancelled, tellRun } from '../runKeys.ts';
import { openStore, type Store } from '../store.ts';
import { RESULT, type Unit, type UnitFile, type UnitResult, type Work } from '../unit.ts';
import { type FileServer, serveFiles } from './fileServer.ts';

/** The coordinator's side of a run: its units go to workers, and their results come back. */
export interface Run {
  /** Units that the connected workers do at once. */
  slots(): number;
  /**
   * Has a unit done.
   * @param paths  all files that it reads
   * @param tries  how often it is given to a worker that then dies or cannot do it. Default 3
   * @throws {SerError} `queue`, with the reason of the last worker; an error named `WorkerLost` if that one died
   */
  do(work: Work, paths: readonly string[], options?: UnitOptions): Promise<UnitResult>;
  /** Takes back what is not done. */
  close(): Promise<void>;
}

export interface UnitOptions {
  tries: number;
  /** Whether it waits, after its last try, until nothing else is left to do: `ser jobs retry` may still save it. */
  waits: boolean;
  encoder?: string;
}

export interface RunOptions {
  place: QueuePlace;
  /** See `serveFiles`. */
  host: string;
  /** Address of a store of files (`openStore`), from which workers take them. Default: from this process. */
  store?: string;
  /** The command, for `ser jobs`. */
  command: string;
  onNotice: OnNotice;
  /** Called when someone cancels the run. */
  onCancel(): void;
}

interface Pending {
  unit: number;
  data: Unit;
  options: UnitOptions;
  tries: number;
  /** Jobs that were lost with their Redis, and replaced. */
  again: number;
  isQueued: boolean;
  /** Why the last try failed. */
  reason: string;
  resolve(result: UnitResult): void;
  reject(error: Error): void;
}

const POLL_MS = 500;
/** Milliseconds without a worker until this is told. */
const LONELY_MS = 5000;

/** @throws {SerError} `queue` if Redis cannot be used, or the server cannot listen; `usage` for addresses that are none */
export async function openRun({ place, host, store: address, command, onNotice, onCancel }: RunOptions): Promise<Run> {
  const store = address === undefined ? undefined : await openStore(address);
  const redis = await connectRedis(place, onNotice);
  const run = randomBytes(6).toString('hex');
  const pending = new Map<number, Pending>();
  let server: FileServer;
  try {
    server = await serveFiles({
      host,
      onResult: (unit, result) => {
        const one = pending.get(unit);
        if (!one) return false;
        settle(one, () => one.resolve(checkShape(result, RESULT, `the result of unit ${unit}`, 'queue')));
        return true;
      },
    });
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  const queue = await openQueue(redis);
  const state = { run, command, host: hostname(), pid: process.pid, started: new Date().toISOString() };
  let units = 0;
  let done = 0;
  let slots = 0;
  let isClosed = false;
  let lonelySince: number | undefined = performance.now();
  const told = new Set<string>();

  const settle = (one: Pending, how: () => void): void => {
    how();
    pending.delete(one.unit);
    for (const { path } of one.data.files) release(path);
    done++;
  };

  /** Files of pending units, each hashed once. */
  const files = new Map<string, { file: Promise<UnitFile>; users: number }>();
  const hold = async (path: string): Promise<UnitFile> => {
    const held = files.get(path) ?? { file: fileOf(path, store), users: 0 };
    files.set(path, held);
    held.users++;
    const file = await held.file;
    if (!store) server.offer(file.sha256, path);
    return file;
  };
  const release = (path: string): void => {
    const held = files.get(path);
    if (!held || --held.users > 0) return;
    files.delete(path);
    if (!store) void held.file.then(({ sha256 }) => server.withdraw(sha256)).catch(() => undefined);
  };

  const jobId = ({ unit, tries, again }: Pending): string => [run, unit, tries, again].join('-');

  const enqueue = async (one: Pending): Promise<void> => {
    await queue.add(one.data.work.kind, one.data, {
      jobId: jobId(one),
      // The coordinator counts tries; finished units are kept for a while, for people.
      ...{ attempts: 1, removeOnComplete: { count: KEPT_JOBS }, removeOnFail: { count: KEPT_JOBS } },
    });
    one.isQueued = true;
    // Settled in the meantime, by the result of an earlier try.
    if (!pending.has(one.unit)) await queue.remove(jobId(one)).catch(() => undefined);
  };

  /** Looks after a unit. @returns whether it can go on only if someone retries it */
  const check = async (one: Pending): Promise<boolean> => {
    if (!one.isQueued) return false;
    const how = await queue.getJobState(jobId(one));
    const job = ['failed', 'delayed'].includes(how) ? await queue.getJob(jobId(one)) : undefined;
    if (!pending.has(one.unit)) return false;
    if (job) tellTrouble(job.progress);
    if (how === 'unknown' || how === 'completed') {
      // Lost with its Redis: a completed unit has brought its result before.
      one.again++;
      one.isQueued = false;
      await enqueue(one);
      return false;
    }
    if (how !== 'failed') return false;
    const reason = job?.failedReason || 'no reason given';
    if (one.tries < one.options.tries) {
      await queue.remove(jobId(one)).catch(() => undefined);
      one.tries++;
      one.isQueued = false;
      await enqueue(one);
      return false;
    }
    one.reason = reason;
    if (one.options.waits) return true;
    giveUp(one);
    return false;
  };

  const giveUp = (one: Pending): void => {
    const isLost = one.reason.includes('stalled');
    const error = isLost ? Object.assign(new Error('the worker ended'), { name: 'WorkerLost' }) : new SerError('queue', one.reason); // prettier-ignore
    settle(one, () => one.reject(error));
  };

  const tellTrouble = (progress: unknown): void => {
    const { trouble } = (progress ?? {}) as Partial<Trouble>;
    if (typeof trouble !== 'string' || told.has(trouble)) return;
    told.add(trouble);
    onNotice(trouble);
  };

  const look = async (): Promise<void> => {
    await tellRun(redis, { ...state, done, left: pending.size });
    if (await isCancelled(redis, run)) return onCancel();
    slots = await countSlots(queue);
    if (slots > 0 || pending.size === 0) lonelySince = undefined;
    else if (lonelySince === undefined) lonelySince = performance.now();
    else if (performance.now() - lonelySince > LONELY_MS) {
      onNotice(`no worker of version ${VERSION} is connected: start some with \`ser worker --queue …\``);
      lonelySince = Infinity;
    }
    const all = [...pending.values()];
    const stuck = await Promise.all(all.map(check));
    if (all.length > 0 && pending.size === all.length && stuck.every(Boolean)) all.forEach(giveUp);
  };

  const watching = (async () => {
    while (!isClosed) {
      try {
        await look();
      } catch (error) {
        // Redis may have gone in the middle: everything is looked at again.
        if (!isClosed && !told.has(String(error))) onNotice(`the queue: ${(error as Error).message}`);
        told.add(String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  })();
  await tellRun(redis, { ...state, done, left: 0 });
  await removeOrphans(queue, redis);
  slots = await countSlots(queue);

  return {
    slots: () => slots,
    do: (work, paths, options = { tries: TRIES, waits: true }) =>
      new Promise<UnitResult>((resolve, reject) => {
        if (isClosed) return reject(new Error('the run is closed'));
        const start = async (): Promise<void> => {
          const files = await Promise.all([...new Set(paths)].map(hold));
          const unit = units++;
          const data: Unit = {
            ...{ version: VERSION, run, unit, at: server.url, token: server.token, folder: process.cwd() },
            ...(options.encoder !== undefined && { encoder: options.encoder }),
            ...(address !== undefined && { store: address }),
            ...{ work, files },
          };
          const one: Pending = {
            unit,
            data,
            options,
            tries: 1,
            again: 0,
            isQueued: false,
            reason: '',
            resolve,
            reject,
          };
          pending.set(unit, one);
          if (isClosed) throw new Error('the run is closed');
          await enqueue(one);
        };
        start().catch(reject);
      }),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      const left = [...pending.values()];
      pending.clear();
      for (const one of left) one.reject(new Error('the run was closed'));
      const tidy = async (): Promise<void> => {
        await watching;
        await Promise.all(left.map((one) => queue.remove(jobId(one)).catch(() => undefined)));
        await endRun(redis, run);
        await queue.close();
      };
      // A Redis that is gone is not waited for: the keys of the run fade.
      await Promise.race([tidy(), new Promise((resolve) => setTimeout(resolve, 3000).unref())]);
      redis.disconnect();
      await server.close();
    },
  };
}

async function fileOf(path: string, store: Store | undefined): Promise<UnitFile> {
  const { size } = await stat(path);
  const file = { path, sha256: await checksumOf(path, 'sha256'), bytes: size };
  await store?.keep(file);
  return file;
}
