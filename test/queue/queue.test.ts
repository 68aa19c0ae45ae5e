import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CorpusClip } from '../../src/data/corpora/corpus.ts';
import { perturbTables } from '../../src/data/perturb/perturbTables.ts';
import { buildTables } from '../../src/data/tables/buildTables.ts';
import { hashTable } from '../../src/data/tables/table.ts';
import { writeTable } from '../../src/data/tables/tableFile.ts';
import { loadRows } from '../../src/data/tables/tableRows.ts';
import { extractFiles } from '../../src/data/vectors/extractFiles.ts';
import type { FileVector } from '../../src/data/vectors/formatVectors.ts';
import { connectRedis } from '../../src/queue/connection.ts';
import { queueExecutor } from '../../src/queue/coordinator/queueExecutor.ts';
import { serveBoard } from '../../src/queue/board.ts';
import { listJobs } from '../../src/queue/jobs.ts';
import { openQueue } from '../../src/queue/queue.ts';
import type { Executor } from '../../src/train/executor.ts';
import { VERSION } from '../../src/version.ts';
import { smallClip } from '../data/smallCorpus.ts';
import { runSer, startSer } from '../runSer.ts';
import { syntheticTable } from '../train/synthetic.ts';
import { hasRedis, type RedisServer, startRedis } from './redis.ts';

/** All rows of `extractFiles`. */
async function rowsOf(...words: Parameters<typeof extractFiles>): Promise<FileVector[]> {
  const rows: FileVector[] = [];
  for await (const row of extractFiles(...words)) rows.push(row);
  return rows;
}

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const folder = mkdtempSync(join(tmpdir(), 'ser-queue-'));
const audio = join(folder, 'audio');
let redis: RedisServer;
let worker: ReturnType<typeof startSer>;
const notices: string[] = [];

/** Twenty clips, one of which is damaged. */
function writeClips(): CorpusClip[] {
  mkdirSync(audio);
  return Array.from({ length: 20 }, (_, i) => {
    const name = `clip-${i}`;
    const path = join(audio, `${name}.wav`);
    writeFileSync(path, i === 7 ? 'RIFF, but no more' : smallClip(name));
    const emotion = ['happy', 'sad'][i % 2];
    return { id: name, corpus: 'own', emotion, speaker: String(i % 4), gender: 'male', path } as CorpusClip;
  });
}

const open = (): Promise<Executor> =>
  queueExecutor({
    ...{ place: { url: redis.url }, host: '127.0.0.1', command: 'test' },
    onNotice: (notice) => notices.push(notice),
    onCancel: () => notices.push('cancelled'),
  });

async function withQueue<Result>(work: (executor: Executor) => Promise<Result>): Promise<Result> {
  const executor = await open();
  try {
    return await work(executor);
  } finally {
    await executor.close();
  }
}

