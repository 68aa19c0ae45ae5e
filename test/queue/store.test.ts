import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { AUGMENT_DEFAULTS } from '../../src/data/augment/augment.ts';
import { connectRedis } from '../../src/queue/connection.ts';
import { openRun } from '../../src/queue/coordinator/run.ts';
import { openQueue } from '../../src/queue/queue.ts';
import { openStore } from '../../src/queue/store.ts';
import type { UnitFile } from '../../src/queue/unit.ts';
import { sha256 } from '../../src/sha256.ts';
import { smallClip } from '../data/smallCorpus.ts';
import { runSer, startSer } from '../runSer.ts';
import { freePort, hasRedis, startRedis } from './redis.ts';
import { hasS3, type S3Server, startS3 } from './s3.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const folder = mkdtempSync(join(tmpdir(), 'ser-store-'));
afterAll(() => rmSync(folder, { recursive: true }));
function fileOf(name: string, content: string | Uint8Array): UnitFile {
  const path = join(folder, name);
  writeFileSync(path, content);
  return { path, sha256: sha256(content), bytes: content.length };
}

describe.skipIf(!hasS3)('a real store with the interface of S3 (versitygw; where it is installed)', () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await startS3();
  });
  afterAll(() => s3.stop());
  beforeEach(() => {
    for (const [name, value] of Object.entries(s3.env)) vi.stubEnv(name, value);
  });
  afterEach(() => vi.unstubAllEnvs());

  test('keeps files under their hash, and gives them back', async () => {
    const store = await openStore('s3://ser/some/files');
    const [text, empty] = [fileOf('text', 'forty-two'), fileOf('empty', '')];
    for (const file of [text, empty, text]) await store.keep(file);
    expect(await (await store.get(text)).text()).toBe('forty-two');
    expect(await (await store.get(empty)).text()).toBe('');
    expect(readdirSync(join(s3.bucket, 'some/files')).toSorted()).toEqual([text.sha256, empty.sha256].toSorted());
    // What is there is not sent again.
    rmSync(text.path);
    await store.keep(text);
  });

  test('takes no file that is not what its hash says, and tells what it refuses', async () => {
    const store = await openStore('s3://ser');
    const file = fileOf('forged', 'something');
    const forged = { ...file, sha256: sha256('something else') };
    await expect(store.keep(forged)).rejects.toMatchObject({ code: 'queue', message: expect.stringMatching(/^the store s3:\/\/ser refuses .*forged: 400\.$/) }); // prettier-ignore
    await expect(store.get(forged)).rejects.toThrow(/does not give .*forged: 404/);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a guess');
    await expect((await openStore('s3://ser')).keep(file)).rejects.toThrow(/refuses to look: 403/);
  });

  test.skipIf(!hasRedis)('gives a worker the files that it does not have', async () => {
    const redis = await startRedis();
    const worker = startSer(['worker', '--queue', redis.url, '--workers', '1']);
    const connection = await connectRedis({ url: redis.url }, () => undefined);
    const queue = await openQueue(connection);
    await queue.pause();
    const options = { place: { url: redis.url }, host: '127.0.0.1', command: 'test', store: 's3://ser/audio' };
    const run = await openRun({ ...options, onNotice: () => undefined, onCancel: () => undefined });
    const { path } = fileOf('clip.wav', smallClip('clip'));
    const result = run.do({ kind: 'features', jobs: [{ path, id: 'clip', featureSet: 'librosa186', copies: 0, seed: 1, augmentation: { ...AUGMENT_DEFAULTS } }] }, [path]); // prettier-ignore
    await expect.poll(() => queue.count()).toBe(1);
    renameSync(path, `${path}.away`); // as if the worker were another machine
    await queue.resume();
    expect(await result).toMatchObject({ outcomes: [{ result: expect.anything() }] });
    const [name] = readdirSync(join(s3.bucket, 'audio'));
    expect(readFileSync(join(s3.bucket, 'audio', name)).equals(smallClip('clip'))).toBe(true);
    await run.close();
    connection.disconnect();
    worker.kill('SIGTERM');
    expect(await worker.code).toBe(0);
    await redis.stop();
  });
});

test('an address that is none, missing keys and a store that is not there are told in words', async () => {
  const { code, stderr } = await runSer(['features', 'data/voices', '--queue', 'redis://127.0.0.1:1', '--queue-files', 'http://store']); // prettier-ignore
  expect([code, stderr]).toEqual([2, expect.stringContaining('--queue-files must be a bucket and a prefix, s3://BUCKET/PREFIX')]); // prettier-ignore
  vi.stubEnv('AWS_ACCESS_KEY_ID', '');
  await expect(openStore('s3://ser')).rejects.toThrow('s3://ser needs keys: set AWS_ACCESS_KEY_ID and');
  for (const [name, value] of Object.entries({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_ENDPOINT_URL: `http://127.0.0.1:${await freePort()}` })) vi.stubEnv(name, value); // prettier-ignore
  const file = fileOf('none', 'none');
  await expect((await openStore('s3://ser')).get(file)).rejects.toThrow(/the store s3:\/\/ser does not answer: connect ECONNREFUSED/); // prettier-ignore
  vi.unstubAllEnvs();
});
