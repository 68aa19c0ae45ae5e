import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AUGMENT_DEFAULTS } from '../../src/data/augment/augment.ts';
import { selectRows } from '../../src/data/tables/table.ts';
import { readTable, writeTable } from '../../src/data/tables/tableFile.ts';
import { connectRedis } from '../../src/queue/connection.ts';
import { openRun } from '../../src/queue/coordinator/run.ts';
import { openQueue } from '../../src/queue/queue.ts';
import type { Work } from '../../src/queue/unit.ts';
import type { Tuning } from '../../src/train/tune/tuning.ts';
import { smallClip } from '../data/smallCorpus.ts';
import { runSer, startSer } from '../runSer.ts';
import { syntheticTable } from '../train/synthetic.ts';
import { hasRedis, type RedisServer, startRedis } from './redis.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const folder = mkdtempSync(join(tmpdir(), 'ser-queue-commands-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!hasRedis)('with a real Redis and a real worker', () => {
  let redis: RedisServer;
  let worker: ReturnType<typeof startSer>;
  beforeAll(async () => {
    redis = await startRedis(['--appendonly', 'no']);
    worker = startSer(['worker', '--queue', redis.url, '--workers', '2']);
    await vi.waitFor(() => expect(worker.stderr()).toContain('2 at once'), { timeout: 120_000, interval: 50 });
  });
  afterAll(async () => {
    worker.kill('SIGTERM');
    expect(await worker.code).toBe(0);
    await redis.stop();
  });

  test('`ser tune --queue` chooses the options, by the scores, that it chooses without', async () => {
    writeTable(at('tune.parquet'), syntheticTable(4));
    const space = ['--trees', '5', '--space', 'min-leaf=log:1:9', '--trials', '3', '--inner-folds', '2'];
    const words = ['tune', '--protocol', 'statement', '--classifier', 'forest', ...space, '--table', at('tune.parquet')]; // prettier-ignore
    const tune = async (name: string, ...more: string[]) => {
      const { code, stderr } = await runSer([...words, '--out', at(name), '--trainings', at(`${name}-trainings`), ...more]); // prettier-ignore
      expect([code, stderr]).toEqual([0, expect.stringContaining('6/6')]);
      const { folds, ...tuning } = JSON.parse(readFileSync(join(at(name), 'tuning.json'), 'utf8')) as Tuning;
      const timeless = folds.map((fold) => ({
        ...fold,
        trials: fold.trials.map((trial) => ({ ...trial, seconds: 0 })),
      }));
      return { ...tuning, folds: timeless, command: '' };
    };
    const here = await tune('here');
    expect(here.folds.map(({ trials }) => trials.length)).toEqual([3, 3]);
    expect(await tune('there', '--queue', redis.url)).toEqual(here);
  });

  test('`ser robustness --model --queue` trains and analyses there, with the report that it has without', async () => {
    const all = await readTable('data/features/ravdess-librosa186.parquet');
    const some = selectRows(all, ({ speaker, channel, emotion }) => ['01', '02', '03'].includes(speaker) && channel === 'speech' && ['calm', 'happy'].includes(emotion)); // prettier-ignore
    writeTable(at('robustness.parquet'), some);
    mkdirSync(at('audio'));
    const given = some.clips.filter((_, i) => i % 8 === 0);
    for (const { id } of given) writeFileSync(join(at('audio'), `${id}.wav`), smallClip(id));
    const words = ['robustness', '--protocol', 'statement', '--model', 'pooled', '--classifier', 'svm', '--no-augmentation', '--table', at('robustness.parquet'), '--audio', at('audio'), '--conditions', 'telephone', '--resamples', '20', '--json']; // prettier-ignore
    const report = async (name: string, ...more: string[]) => {
      const { code, stdout, stderr } = await runSer([...words, '--out', at(name), '--trainings', at(`${name}-trainings`), ...more]); // prettier-ignore
      expect(code, stderr).toBe(1); // most clips have no audio
      const predictions = readFileSync(join(at(name), 'predictions.csv'), 'utf8');
      return { report: JSON.parse(stdout) as { systems: unknown[] }, predictions };
    };
    const here = await report('robust-here');
    expect(here.report.systems).toHaveLength(2);
    expect(await report('robust-there', '--queue', redis.url)).toEqual(here);
  });

  test('`ser jobs retry` saves a unit that no worker could do, once what it lacked is there', async () => {
    const connection = await connectRedis({ url: redis.url }, () => undefined);
    const queue = await openQueue(connection);
    await queue.pause();
    const place = { place: { url: redis.url }, host: '127.0.0.1', command: 'test' };
    const run = await openRun({ ...place, onNotice: () => undefined, onCancel: () => undefined });
    const work = (path: string): Work => ({
      kind: 'features',
      jobs: [{ path, id: 'clip', featureSet: 'librosa186', copies: 0, seed: 1, augmentation: { ...AUGMENT_DEFAULTS } }],
    });
    const [first, second] = ['first.wav', 'second.wav'].map(at);
    for (const path of [first, second]) writeFileSync(path, smallClip(path));
    // The second is tried on and on, so that the first is waited for.
    const results = [run.do(work(first), [first]), run.do(work(second), [second], { tries: 1e6, waits: true })];
    await expect.poll(() => queue.count()).toBe(2);
    for (const path of [first, second]) renameSync(path, `${path}.away`);
    await queue.resume();
    const stuck = async () => (await queue.getFailed()).map(({ id }) => id!).filter((id) => /-0-3-0$/.test(id)); // the first, its third try
    await expect.poll(stuck, { timeout: 120_000, interval: 100 }).toHaveLength(1);

    renameSync(`${first}.away`, first);
    const { code, stdout } = await runSer(['jobs', 'retry', '--queue', redis.url]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^[12] units? put back/)]);
    expect(await results[0]).toMatchObject({ outcomes: [{ result: expect.anything() }] });
    renameSync(`${second}.away`, second);
    expect(await results[1]).toMatchObject({ outcomes: [{ result: expect.anything() }] });
    await run.close();
    connection.disconnect();
  });
});
