import type { SharedFiles } from '../../files/sharedFiles.ts';
import { createPool, type WorkerPool } from './workerPool.ts';

/** A kind of job, for one clip each. Jobs and results can be sent to threads and, apart from `bytes`, as JSON. */
export interface JobKind<Job, Result> {
  /** By which workers of a queue know it. */
  name: string;
  /** Module of the threads that do it (`workerUrl`). */
  worker: URL;
  /** The job with `at(path)` in place of each path of a file that it reads. */
  mapPaths(job: Job, at: (path: string) => string): Job;
  /** Only for the compiler. */
  result?: Result;
}

/** What does jobs: threads of this process, or the workers of a queue. */
export type JobPool<Job, Result> = Pick<WorkerPool<Job, Result>, 'size' | 'run' | 'close'>;

/** Opens what does the jobs of a kind. @param threads  of this process. @param files  that they read from memory */
export type OpenPool = <Job, Result>(
  kind: JobKind<Job, Result>,
  threads?: number,
  files?: SharedFiles,
) => JobPool<Job, Result>;

/** Threads of this process. */
export const openThreads: OpenPool = ({ worker }, threads, files) => createPool(worker, threads, { files });
