import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CorpusClip } from '../../src/data/corpora/corpus.ts';
import { buildTables } from '../../src/data/tables/buildTables.ts';
import { hashTable } from '../../src/data/tables/table.ts';
import { readTable } from '../../src/data/tables/tableFile.ts';
import { loadRows } from '../../src/data/tables/tableRows.ts';
import { connectRedis } from '../../src/queue/connection.ts';
import { queueExecutor } from '../../src/queue/coordinator/queueExecutor.ts';
import { openQueue } from '../../src/queue/queue.ts';
import { smallClip, writeSmallCorpus } from '../data/smallCorpus.ts';
import { buildWav, chunk, format } from '../data/audio/wavBuilder.ts';
import { runSer, startSer } from '../runSer.ts';
import { hasRedis, type RedisServer, startRedis } from './redis.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const folder = mkdtempSync(join(tmpdir(), 'ser-queue-faults-'));
afterAll(() => rmSync(folder, { recursive: true }));
const audio = join(folder, 'audio');
type Worker = ReturnType<typeof startSer>;
const workers: Worker[] = [];
async function endWorkers(): Promise<void> {
  for (const worker of workers.splice(0)) {
    worker.kill('SIGKILL');
    await worker.code;
  }
}

function startWorker(url: string, ...more: string[]): Worker {
  const worker = startSer(['worker', '--queue', url, '--workers', '1', '--patience', '3', ...more]);
  workers.push(worker);
  return worker;
}

const isReady = (worker: Worker) => vi.waitFor(() => expect(worker.stderr()).toContain('1 at once'), { timeout: 120_000, interval: 50 }); // prettier-ignore

/** Recordings of RAVDESS names, so that `features build` knows them too. */
let names: string[] = [];
const clipsOf = (some: readonly string[]): CorpusClip[] =>
  some.map((id) => ({ id, corpus: 'own', emotion: 'happy', speaker: id.slice(-2), gender: 'male', path: join(audio, `${id}.wav`) }) as CorpusClip); // prettier-ignore

async function build(clips: readonly CorpusClip[], url?: string, ca?: string) {
  const notices: string[] = [];
  const ids: string[] = [];
  const place = { url: url ?? '', ca };
  const onNotice = (notice: string) => void notices.push(notice);
  const executor = url === undefined ? undefined : await queueExecutor({ place, host: '127.0.0.1', command: 'test', onNotice, onCancel: () => undefined }); // prettier-ignore
  const journal = join(folder, `${Math.random()}.journal`);
  const options = { copies: 0, workers: 2, journal, open: executor?.open, onClip: (id: string) => void ids.push(id) };
  try {
    const { original, failures } = await buildTables(clips, options);
    return { hash: hashTable(loadRows(original)), rows: original.clips.length, failures, notices, ids };
  } finally {
    await executor?.close();
  }
}

