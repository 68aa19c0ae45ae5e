import { featureSet } from '../../data/embeddings/load.ts';
import { type JobKind, type JobPool } from '../../data/workers/executor.ts';
import { setAside, TRIES } from '../../data/workers/runOrdered.ts';
import { SerError, type SerErrorCode } from '../../error.ts';
import { BATCH, type UnitResult, type Work } from '../unit.ts';
import { fromPlain } from '../values.ts';
import type { Run } from './run.ts';

/** Milliseconds in which clips of a batch are collected. */
const COLLECT_MS = 5;

interface Task<Job, Result> {
  job: Job;
  resolve(result: Result): void;
  reject(error: Error): void;
}

/**
 * A pool whose workers take the jobs from a queue, in batches. A batch that its worker cannot finish, because it died or lacks something, is given
 * out again as single clips, so that one that kills its workers is found and set aside alone.
 */
export function openClipPool<Job, Result>(run: Run, kind: JobKind<Job, Result>): JobPool<Job, Result> {
  let waiting: Task<Job, Result>[] = [];
  let timer: NodeJS.Timeout | undefined;
  let underWay = 0;
  let isClosed = false;

  const send = async (tasks: readonly Task<Job, Result>[]): Promise<void> => {
    const jobs = tasks.map(({ job }) => job);
    const paths: string[] = [];
    for (const job of jobs) kind.mapPaths(job, (path) => (paths.push(path), path));
    const encoder = encoderOf(jobs[0] as { featureSet?: string });
    const isSingle = tasks.length === 1;
    const work = { kind: kind.name, jobs } as unknown as Work;
    try {
      const result = await run.do(work, paths, { tries: isSingle ? TRIES : 1, waits: isSingle, encoder });
      outcomesOf(result, tasks.length).forEach((outcome, i) => {
        if ('result' in outcome) tasks[i].resolve(fromPlain(outcome.result) as Result);
        else tasks[i].reject(errorOf(outcome.error));
      });
    } catch (cause) {
      const error = cause as Error;
      if (isSingle) tasks[0].reject(error.name === 'WorkerLost' ? new Error(setAside(error.message)) : error);
      else await Promise.all(tasks.map((task) => send([task])));
    }
  };

  const flush = (): void => {
    timer = undefined;
    // Smaller at the end of a run, so that all workers have some.
    const fair = Math.ceil((underWay + waiting.length) / (4 * Math.max(1, run.slots())));
    const size = Math.min(BATCH, Math.max(1, fair));
    while (waiting.length > 0) {
      const tasks = waiting.splice(0, size);
      underWay += tasks.length;
      void send(tasks).finally(() => (underWay -= tasks.length));
    }
  };

  return {
    get size() {
      return Math.max(64, 12 * run.slots());
    },
    run: (job) =>
      new Promise<Result>((resolve, reject) => {
        if (isClosed) return reject(new Error('the pool is closed'));
        waiting.push({ job, resolve, reject });
        timer ??= setTimeout(flush, COLLECT_MS);
      }),
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      for (const { reject } of waiting) reject(new Error('the pool was closed'));
      waiting = [];
      return Promise.resolve();
    },
  };
}

function outcomesOf(result: UnitResult, count: number) {
  if ('outcomes' in result && result.outcomes.length === count) return result.outcomes;
  throw new SerError('queue', `a worker has not answered for each of ${count} clips.`);
}

const errorOf = ({ message, code }: { message: string; code?: string }): Error =>
  code === undefined ? new Error(message) : new SerError(code as SerErrorCode, message);

const encoderOf = ({ featureSet: name }: { featureSet?: string }): string | undefined =>
  name === undefined ? undefined : featureSet(name).encoder;