describe.skipIf(!hasRedis)('with a real Redis and a real worker', () => {
  let clips: CorpusClip[];
  beforeAll(async () => {
    clips = writeClips();
    redis = await startRedis(['--appendonly', 'no']);
    worker = startSer(['worker', '--queue', redis.url, '--workers', '2', '--patience', '2']);
    await vi.waitFor(() => expect(worker.stderr()).toContain('2 at once'), { timeout: 120_000, interval: 50 });
  });
  afterAll(async () => {
    worker.kill('SIGTERM');
    expect(await worker.code).toBe(0);
    await redis.stop();
    rmSync(folder, { recursive: true });
  });

  test('tables of features are those of this machine, byte for byte, and so is what is said of a damaged clip', async () => {
    const build = async (name: string, executor?: Executor) => {
      const { open } = executor ?? {};
      const ids: string[] = [];
      const onClip = (id: string) => void ids.push(id);
      const options = { copies: 1, workers: 2, journal: join(folder, `${name}.journal`), onClip, open };
      const { original, augmented, failures, warned } = await buildTables(clips, options);
      const files = [original, augmented!].map((table, i) => {
        const path = join(folder, `${name}-${i}.parquet`);
        writeTable(path, loadRows(table));
        return readFileSync(path).toString('base64');
      });
      return { files, failures, warned, ids };
    };
    const here = await build('here');
    expect(here.failures).toHaveLength(1);
    expect(here.ids).toHaveLength(20);
    expect(await withQueue((executor) => build('queue', executor))).toEqual(here);
  });

  test('features of files and of files under conditions are those of this machine', async () => {
    const files = clips.slice(0, 3).map(({ path }) => path);
    const extract = async ({ open }: Partial<Executor> = {}) => {
      const rows = await rowsOf(files, { featureSet: 'speech-embedding-functionals', open });
      const options = { featureSet: 'librosa186', conditions: ['clean', 'noise-10'], seed: 3, open };
      const { tables } = await perturbTables(clips.slice(0, 3), { ...options, journal: join(folder, `perturb-${!!open}.journal`) }); // prettier-ignore
      return { rows, hashes: Array.from(tables, ([name, table]) => [name, hashTable(table)]) };
    };
    const here = await extract();
    expect(here.rows).toHaveLength(3);
    expect(await withQueue(extract)).toEqual(here);
  });

  test('`ser predict --queue` writes the CSV that it writes without', async () => {
    const csv = async (...more: string[]) => {
      const { code, stdout, stderr } = await runSer(['predict', audio, '--format', 'csv', ...more]);
      return { code, stdout, bar: /(\d+)\/20/.exec(stderr.split('\n').findLast((line) => line.includes('100%')) ?? '')?.[1] }; // prettier-ignore
    };
    const here = await csv();
    expect(here).toMatchObject({ code: 1, bar: '20' }); // one clip is damaged
    expect(here.stdout.trim().split('\n')).toHaveLength(21);
    expect(await csv('--queue', redis.url)).toEqual(here);
  });

  test('a cross-validation has the report that it has on this machine, byte for byte', async () => {
    const table = join(folder, 'table.parquet');
    writeTable(table, syntheticTable(4));
    const words = ['eval', '--protocol', 'statement', '--model', 'pooled', '--classifier', 'svm', '--resamples', '20', '--table', table]; // prettier-ignore
    const report = async (name: string, ...more: string[]) => {
      const out = join(folder, name);
      const { code, stderr } = await runSer([...words, '--out', out, '--trainings', `${out}-trainings`, ...more]);
      expect(code, stderr).toBe(0);
      const paths = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)); // prettier-ignore
      return {
        stderr,
        files: paths.map((path) => {
          // The time at which it was written.
          const text = readFileSync(path, 'latin1').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '');
          return [path.slice(out.length), text];
        }),
      };
    };
    const here = await report('here');
    expect(here.files.length).toBeGreaterThan(5);
    const there = await report('there', '--queue', redis.url);
    expect(there.stderr).toContain('2/2');
    expect(there.files).toEqual(here.files);
  });

  test('a unit of a stranger, or one that is malformed, is refused with the reason, and the worker goes on', async () => {
    const connection = await connectRedis({ url: redis.url }, () => undefined);
    const queue = await openQueue(connection);
    const fine = { version: VERSION, run: 'abc', unit: 0, at: 'http://127.0.0.1:1', token: 'x'.repeat(43), folder: '/', files: [] }; // prettier-ignore
    const refused = [
      ['foreign', { to: 'someone@else.org' }, /`version` is missing/],
      ['newer', { ...fine, version: '99.0.0' }, /`version` is "99.0.0" instead of/],
      ['writing', { ...fine, work: { kind: 'command', words: ['eval', '--training=x', '--out=/etc'] } }, /must be a training of `ser eval`/], // prettier-ignore
      ['inclined', { ...fine, work: { kind: 'command', words: ['serve', '--training=x'] } }, /must be a training of/],
      ['elsewhere', { ...fine, at: 'file:///etc/passwd', work: { kind: 'clips', jobs: [{ file: 'a' }] } }, /must be the address of a server/], // prettier-ignore
      ['orphan', { ...fine, work: { kind: 'clips', jobs: [{ file: 'a' }] } }, /its coordinator has ended/],
    ] as const;
    await queue.addBulk(refused.map(([name, data]) => ({ name, data: data as never, opts: { jobId: name } })));
    for (const [name, , reason] of refused) {
      await expect.poll(async () => (await queue.getJob(name))?.failedReason, { timeout: 60_000 }).toMatch(reason);
    }
    const { runs, workers } = await listJobs(queue, connection);
    expect(workers).toEqual([expect.stringMatching(/\/\d+\/2$/)]);
    expect(runs.find(({ run }) => run === 'abc')!.counts.failed).toBe(5);
    const listed = await runSer(['jobs', '--json', '--queue', redis.url]);
    expect(JSON.parse(listed.stdout)).toMatchObject({ workers, runs: expect.arrayContaining([expect.objectContaining({ run: 'abc' })]) }); // prettier-ignore

    const board = await serveBoard(queue, 0);
    expect(await (await fetch(board.url)).text()).toContain('gender-ser');
    const shown = await (await fetch(`${board.url}api/queues?activeQueue=${queue.name}&status=failed&page=1`)).text();
    expect(shown).toContain('its coordinator has ended');
    expect(shown).not.toContain(fine.token);
    await board.close();
    for (const [name] of refused) await queue.remove(name);
    connection.disconnect();
    const files = await withQueue(({ open }) => rowsOf([clips[0].path], { featureSet: 'librosa186', open }));
    expect(files).toHaveLength(1);
  });

  test('a cancelled run takes back its units and tells its command', async () => {
    const executor = await open();
    const connection = await connectRedis({ url: redis.url }, () => undefined);
    const queue = await openQueue(connection);
    await queue.pause();
    const units = rowsOf(clips.map(({ path }) => path), { featureSet: 'librosa186', open: executor.open }); // prettier-ignore
    await expect.poll(() => queue.count()).toBeGreaterThan(0);
    const { runs } = await listJobs(queue, connection);
    const [{ run }, ...others] = runs.filter(({ coordinator }) => coordinator?.command === 'test');
    expect(others).toEqual([]);
    const { stdout } = await runSer(['jobs', 'cancel', run], { SER_QUEUE: redis.url });
    expect(stdout).toContain(`run ${run} cancelled`);
    await expect.poll(() => notices, { timeout: 20_000 }).toContain('cancelled');
    await executor.close();
    await units;
    expect(await queue.count()).toBe(0);
    await queue.resume();
    connection.disconnect();
  });
});

test('addresses that are none, a Redis that is not there, and a queue without an address are told in words', async () => {
  const { code, stderr } = await runSer(['features', 'data/voices', '--queue', 'http://127.0.0.1']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('A queue is an address of Redis: redis://HOST:PORT')]);
  await expect(connectRedis({ url: 'redis://me:secret@127.0.0.1:1' }, () => undefined)).rejects.toMatchObject({
    code: 'queue',
    message: expect.stringMatching(/^Redis at redis:\/\/127\.0\.0\.1:1 cannot be used: connect ECONNREFUSED/),
  });
  const without = await runSer(['worker'], { SER_QUEUE: '' });
  expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('--queue needs an address')]);
});
