import type { Job, JobType, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { SerError } from '../error.ts';
import { cancelRun, isAlive, type RunState, runsOf } from './runKeys.ts';
import type { Unit } from './unit.ts';

/** States of units, as `ser jobs` counts them; those of BullMQ in each. */
const STATES = { waiting: ['waiting', 'delayed'], active: ['active'], failed: ['failed'], completed: ['completed'] } as const satisfies Record<string, readonly JobType[]>; // prettier-ignore
type State = keyof typeof STATES;

/** The units of a run that Redis has a record of. */
export interface RunJobs {
  run: string;
  /** What its coordinator tells, if it lives. */
  coordinator?: Omit<RunState, 'run'>;
  counts: Record<State, number>;
  active: { unit: string; kind: string; worker: string; seconds: number }[];
  failed: { unit: string; kind: string; reason: string }[];
}

export interface Listing {
  workers: string[];
  runs: RunJobs[];
}

/** All runs, the oldest first; then the units of runs whose coordinators have ended. */
export async function listJobs(queue: Queue<Unit>, redis: Redis): Promise<Listing> {
  const alive = await runsOf(redis);
  const runs = new Map<string, RunJobs>();
  const runOf = (run: string): RunJobs => {
    const known = runs.get(run) ?? {
      run,
      counts: { waiting: 0, active: 0, failed: 0, completed: 0 },
      active: [],
      failed: [],
    };
    runs.set(run, known);
    return known;
  };
  for (const { run, ...coordinator } of alive) runOf(run).coordinator = coordinator;
  for (const state of Object.keys(STATES) as State[]) {
    for (const job of await jobsIn(queue, STATES[state])) {
      const of = runOf(runName(job));
      of.counts[state]++;
      const named = { unit: job.id ?? '', kind: job.name };
      if (state === 'active') {
        const seconds = Math.round((Date.now() - (job.processedOn ?? Date.now())) / 1000);
        of.active.push({ ...named, worker: job.processedBy ?? '', seconds });
      } else if (state === 'failed') of.failed.push({ ...named, reason: job.failedReason });
    }
  }
  const workers = (await queue.getWorkers()).map(({ rawname = '' }) => rawname.split(':w:').at(-1) ?? '');
  return { workers: workers.sort(), runs: [...runs.values()] };
}

/**
 * Puts failed units back into the queue, if their coordinators wait for them.
 * @param run  Default: all
 * @returns the number of units
 * @throws {SerError} `usage` for an unknown run
 */
export async function retryJobs(queue: Queue<Unit>, redis: Redis, run?: string): Promise<number> {
  if (run !== undefined) await checkRun(redis, run);
  let count = 0;
  for (const job of await jobsIn(queue, STATES.failed)) {
    const own = runName(job);
    if ((run !== undefined && own !== run) || !(await isAlive(redis, own))) continue;
    await job.retry();
    count++;
  }
  return count;
}

/** Ends a run: its coordinator takes back the units that wait, and ends. @throws {SerError} `usage` for an unknown run */
export async function cancelJobs(queue: Queue<Unit>, redis: Redis, run: string): Promise<number> {
  const isKnown = await isAlive(redis, run);
  const left = (await jobsIn(queue, [...STATES.waiting, ...STATES.failed])).filter((job) => runName(job) === run);
  if (!isKnown && left.length === 0) await checkRun(redis, run);
  if (isKnown) await cancelRun(redis, run);
  for (const job of left) await job.remove().catch(() => undefined);
  return left.length;
}

async function checkRun(redis: Redis, run: string): Promise<void> {
  if (await isAlive(redis, run)) return;
  const names = (await runsOf(redis)).map((one) => one.run);
  throw new SerError('usage', `There is no run ${run}; ${names.length > 0 ? `there are ${names.join(', ')}` : 'none is under way'}.`); // prettier-ignore
}

async function jobsIn(queue: Queue<Unit>, states: readonly JobType[]): Promise<Job<Unit>[]> {
  // A job that is removed meanwhile is undefined.
  return (await queue.getJobs([...states])).filter((job) => Boolean(job));
}

/** Jobs of others have none. */
const runName = ({ data }: Job<Unit>): string => {
  const { run } = (data ?? {}) as { run?: unknown };
  return typeof run === 'string' ? run : '(not of this toolkit)';
};
