import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { SerError } from '../../error.ts';
import type { SharedFiles } from '../../files/sharedFiles.ts';
import { createGate, endWorker, type Gate } from '../../uninterrupted.ts';
import { createFairQueue } from './fairQueue.ts';
import { type Answer, startWorker } from './workerThread.ts';

/** A fixed number of worker threads that take jobs in turn. */
export interface WorkerPool<Job, Result> {
  size: number;
  /**
   * Waits for a free worker and sends it a copy of the job (structured clone).
   * Rejects with the error that the worker's handler threw; with one named `WorkerLost` if the worker died, in which case it is
   * replaced; with a `SerError` of code `workers` if none could be started.
   */
  run(job: Job, limits?: JobLimits): Promise<Result>;
  /** Starts all workers, and waits until each has done its first job. @throws {SerError} `workers` if one cannot */
  ready(): Promise<void>;
  load(): PoolLoad;
  /** Ends all workers; unfinished jobs are rejected. `uninterrupted` work in them is awaited. */
  close(): Promise<void>;
}

export interface PoolOptions<Job> {
  /**
   * A job that each worker does first, so that everything it needs is loaded. A worker that died is then replaced at
   * once, not when the next job arrives. A worker that fails at it is discarded, and another is tried after a second, then after twice
   * as long each time. It receives no other job, and no job fails because of it while other workers are left.
   */
  first?: Job;
  /** Limit of seconds for it, including the worker's start. Default 120. */
  startSeconds?: number;
  /** Files that workers, including those started later, read with `readShared` from memory instead of the disk. */
  files?: SharedFiles;
  /** Called once with the reason why workers cannot start any more, and once without one when they can again. */
  onStartFailure?: (reason: Error | undefined) => void;
}

export interface JobLimits {
  /**
   * Limit of seconds from the moment a worker takes the job. Then the job fails with a `TimeoutError`, and the worker is ended, after any
   * `uninterrupted` work.
   */
  seconds?: number;
  /**
   * Rejects the job at once. If it had begun, its worker gets a second to finish it before it is ended: most jobs take less
   * time than the start of another worker.
   */
  signal?: AbortSignal;
  /** Jobs with the same object share one queue, and queues take turns. Default: a queue of its own. */
  line?: object;
  /** Whether it takes long: at least one of several workers is kept free for other jobs. */
  long?: boolean;
}

export interface PoolLoad {
  /** Jobs that no worker has taken yet. */
  waiting: number;
  /** Busy workers, and those that could take a job now. */
  busy: number;
  idle: number;
  /** Workers that died or were ended. */
  lost: number;
  /** The reason why there are no workers and none can be started; jobs are rejected at once. */
  failure?: Error;
}

interface Task<Job, Result> {
  job: Job;
  limits: JobLimits;
  resolve(result: Result): void;
  reject(error: Error): void;
  timer?: NodeJS.Timeout;
}

/** One worker per hardware thread. */
export const DEFAULT_WORKERS = availableParallelism();

/** Milliseconds in which a worker may finish a job whose result is no longer wanted. */
const GRACE = 1000;
const START_SECONDS = 120;
/** Seconds until a failed start is retried: the first time, and at most. */
const RETRY = { first: 1, most: 60 };

/** @throws {SerError} `usage` for an invalid number of workers */
export function checkWorkers(count: number): void {
  if (Number.isInteger(count) && count >= 1) return;
  throw new SerError('usage', `The number of workers must be an integer, 1 or more; it is ${count}.`);
}

/**
 * @param url  of the worker's module, from `workerUrl`; the module calls `answerJobs` of workerThread.ts
 * @param size  number of threads; they start with the first jobs
 */
