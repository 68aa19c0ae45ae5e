import type { Redis } from 'ioredis';
import * as v from 'valibot';
import { ifShaped, parseShallow, count } from '../files/json.ts';
import { PREFIX } from './connection.ts';

/** What a coordinator tells of its run, as long as it lives. */
const RUN = v.object({
  run: v.string(),
  command: v.string(),
  host: v.string(),
  pid: count,
  started: v.string(),
  /** Units that are finished, and that are not. */
  done: count,
  left: count,
});
export type RunState = v.InferOutput<typeof RUN>;

const runKey = (run: string): string => `${PREFIX}:run:${run}`;
const cancelKey = (run: string): string => `${PREFIX}:cancel:${run}`;

/** Seconds after which a run that tells nothing is taken for dead. */
const ALIVE_SECONDS = 30;

export async function tellRun(redis: Redis, state: RunState): Promise<void> {
  await redis.set(runKey(state.run), JSON.stringify(state), 'EX', ALIVE_SECONDS);
}

export async function endRun(redis: Redis, run: string): Promise<void> {
  await redis.del(runKey(run), cancelKey(run));
}

export const isAlive = async (redis: Redis, run: string): Promise<boolean> => (await redis.exists(runKey(run))) === 1;

export async function cancelRun(redis: Redis, run: string): Promise<void> {
  await redis.set(cancelKey(run), '1', 'EX', 24 * 3600);
}

export const isCancelled = async (redis: Redis, run: string): Promise<boolean> => (await redis.exists(cancelKey(run))) === 1; // prettier-ignore

/** All runs whose coordinators live, the oldest first. */
export async function runsOf(redis: Redis): Promise<RunState[]> {
  const keys: string[] = [];
  for await (const some of redis.scanStream({ match: runKey('*'), count: 100 })) keys.push(...(some as string[]));
  if (keys.length === 0) return [];
  const runs = (await redis.mget(keys)).flatMap((text) => ifShaped(text && parseShallow(text), RUN) ?? []);
  return runs.sort((a, b) => (a.started < b.started ? -1 : 1));
}
