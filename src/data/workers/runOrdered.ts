import type { WorkerPool } from './workerPool.ts';

/** The result or the error of one job. */
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