describe.skipIf(!hasRedis)('a run survives', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    names = writeSmallCorpus(audio, 40);
    redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
    await isReady(startWorker(redis.url));
  });
  afterAll(async () => {
    await endWorkers();
    await redis.stop();
  });

  test('SIGKILL of its coordinator: the same command goes on, and each clip is computed once', async () => {
    const out = join(folder, 'tables');
    const corpus = join(folder, 'corpus');
    writeSmallCorpus(corpus, 40);
    const words = (to: string) => ['features', 'build', '--corpus', corpus, '--out', to, '--copies', '0'];
    const cut = startSer([...words(out), '--queue', redis.url]);
    const journal = () => {
      const path = join(out, 'ravdess-librosa186.journal.partial');
      return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').length - 1 : 0;
    };
    await expect.poll(journal, { timeout: 120_000, interval: 5 }).toBeGreaterThan(0);
    cut.kill('SIGKILL');
    await cut.code;
    const before = journal();
    expect(before).toBeLessThan(40);
    const { code, stderr } = await runSer([...words(out), '--queue', redis.url]);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${before}/40`)]);
    expect(stderr).toContain('40/40');
    const here = join(folder, 'here');
    await runSer(words(here));
    const [one, other] = [out, here].map((dir) => readFileSync(join(dir, 'ravdess-librosa186.parquet')));
    expect(one.equals(other)).toBe(true);
    expect((await readTable(join(out, 'ravdess-librosa186.parquet'))).clips).toHaveLength(40);
  });

  test.each([
    ['that keeps what it held', false],
    ['that has forgotten everything', true],
  ])(
    'SIGKILL and a new start of a Redis %s: that is told, and no clip is lost or counted twice',
    async (_what, forget) => {
      const clips = clipsOf(names);
      const connection = await connectRedis({ url: redis.url }, () => undefined);
      const queue = await openQueue(connection);
      const done = (async () => (await queue.getCompleted()).length)();
      const before = await done;
      const run = build(clips, redis.url);
      await expect.poll(() => queue.getCompletedCount(), { timeout: 120_000, interval: 10 }).toBeGreaterThan(before);
      connection.disconnect();
      await redis.kill();
      if (forget) rmSync(join(redis.folder, 'appendonlydir'), { recursive: true });
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await redis.start();
      const { hash, ids, failures, notices } = await run;
      expect(failures).toEqual([]);
      expect(ids.toSorted()).toEqual(names.toSorted());
      expect(hash).toBe((await build(clips)).hash);
      expect(notices).toEqual([expect.stringMatching(/is gone: waiting for it$/), expect.stringMatching(/is back$/)]);
    },
  );

  test('SIGKILL of its workers by a poisoned clip: it is set aside after three, by its name, and all others are done', async () => {
    // Long enough to be met while it is analysed.
    const poison = join(audio, 'poison.wav');
    const samples = Int16Array.from({ length: 16_000 * 120 }, (_, i) => 6000 * Math.sin(i / 20));
    writeFileSync(poison, buildWav(format(), chunk('data', new Uint8Array(samples.buffer))));
    const clips = clipsOf([...names.slice(0, 12), 'poison']);
    // With the one that is there already.
    const started = [1, 2, 3].map(() => startWorker(redis.url));
    await Promise.all(started.map(isReady));
    const connection = await connectRedis({ url: redis.url }, () => undefined);
    const queue = await openQueue(connection);
    const killed = new Set<number>();
    let isOver = false;
    const killing = (async () => {
      while (!isOver) {
        for (const job of await queue.getActive()) {
          const pid = Number(job?.processedBy?.split('/').at(-2));
          // One that has stalled is only taken to be counted as failed.
          const isWorkedOn = pid > 0 && !killed.has(pid) && job.stalledCounter === 0;
          if (!isWorkedOn || !JSON.stringify(job.data).includes(poison)) continue;
          killed.add(pid);
          process.kill(pid, 'SIGKILL');
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    const { rows, failures, ids, hash } = await build(clips, redis.url).finally(() => (isOver = true));
    await killing;
    connection.disconnect();
    expect(killed.size).toBe(3);
    expect(failures).toEqual([
      { id: 'poison', path: poison, reason: 'set aside, as its worker died each of 3 times: the worker ended' },
    ]);
    expect(rows).toBe(12);
    expect(ids.toSorted()).toEqual(clips.map(({ id }) => id).toSorted());
    expect(hash).toBe((await build(clips.slice(0, 12))).hash);
  });
});

test.skipIf(!hasRedis)('TLS and a password: only who has both, and trusts the certificate, gets in', async () => {
  const keys = join(folder, 'keys');
  mkdirSync(keys);
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(keys, name));
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate]); // prettier-ignore
  expect(made.status, String(made.stderr)).toBe(0);
  const options = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no', '--requirepass', 'secret']; // prettier-ignore
  const redis = await startRedis(options, true);
  try {
    const withPassword = redis.url.replace('://', '://:secret@');
    await expect(build([], withPassword)).rejects.toMatchObject({ message: expect.stringMatching(/certificate.*--queue-ca names/) }); // prettier-ignore
    await expect(build([], redis.url, certificate)).rejects.toMatchObject({ code: 'queue', message: expect.stringMatching(/NOAUTH.*User and password belong into the address/) }); // prettier-ignore
    await isReady(startWorker(withPassword, '--queue-ca', certificate));
    writeFileSync(join(audio, 'safe.wav'), smallClip('safe'));
    const { rows, failures } = await build(clipsOf(['safe']), withPassword, certificate);
    expect([rows, failures]).toEqual([1, []]);
  } finally {
    await endWorkers();
    await redis.stop();
  }
});
