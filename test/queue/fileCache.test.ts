import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FileServer, serveFiles } from '../../src/queue/coordinator/fileServer.ts';
import type { Unit } from '../../src/queue/unit.ts';
import { VERSION } from '../../src/version.ts';
import { createFileCache } from '../../src/queue/worker/fileCache.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-files-'));
const own = join(folder, 'clip.wav');
const content = Buffer.from('forty-two seconds of speech');
const sha256 = createHash('sha256').update(content).digest('hex');

let server: FileServer;
beforeAll(async () => {
  writeFileSync(own, content);
  server = await serveFiles({ host: '127.0.0.1', onResult: () => false });
  server.offer(sha256, own);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** A unit of another machine, whose folder does not exist here. */
const unitOf = (file: Partial<Unit['files'][number]> = {}, token = server.token): Unit => ({
  ...{ version: VERSION, run: 'run', unit: 1, at: server.url, token, folder: '/on/another/machine' },
  work: { kind: 'clips', jobs: [{ file: 'audio/clip.wav' }] },
  files: [{ path: 'audio/clip.wav', sha256, bytes: content.length, ...file }],
});

describe('a file of a unit', () => {
  test('that is not on this machine comes from the coordinator, once, and goes when it is not used', async () => {
    const cache = createFileCache(join(folder, 'cache'), 0);
    const units = [unitOf(), unitOf()];
    const paths = await Promise.all(units.map(async (unit) => (await cache.hold(unit)).get('audio/clip.wav')!));
    expect(paths[0]).toBe(paths[1]);
    expect(readFileSync(paths[0])).toEqual(content);
    await cache.release(units[0]);
    expect(existsSync(paths[0])).toBe(true);
    await cache.release(units[1]);
    expect(existsSync(paths[0])).toBe(false);
  });

  test('that is on this machine at the same place is not fetched', async () => {
    const cache = createFileCache(join(folder, 'unused'), 0);
    const held = await cache.hold({ ...unitOf({ path: 'clip.wav' }), folder, at: 'http://127.0.0.1:1' });
    expect(held.get('clip.wav')).toBe(own);
    expect(existsSync(join(folder, 'unused'))).toBe(false);
  });

  test('of the same place with other content is the one of the coordinator', async () => {
    const other = join(folder, 'other.wav');
    writeFileSync(other, Buffer.alloc(content.length, 'x'));
    const cache = createFileCache(join(folder, 'others'), 2 ** 20);
    const held = await cache.hold({ ...unitOf({ path: other }), folder });
    expect(readFileSync(held.get(other)!)).toEqual(content);
  });

  test('that is not what the unit names is refused, and not kept', async () => {
    writeFileSync(join(folder, 'forged.wav'), Buffer.alloc(content.length, 'y'));
    const forged = createHash('sha256').update('something else').digest('hex');
    server.offer(forged, join(folder, 'forged.wav'));
    const cache = createFileCache(join(folder, 'forgeries'), 2 ** 20);
    await expect(cache.hold(unitOf({ sha256: forged }))).rejects.toMatchObject({
      code: 'queue',
      message: expect.stringContaining('is not the file that the unit names') as string,
    });
    expect(existsSync(join(folder, 'forgeries', forged, 'clip.wav'))).toBe(false);
  });

  test.each([
    ['of another run', { sha256: 'f'.repeat(64) }, undefined, '404'],
    ['without the token of the run', {}, 'x'.repeat(43), '401'],
  ])('%s is refused', async (_, file, token, status) => {
    const cache = createFileCache(join(folder, 'none'), 0);
    await expect(cache.hold(unitOf(file, token))).rejects.toMatchObject({
      code: 'queue',
      message: expect.stringContaining(status) as string,
    });
  });
});
