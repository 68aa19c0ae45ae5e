import { parentPort, Worker } from 'node:worker_threads';
import { SerError, type SerErrorCode } from '../../error.ts';
import type { SharedFiles } from '../../files/sharedFiles.ts';
import type { Gate } from '../../uninterrupted.ts';

/** A worker's reply to a job. */
export type Answer<Result> = { result: Result } | { error: { code?: SerErrorCode; message: string } };

/** For the worker's module: replies to each job with the return value of `handle`, or its error. */
export function answerJobs<Job, Result>(handle: (job: Job) => Result | Promise<Result>): void {
  parentPort!.on('message', async (job: Job) => {
    let answer: Answer<Result>;
    try {
      answer = { result: await handle(job) };
    } catch (error) {
      // The code has to be sent separately: a structured clone would lose the class and its fields.
      const code = error instanceof SerError ? error.code : undefined;
      answer = { error: { code, message: error instanceof Error ? error.message : String(error) } };
    }
    parentPort!.postMessage(answer);
  });
}

/** Node 20 runs a TypeScript worker only with tsx, whose hooks a thread does not inherit: they are registered within it. */
export function startWorker(url: URL, workerData: { gate: Gate; files?: SharedFiles }): Worker {
  const runsTypeScript = Boolean(process.versions.deno ?? (process.features as { typescript?: unknown }).typescript);
  if (!url.pathname.endsWith('.ts') || runsTypeScript) return new Worker(url, { workerData });
  const tsx = import.meta.resolve('tsx/esm/api');
  const boot = `import { register } from ${JSON.stringify(tsx)}; register(); await import(${JSON.stringify(url.href)});`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(boot)}`), { workerData });
}
