import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readShared } from '../../../src/files/sharedFiles.ts';
import { runOrdered } from '../../../src/data/workers/runOrdered.ts';
import { createPool, workerUrl } from '../../../src/data/workers/workerPool.ts';
import type { WorkerPool } from '../../../src/data/workers/workerPool.ts';
import type { PoolJob, PoolResult } from '../../fixtures/poolWorker.ts';

const url = workerUrl('../../fixtures/poolWorker', import.meta.url);
let pool: WorkerPool<PoolJob, PoolResult>;
const open = (size: number) => (pool = createPool<PoolJob, PoolResult>(url, size));
afterEach(() => pool.close());

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const square = (of: number, after = 0): PoolJob => ({ do: 'square', of, after });

describe('a pool of workers', () => {
  it('gives outcomes in the order of the jobs, though later ones finish first', async () => {
    const jobs = Array.from({ length: 12 }, (_, i) => square(i, i % 4 === 0 ? 60 : 0));
    const threads = new Set<number>();
    const values: number[] = [];
    for await (const outcome of runOrdered(open(3), jobs)) {
      if ('error' in outcome) throw outcome.error;
      values.push(outcome.result.value);
      threads.add(outcome.result.threadId);
    }
    expect(values).toEqual(jobs.map((_, i) => i ** 2));
    expect(threads.size).toBe(3);
  });

  it('takes jobs only a bounded number ahead of what was collected', async () => {
    let taken = 0;
    const jobs = (function* () {
      for (; taken < 100; taken++) yield square(taken);
    })();
    let collected = 0;
    for await (const outcome of runOrdered(open(2), jobs, 5)) {
      expect(outcome.job).toEqual(square(collected));
      collected++;
      expect(taken - collected).toBeLessThanOrEqual(5);
    }
    expect(collected).toBe(100);
  });

  it('hands on what a job throws, code and words, and does the others', async () => {
    const jobs: PoolJob[] = [square(2), { do: 'throw', message: 'clip x is empty' }, square(3)];
    const outcomes = await collect(runOrdered(open(2), jobs));
    expect(outcomes.map((outcome) => ('result' in outcome ? outcome.result.value : null))).toEqual([4, null, 9]);
    expect(outcomes[1]).toMatchObject({ job: jobs[1], error: { code: 'audio', message: 'clip x is empty' } });
  });

  it('fails a job at its time limit, but cuts off nothing native in it, nor at the end', async () => {
    const done = new Int32Array(new SharedArrayBuffer(4));
    const native: PoolJob = { do: 'native', milliseconds: 300, done };
    const two = (pool = createPool<PoolJob, PoolResult>(url, 2, { first: square(1) }));
    await two.ready();
    await expect(two.run(native, { seconds: 0.05 })).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(done[0]).toBe(0);
    expect((await two.run(square(3))).value).toBe(9);
    await expect.poll(() => done[0]).toBe(1);
    const last = two.run(native).catch((error: Error) => error.message);
    await new Promise((wait) => setTimeout(wait, 100));
    await two.close();
    expect(done[0]).toBe(2);
    expect(await last).toBe('the worker pool was closed');
  });

  it('waits for all of the native pieces of work that one job does side by side', async () => {
    const done = new Int32Array(new SharedArrayBuffer(4));
    const one = (pool = createPool<PoolJob, PoolResult>(url, 1, { first: square(1) }));
    await one.ready();
    const last = one.run({ do: 'native', milliseconds: 5, together: 4, done }).catch((error: Error) => error.message);
    // They end 100 ms after each other.
    await expect.poll(() => done[0]).toBe(2);
    await one.close();
    expect(done[0]).toBe(4);
    expect(await last).toBe('the worker pool was closed');
  });

  it('replaces a worker that crashes or exits; its own job alone fails, after three tries', async () => {
    const jobs: PoolJob[] = [square(1), { do: 'crash', message: 'out of luck' }, { do: 'exit' }, square(2), square(3)];
    const outcomes = await collect(runOrdered(open(1), jobs));
    const said = outcomes.map((outcome) => ('result' in outcome ? outcome.result.value : outcome.error.message));
    const setAside = 'set aside, as its worker died each of 3 times:';
    expect(said).toEqual([1, `${setAside} out of luck`, `${setAside} the worker ended with code 3`, 4, 9]);
  });

  it('rejects what is under way, waiting or new once it is closed', async () => {
    open(1);
    const jobs = [pool.run(square(1, 5000)), pool.run(square(2))].map((job) =>
      expect(job).rejects.toThrow(/was closed/),
    );
    await pool.close();
    await Promise.all(jobs);
    await expect(pool.run(square(3))).rejects.toThrow(/is closed/);
  });

  it('ends a worker whose job takes too long; the jobs that wait are done by another', async () => {
    open(1);
    const hung = pool.run({ do: 'hang' }, { seconds: 0.2 });
    const others = [pool.run(square(2)), pool.run(square(3), { seconds: 60 })];
    await expect(hung).rejects.toMatchObject({ name: 'TimeoutError', message: 'it takes longer than 0.2 s' });
    expect((await Promise.all(others)).map(({ value }) => value)).toEqual([4, 9]);
    expect(pool.load()).toEqual({ waiting: 0, busy: 0, idle: 1, lost: 1 });
  });

  it('forgets a job that nobody waits for: at once if it has not begun, and after a second even if it hangs', async () => {
    open(1);
    const given = new AbortController();
    const jobs = [pool.run({ do: 'hang' }, given), pool.run(square(2), given)];
    const kept = pool.run(square(3));
    given.abort(new Error('the client has gone'));
    for (const job of jobs) await expect(job).rejects.toThrow('the client has gone');
    expect(pool.load()).toMatchObject({ waiting: 1, busy: 1 });
    expect((await kept).value).toBe(9);
    expect(pool.load()).toMatchObject({ lost: 1 });
    await expect(pool.run(square(1), given)).rejects.toThrow('the client has gone');
  });

  it('lets every worker do a first job, those too that replace a dead one', async () => {
    pool = createPool<PoolJob, PoolResult>(url, 2, { first: square(1) });
    await pool.ready();
    expect(pool.load()).toEqual({ waiting: 0, busy: 0, idle: 2, lost: 0 });
    await expect(pool.run({ do: 'exit' })).rejects.toThrow('the worker ended with code 3');
    expect(pool.load()).toEqual({ waiting: 0, busy: 1, idle: 1, lost: 1 });
    await pool.ready();
    expect(pool.load()).toEqual({ waiting: 0, busy: 0, idle: 2, lost: 1 });
  });

  it('a worker that fails at its first job gets no other; jobs fail of that at once, until one can start again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ser-start-'));
    const path = join(folder, 'model');
    const told: (string | undefined)[] = [];
    pool = createPool<PoolJob, PoolResult>(url, 2, {
      first: { do: 'read', path },
      onStartFailure: (reason) => told.push(reason?.message),
    });
    const unable = { code: 'workers', message: expect.stringMatching(/No worker can start: ENOENT/) };
    await expect(pool.ready()).rejects.toMatchObject(unable);
    await expect(pool.run(square(1))).rejects.toMatchObject(unable);
    await expect.poll(() => pool.load()).toMatchObject({ waiting: 0, busy: 0, idle: 0, failure: unable });
    writeFileSync(path, Uint8Array.of(1));
    await expect.poll(() => pool.load().idle, { timeout: 60_000 }).toBe(2);
    expect((await pool.run(square(3))).value).toBe(9);
    expect(pool.load().failure).toBeUndefined();
    expect(told).toEqual([unable.message, undefined]);
    rmSync(folder, { recursive: true });
  });

  it.each(['exit', 'hang'] as const)('a worker whose first job is to %s is none', async (how) => {
    pool = createPool<PoolJob, PoolResult>(url, 1, { first: { do: how }, startSeconds: 0.5 });
    await expect(pool.run(square(1))).rejects.toMatchObject({ code: 'workers' });
    expect(pool.load().lost).toBe(0);
  });

  it('while a dead worker cannot be replaced, those that are left do the jobs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ser-start-'));
    const path = join(folder, 'model');
    writeFileSync(path, Uint8Array.of(1));
    let told = 0;
    pool = createPool<PoolJob, PoolResult>(url, 2, { first: { do: 'read', path }, onStartFailure: () => told++ });
    await pool.ready();
    rmSync(folder, { recursive: true });
    await expect(pool.run({ do: 'exit' })).rejects.toThrow('the worker ended with code 3');
    const values = await Promise.all([1, 2, 3].map((of) => pool.run(square(of, 200))));
    expect(values.map(({ value }) => value)).toEqual([1, 4, 9]);
    await expect.poll(() => told).toBe(1);
    expect((await pool.run(square(4))).value).toBe(16);
    expect(pool.load().failure).toBeUndefined();
  });

  it('lines take turns', async () => {
    const one = open(1);
    const done: string[] = [];
    const ask = (name: string, line: object) => one.run(square(1, 20), { line }).then(() => void done.push(name));
    const [a, b] = [{}, {}];
    await Promise.all([ask('a', a), ask('a', a), ask('a', a), ask('b', b), ask('b', b)]);
    expect(done.join('')).toBe('aabab');
  });

  it('of several workers one is kept for jobs that do not take long', async () => {
    const two = open(2);
    const done: string[] = [];
    const ask = (name: string, after: number, long: boolean) =>
      two.run(square(1, after), { long }).then(() => void done.push(name));
    const all = [ask('long', 300, true), ask('long', 300, true), ask('short', 0, false)];
    await Promise.all(all);
    expect(done).toEqual(['short', 'long', 'long']);
    await pool.close();
    expect((await open(1).run(square(3), { long: true })).value).toBe(9);
  });

  it('gives its workers files from memory, those too that start when the files are gone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ser-shared-'));
    const [kept, other] = ['kept', 'other'].map((name) => join(folder, name));
    writeFileSync(kept, Uint8Array.of(7));
    writeFileSync(other, Uint8Array.of(8));
    const files = new Map([[kept, await readShared(kept)]]);
    rmSync(kept);
    pool = createPool<PoolJob, PoolResult>(url, 1, { files });
    expect((await pool.run({ do: 'read', path: kept })).value).toBe(7);
    await expect(pool.run({ do: 'exit' })).rejects.toThrow();
    expect((await pool.run({ do: 'read', path: kept })).value).toBe(7);
    expect((await pool.run({ do: 'read', path: other })).value).toBe(8);
    rmSync(folder, { recursive: true });
    await expect(pool.run({ do: 'read', path: other })).rejects.toThrow(/ENOENT/);
  });

  it('is not made of no workers', () => {
    expect(() => open(0)).toThrow(/The number of workers must be an integer/);
    expect(() => open(1.5)).toThrow(/number of workers .* 1.5/);
    open(1);
  });
});