export function createPool<Job, Result>(
  url: URL,
  size: number = DEFAULT_WORKERS,
  { first, startSeconds = START_SECONDS, files, onStartFailure }: PoolOptions<Job> = {},
): WorkerPool<Job, Result> {
  checkWorkers(size);
  const waiting = createFairQueue<Task<Job, Result>>();
  const idle: Worker[] = [];
  const busy = new Map<Worker, Task<Job, Result>>();
  const gates = new WeakMap<Worker, Gate>();
  /** Workers doing their first job. */
  const warming = new Map<Worker, Promise<void>>();
  /** The reason of the last failed start, and the time of the next attempt. */
  let failure: { reason: SerError; delay: number; timer?: NodeJS.Timeout } | undefined;
  let full = false;
  let closed = false;
  let lost = 0;

  const start = (): void => {
    const gate = createGate();
    const worker = startWorker(url, { gate, files });
    gates.set(worker, gate);
    worker.on('message', (answer: Answer<Result>) => {
      const task = release(worker);
      if (!task) return; // the worker has been discarded meanwhile
      if ('error' in answer && warming.has(worker)) return settle(task, answer);
      idle.push(worker);
      settle(task, answer);
      next();
    });
    worker.on('error', (error: Error) => bury(worker, error.message));
    worker.on('exit', (code) => bury(worker, `the worker ended with code ${code}`));
    if (first === undefined) idle.push(worker);
    else warm(worker, first);
  };

  const warm = (worker: Worker, job: Job): void => {
    const done = new Promise<Result>((resolve, reject) =>
      give(worker, { job, limits: { seconds: startSeconds }, resolve, reject }),
    ).then(
      () => {
        warming.delete(worker);
        if (failure) onStartFailure?.(undefined);
        clearTimeout(failure?.timer);
        failure = undefined;
        next();
      },
      (error: Error) => {
        warming.delete(worker);
        void endWorker(worker, gate(worker));
        if (!closed) startFailed(error);
        throw failure?.reason ?? error;
      },
    );
    done.catch(() => undefined); // `ready` reports it
    warming.set(worker, done);
  };

  const startFailed = (error: Error): void => {
    const known = failure;
    const reason = new SerError('workers', `No worker can start: ${error.message}`, { cause: error });
    const delay = Math.min(RETRY.most, known ? 2 * known.delay : RETRY.first);
    const again = () => {
      failure!.timer = undefined;
      start();
    };
    // If several fail together, the first determines when to retry.
    if (!known || !known.timer) failure = { reason, delay, timer: setTimeout(again, 1000 * delay).unref() };
    if (!known) onStartFailure?.(reason);
    if (stopped()) for (const task of waiting.clear()) task.reject(reason);
  };

  /** Whether there is no worker for a job and none can be started. */
  const stopped = (): boolean => failure !== undefined && idle.length + busy.size - warming.size === 0;
  const gate = (worker: Worker): Gate => gates.get(worker)!;

  const give = (worker: Worker, task: Task<Job, Result>): void => {
    busy.set(worker, task);
    worker.postMessage(task.job);
    const { seconds } = task.limits;
    if (seconds !== undefined) {
      const late = () => end(worker, new DOMException(`it takes longer than ${seconds} s`, 'TimeoutError'));
      task.timer = setTimeout(late, 1000 * seconds);
    }
  };

  const release = (worker: Worker): Task<Job, Result> | undefined => {
    const task = busy.get(worker);
    clearTimeout(task?.timer);
    busy.delete(worker);
    return task;
  };

  const end = (worker: Worker, error: Error): void => {
    bury(worker, error);
    void endWorker(worker, gate(worker));
  };

  /** Fails the worker's job and replaces the worker. Called once or twice for a worker. */
  const bury = (worker: Worker, reason: Error | string): void => {
    const at = idle.indexOf(worker);
    if (at < 0 && !busy.has(worker)) return;
    if (at >= 0) idle.splice(at, 1);
    release(worker)?.reject(typeof reason === 'string' ? workerLost(reason) : reason);
    if (warming.has(worker)) return; // it was never ready
    lost++;
    if (!closed) next();
  };

  const next = (): void => {
    for (;;) {
      const task = idle.length > 0 && waiting.take(({ limits }) => !limits.long || longRunning() < mostLong);
      if (task) give(idle.pop()!, task);
      // After a failure, workers are started one at a time by its timer.
      else if (!failure && busy.size + idle.length < size && (full || waiting.size > warming.size)) start();
      else return;
    }
  };

  const mostLong = Math.max(1, size - 1);
  const longRunning = (): number => [...busy.values()].filter(({ limits }) => limits.long).length;

  const abandon = (task: Task<Job, Result>): void => {
    waiting.remove(task);
    const reason = task.limits.signal!.reason as Error;
    task.reject(reason);
    const worker = [...busy].find(([, one]) => one === task)?.[0];
    if (!worker) return;
    clearTimeout(task.timer);
    task.timer = setTimeout(() => end(worker, reason), GRACE);
  };

  return {
    size,
    run: (job, limits = {}) =>
      new Promise<Result>((resolve, reject) => {
        if (closed) return reject(new Error('the worker pool is closed'));
        if (stopped()) return reject(failure!.reason);
        const { signal } = limits;
        if (signal?.aborted) return reject(signal.reason as Error);
        const forget = () => signal?.removeEventListener('abort', abort);
        const task: Task<Job, Result> = {
          job,
          limits,
          resolve: (result) => (forget(), resolve(result)),
          reject: (error) => (forget(), reject(error)),
        };
        const abort = () => abandon(task);
        if (signal) setMaxListeners(0, signal); // any number of jobs may share one
        signal?.addEventListener('abort', abort);
        waiting.add(task, limits.line);
        next();
      }),
    ready: async () => {
      full = true;
      next();
      if (failure) throw failure.reason;
      await Promise.all(warming.values());
    },
    load: () => ({
      waiting: waiting.size,
      busy: busy.size,
      idle: idle.length,
      lost,
      ...(stopped() && { failure: failure!.reason }),
    }),
    close: async () => {
      closed = true;
      clearTimeout(failure?.timer);
      const workers = [...idle, ...busy.keys()];
      for (const task of [...waiting.clear(), ...busy.values()]) {
        clearTimeout(task.timer);
        task.reject(new Error('the worker pool was closed'));
      }
      await Promise.all(workers.map((worker) => endWorker(worker, gate(worker))));
    },
  };
}

/** The error of a job whose worker died. */
const workerLost = (reason: string): Error => Object.assign(new Error(reason), { name: 'WorkerLost' });

/**
 * The URL of a worker's module beside the caller's: `workerUrl('extractWorker', import.meta.url)`. It is `.ts` in the sources
 * and `.js` in `dist`: the compiler rewrites the extensions of imports, but not those inside a `new URL(…)`.
 */
export function workerUrl(name: string, base: string): URL {
  return new URL(`./${name}${base.endsWith('.ts') ? '.ts' : '.js'}`, base);
}

function settle<Job, Result>(task: Task<Job, Result>, answer: Answer<Result>): void {
  if ('result' in answer) return task.resolve(answer.result);
  const { code, message } = answer.error;
  task.reject(code ? new SerError(code, message) : new Error(message));
}
