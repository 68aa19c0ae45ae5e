import type { JobPool } from './executor.ts';

/** The result or the error of one job. */
export type Outcome<Job, Result> = { job: Job; result: Result } | { job: Job; error: Error };

/**
 * Runs many jobs and gives their outcomes in the order of the jobs, however the workers finish. A failure is an outcome like
 * another. A job whose worker died is tried again, up to `TRIES` times in all: then it is set aside. At most `ahead` jobs, by default four a
 * worker, are under way or waiting to be taken, so memory does not grow with the number of jobs.
 */
export async function* runOrdered<Job, Result>(
  pool: JobPool<Job, Result>,
  jobs: Iterable<Job> | AsyncIterable<Job>,
  ahead?: number,
): AsyncGenerator<Outcome<Job, Result>> {
  const pending: Promise<Outcome<Job, Result>>[] = [];
  for await (const job of jobs) {
    const outcome = tryJob(pool, job).then(
      (result) => ({ job, result }),
      (error: Error) => ({ job, error }),
    );
    pending.push(outcome);
    if (pending.length >= (ahead ?? 4 * pool.size)) yield await pending.shift()!;
  }
  while (pending.length > 0) yield await pending.shift()!;
}

/** A job that ends its worker each time would end all of them. */
export const TRIES = 3;

async function tryJob<Job, Result>(pool: JobPool<Job, Result>, job: Job): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await pool.run(job);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'WorkerLost') throw error;
      if (tries === TRIES) throw new Error(setAside(error.message), { cause: error });
    }
  }
}

/** Why a job is not tried again. */
export const setAside = (reason: string): string => `set aside, as its worker died each of ${TRIES} times: ${reason}`;
