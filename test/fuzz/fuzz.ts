import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, workerUrl } from '../../src/data/workers/workerPool.ts';
import type { BatchResult, FuzzJob } from './fuzzWorker.ts';
import { LIMITS } from './limits.ts';
import { FAULTY, TARGETS } from './targets.ts';

/** How much the whole process may grow by, with all of its workers. */
const MOST_GROWTH = 2048;
/** Inputs that a worker does at a time. */
const BATCH = 50;

export interface FuzzOptions {
  /** In all; dealt evenly to the targets. */
  inputs: number;
  seed: number;
  /** Names of targets, or beginnings of them. Default: all. */
  only?: readonly string[];
  /** Seconds after which no more inputs are begun. */
  seconds?: number;
  workers?: number;
  /** Seconds that an input may take. Default: `LIMITS.seconds`. */
  limit?: number;
  /** Called after each batch. */
  onProgress?: (done: number, total: number, failures: number) => void;
}

export interface FuzzFailure {
  target: string;
  /** Number of the input. */
  input: number;
  what: string;
}

export interface TargetResult {
  target: string;
  inputs: number;
  values: number;
  /** SerErrors by their code. */
  errors: Map<string, number>;
  slowest: number;
  failures: FuzzFailure[];
}

export interface FuzzResult {
  targets: TargetResult[];
  /** Megabytes by which the process grew at most. */
  growth: number;
  failures: FuzzFailure[];
}

/** @returns the targets whose name begins with one of these; those of `FAULTY` only by their whole name */
export function chooseTargets(only: readonly string[] = []): string[] {
  const names = TARGETS.map(({ name }) => name);
  if (only.length === 0) return names;
  const faulty = FAULTY.map(({ name }) => name).filter((name) => only.includes(name));
  return [...names.filter((name) => only.some((one) => name.startsWith(one))), ...faulty];
}

/** Gives damaged files to everything that reads files, and finds what ends in anything but a value or a `SerError`. */
export async function fuzz({
  inputs,
  seed,
  only,
  seconds = Infinity,
  workers = 2,
  limit = LIMITS.seconds,
  onProgress,
}: FuzzOptions): Promise<FuzzResult> {
  const names = chooseTargets(only);
  const results = new Map(
    names.map((target): [string, TargetResult] => [
      target,
      { target, inputs: 0, values: 0, errors: new Map(), slowest: 0, failures: [] },
    ]),
  );
  const each = Math.ceil(inputs / Math.max(1, names.length));
  const jobs: FuzzJob[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'ser-fuzz-'));
  // By turns, so that a run that is stopped early has tried all targets.
  for (let from = 0; from < each; from += BATCH) {
    for (const target of names) jobs.push({ target, seed, from, count: Math.min(BATCH, each - from), folder, limit });
  }
  const total = each * names.length;
  const began = performance.now();
  const before = process.memoryUsage.rss();
  let growth = 0;
  const watch = setInterval(() => (growth = Math.max(growth, process.memoryUsage.rss() - before)), 50);
  const pool = createPool<FuzzJob, BatchResult>(workerUrl('fuzzWorker', import.meta.url), workers, {
    // So that the start of a worker counts for no input.
    first: { target: names[0], seed, from: 0, count: 0, folder, limit },
  });
  let done = 0;
  const run = async (job: FuzzJob): Promise<void> => {
    const result = results.get(job.target)!;
    try {
      take(result, await pool.run(job, { seconds: job.count === 1 ? 2 * limit : 6 * limit }), job);
    } catch (error) {
      const { name, message } = error as Error;
      if (job.count > 1) {
        // The worker was lost, or did not come back: which input was it?
        for (let from = job.from; from < job.from + job.count; from++) await run({ ...job, from, count: 1 });
        return;
      }
      result.inputs++;
      done++;
      result.failures.push({ target: job.target, input: job.from, what: name === 'TimeoutError' ? `it does not end within ${2 * limit} s` : `${name}: ${message}` }); // prettier-ignore
    }
    onProgress?.(done, total, [...results.values()].reduce((sum, { failures }) => sum + failures.length, 0)); // prettier-ignore
  };
  const take = (result: TargetResult, batch: BatchResult, job: FuzzJob): void => {
    done += job.count;
    result.inputs += job.count;
    result.values += batch.values;
    for (const [code, count] of batch.errors) result.errors.set(code, (result.errors.get(code) ?? 0) + count);
    result.slowest = Math.max(result.slowest, batch.slowest);
    result.failures.push(...batch.failures.map((failure) => ({ target: job.target, ...failure })));
  };
  try {
    const queue = jobs.values();
    const line = async (): Promise<void> => {
      for (const job of queue) {
        if (performance.now() - began > 1000 * seconds) return;
        await run(job);
      }
    };
    await Promise.all(Array.from({ length: pool.size }, line));
  } finally {
    clearInterval(watch);
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const megabytes = Math.round(growth / 2 ** 20);
  const targets = [...results.values()];
  const failures = targets.flatMap((target) => target.failures);
  if (megabytes > MOST_GROWTH) failures.push({ target: 'all', input: -1, what: `the process grew by ${megabytes} MB` });
  return { targets, growth: megabytes, failures };
}

/** Writes an input that failed to a file. @returns its path */
export function keepInput(folder: string, { target, input }: FuzzFailure, bytes: Uint8Array): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${target.replaceAll(/[^\w.-]+/g, '-')}-${input}`);
  writeFileSync(path, bytes);
  return path;
}
