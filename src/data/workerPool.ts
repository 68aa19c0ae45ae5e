import { availableParallelism } from 'node:os';
import { parentPort, Worker } from 'node:worker_threads';
import { SerError } from '../error.ts';
import type { SerErrorCode } from '../error.ts';

/** A fixed number of worker threads that take jobs in turn. */
export interface WorkerPool<Job, Result> {
  size: number;
  /**
   * Waits for a free worker and gives it the job, which is copied to it (structured clone).
   * Rejects with the error that the worker's handler threw, or with an `Error` if the worker died of it; a dead worker is replaced.
   */
  run(job: Job): Promise<Result>;
  /** Ends all workers; jobs that have not finished are rejected. */
  close(): Promise<void>;
}

interface Task<Job, Result> {
  job: Job;
  resolve(result: Result): void;
  reject(error: Error): void;
}

type Answer<Result> = { result: Result } | { error: { code?: SerErrorCode; message: string } };

/** As many workers as the machine runs threads at once. */
export const DEFAULT_WORKERS = availableParallelism();

/**
 * @param url  of the worker's module, from `workerUrl`; the module calls `answerJobs`
 * @param size  how many threads; they start with the first jobs
 */
export function createPool<Job, Result>(url: URL, size: number = DEFAULT_WORKERS): WorkerPool<Job, Result> {
  if (!Number.isInteger(size) || size < 1) {
    throw new SerError('usage', `${size} workers were asked for: give a whole number, 1 or more.`);
  }
  const waiting: Task<Job, Result>[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, Task<Job, Result>>();
  let closed = false;

  const start = (): Worker => {
    const worker = startWorker(url);
    worker.on('message', (answer: Answer<Result>) => {
      const task = busy.get(worker);
      busy.delete(worker);
      idle.push(worker);
      if (task) settle(task, answer);
      next();
    });
    worker.on('error', (error: Error) => bury(worker, error));
    worker.on('exit', (code) => bury(worker, new Error(`the worker ended with code ${code}`)));
    return worker;
  };

  /** Its job fails; `next` starts another worker when there is more to do. Called once or twice for a worker. */
  const bury = (worker: Worker, error: Error): void => {
    const task = busy.get(worker);
    busy.delete(worker);
    if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
    task?.reject(error);
    if (!closed) next();
  };

  const next = (): void => {
    while (waiting.length > 0 && (idle.length > 0 || busy.size < size)) {
      const worker = idle.pop() ?? start();
      const task = waiting.shift()!;
      busy.set(worker, task);
      worker.postMessage(task.job);
    }
  };

  return {
    size,
    run: (job) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error('the worker pool is closed'));
        waiting.push({ job, resolve, reject });
        next();
      }),
    close: async () => {
      closed = true;
      const workers = [...idle, ...busy.keys()];
      for (const task of [...waiting.splice(0), ...busy.values()]) task.reject(new Error('the worker pool was closed'));
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** What became of one job. */
export type Outcome<Job, Result> = { job: Job; result: Result } | { job: Job; error: Error };

/**
 * Runs many jobs and gives their outcomes in the order of the jobs, however the workers finish. A failure is an outcome like
 * another. At most `ahead` jobs are under way or waiting to be taken, so memory does not grow with the number of jobs.
 */
export async function* runOrdered<Job, Result>(
  pool: WorkerPool<Job, Result>,
  jobs: Iterable<Job>,
  ahead: number = 4 * pool.size,
): AsyncGenerator<Outcome<Job, Result>> {
  const pending: Promise<Outcome<Job, Result>>[] = [];
  for (const job of jobs) {
    const outcome = pool.run(job).then(
      (result) => ({ job, result }),
      (error: Error) => ({ job, error }),
    );
    pending.push(outcome);
    if (pending.length >= ahead) yield await pending.shift()!;
  }
  while (pending.length > 0) yield await pending.shift()!;
}

/** In the worker's module: answers each job with what `handle` returns or throws. */
export function answerJobs<Job, Result>(handle: (job: Job) => Result | Promise<Result>): void {
  parentPort!.on('message', async (job: Job) => {
    let answer: Answer<Result>;
    try {
      answer = { result: await handle(job) };
    } catch (error) {
      // Only the SerError's code tells classes apart; a structured clone would lose it.
      const code = error instanceof SerError ? error.code : undefined;
      answer = { error: { code, message: error instanceof Error ? error.message : String(error) } };
    }
    parentPort!.postMessage(answer);
  });
}

/**
 * The URL of a worker's module beside the caller's: `workerUrl('extractWorker', import.meta.url)`. It is `.ts` in the sources
 * and `.js` in `dist`: the compiler rewrites the extensions of imports, but not those inside a `new URL(…)`.
 */
export function workerUrl(name: string, base: string): URL {
  return new URL(`./${name}${base.endsWith('.ts') ? '.ts' : '.js'}`, base);
}

/** Node 20 runs a TypeScript worker only through tsx, whose hooks a thread does not inherit: they are registered inside it. */
function startWorker(url: URL): Worker {
  const runsTypeScript = Boolean(process.versions.deno ?? (process.features as { typescript?: unknown }).typescript);
  if (!url.pathname.endsWith('.ts') || runsTypeScript) return new Worker(url);
  const tsx = import.meta.resolve('tsx/esm/api');
  const boot = `import { register } from ${JSON.stringify(tsx)}; register(); await import(${JSON.stringify(url.href)});`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(boot)}`));
}

function settle<Job, Result>(task: Task<Job, Result>, answer: Answer<Result>): void {
  if ('result' in answer) return task.resolve(answer.result);
  const { code, message } = answer.error;
  task.reject(code ? new SerError(code, message) : new Error(message));
}
