import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Downloaded, downloadFile, type DownloadOptions, type Expected } from '../../src/files/download.ts';
import { SerError } from '../../src/error.ts';
import { createRandom } from '../../src/random.ts';
import { type ArchiveServer, type Behaviour, serveArchive } from '../data/archiveServer.ts';

const random = createRandom('archive');
const file = Uint8Array.from({ length: 300_000 }, () => random.integer(256));
const other = file.map((byte) => byte ^ 1);
const expected = { bytes: file.length, md5: createHash('md5').update(file).digest('hex') };

let folder: string;
let path: string;
let server: ArchiveServer;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ser-download-'));
  path = join(folder, 'a.zip');
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const fetchWith = async (
  behave: (request: number) => Behaviour,
  options: DownloadOptions = {},
  known: Expected = expected,
): Promise<Downloaded> => {
  server = await serveArchive(file, behave);
  return downloadFile(`${server.url}a.zip`, path, known, { backoff: 1, ...options });
};
const again = (options: DownloadOptions = {}, known: Expected = expected): Promise<Downloaded> =>
  downloadFile(`${server.url}a.zip`, path, known, { backoff: 1, ...options });
const whole = (): void => {
  expect(readFileSync(path).equals(file)).toBe(true);
  expect(readdirSync(folder)).toEqual(['a.zip']); // no .partial, no note beside it
};

test('a file arrives whole, with its progress', async () => {
  const progress: number[] = [];
  await fetchWith(() => ({}), { onProgress: (received) => progress.push(received) });
  whole();
  expect(progress.at(-1)).toBe(file.length);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(server.seen).toEqual([{ range: undefined, ifRange: undefined }]);
});

describe('interruptions', () => {
  test('a broken connection is taken up where it broke', async () => {
    const reasons: string[] = [];
    await fetchWith((request) => (request < 2 ? { breakAfter: 100_000 } : {}), { onRetry: (why) => reasons.push(why) });
    whole();
    expect(server.seen.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
    expect(server.seen[1].ifRange).toBe('"v1"');
    expect(reasons).toHaveLength(2);
    expect(reasons[0]).toMatch(/interrupted/);
  });

  test('the next run goes on, too', async () => {
    await expect(
      fetchWith((n) => (n === 0 ? { breakAfter: 120_000 } : n === 1 ? { status: 404 } : {})),
    ).rejects.toThrow(/404/);
    expect(statSync(`${path}.partial`).size).toBe(120_000);
    expect(existsSync(path)).toBe(false);
    await again();
    whole();
    expect(server.seen.at(-1)).toEqual({ range: 'bytes=120000-', ifRange: '"v1"' });
  });

  test('a raised signal leaves what has come', async () => {
    const stop = new AbortController();
    const run = fetchWith((n) => (n === 0 ? { stallAfter: 150_000 } : {}), {
      signal: stop.signal,
      onProgress: (received) => received === 150_000 && stop.abort(),
    });
    await expect(run).rejects.toThrow(/stopped; run it again to continue/);
    expect(statSync(`${path}.partial`).size).toBe(150_000);
    await again();
    whole();
    expect(server.seen[1].range).toBe('bytes=150000-');
  });

  test('a raised signal ends the wait for the next try', async () => {
    const stop = new AbortController();
    const run = fetchWith(() => ({ status: 503 }), {
      backoff: 60_000,
      signal: stop.signal,
      onRetry: () => setImmediate(() => stop.abort()),
    });
    await expect(run).rejects.toThrow(/stopped/);
  });

  test('a server that goes silent is tried again', async () => {
    await fetchWith((n) => (n === 0 ? { stallAfter: 50_000 } : {}), { stallTimeout: 200 });
    whole();
    expect(server.seen[1].range).toBe('bytes=50000-');
  });

  test('a server that is not there', async () => {
    server = await serveArchive(file);
    const { url } = server;
    await server.close();
    server = await serveArchive(file);
    const run = downloadFile(`${url}a.zip`, path, expected, { backoff: 1, attempts: 2 });
    await expect(run).rejects.toThrow(/no connection .*ECONNREFUSED.*gave up after 2 attempts/);
  });
});

describe('servers with a mind of their own', () => {
  test('ranges ignored: it starts over and is still whole', async () => {
    await fetchWith((n) => (n === 0 ? { breakAfter: 100_000 } : { ignoreRange: true }));
    whole();
    expect(server.seen[1].range).toBe('bytes=100000-');
  });

  test('ranges ignored and always breaking at the same byte: it gives up', async () => {
    const run = fetchWith(() => ({ breakAfter: 100_000, ignoreRange: true }), { attempts: 3 });
    await expect(run).rejects.toThrow(/gave up after 3 attempts. 100000 of 300000 bytes are kept/);
    expect(server.seen).toHaveLength(3);
  });

  test('a file that has changed since is fetched from the start', async () => {
    await fetchWith((n) => (n === 0 ? { breakAfter: 100_000, body: other, etag: '"old"' } : { etag: '"new"' }));
    whole();
    expect(server.seen).toHaveLength(2);
  });

  test('a part other than the one asked for is not appended', async () => {
    const wrong = { 'content-range': `bytes 0-${file.length - 1}/${file.length}` };
    await fetchWith((n) => (n === 0 ? { breakAfter: 100_000 } : n === 1 ? { headers: wrong } : {}));
    whole();
  });

  test('without an ETag the checksum notices what the range could not', async () => {
    await fetchWith((n) => (n === 0 ? { breakAfter: 100_000, body: other, etag: '' } : { etag: '' }));
    whole();
    expect(server.seen.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', undefined]);
  });

  test('a partial file that is already too long', async () => {
    writeFileSync(`${path}.partial`, new Uint8Array(400_000));
    await fetchWith(() => ({}));
    whole();
  });

  test('503 is retried, as long as the server asks for', async () => {
    const waits: number[] = [];
    await fetchWith((n) => (n === 0 ? { status: 503, headers: { 'retry-after': '1' } } : {}), {
      onRetry: (_reason, wait) => waits.push(wait),
    });
    whole();
    expect(waits).toEqual([1000]);
  });

  test('500 for ever: it gives up and says so', async () => {
    const run = fetchWith(() => ({ status: 500 }), { attempts: 4 });
    await expect(run).rejects.toThrow(/response was 500 .*gave up after 4 attempts/);
    expect(server.seen).toHaveLength(4);
  });

  test.each([403, 404, 410])('%i is final', async (status) => {
    const error = await fetchWith(() => ({ status })).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SerError);
    expect(error).toMatchObject({
      code: 'download',
      message: expect.stringMatching(`response was ${status}.*--base-url`),
    });
    expect(server.seen).toHaveLength(1);
  });
});

describe('content that is not the published file', () => {
  test('a wrong checksum, twice: both sums are named and nothing is kept', async () => {
    const run = fetchWith(() => ({ body: other }));
    await expect(run).rejects.toThrow(new RegExp(`MD5 [0-9a-f]{32} instead of ${expected.md5}`));
    expect(server.seen).toHaveLength(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('too long', async () => {
    const longer = new Uint8Array(file.length + 1);
    await expect(fetchWith(() => ({ body: longer }))).rejects.toThrow(/longer than the 300000 bytes/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('too short', async () => {
    const run = fetchWith(() => ({ body: file.subarray(0, 1000) }), { attempts: 2 });
    await expect(run).rejects.toThrow(/a\.zip/);
    expect(existsSync(path)).toBe(false);
  });
});

describe('a file of unknown checksum', () => {
  const sha256 = createHash('sha256').update(file).digest('hex');
  /** What had arrived but was not yet read when the connection broke may be lost. */
  const PART: unknown = expect.stringMatching(/^bytes=[1-9]\d*-$/);
  const fetchUnknown = (behave: (request: number) => Behaviour, options: DownloadOptions = {}) =>
    fetchWith(behave, options, {});

  test('arrives whole, and its size and checksum are returned', async () => {
    const totals = new Set<number | undefined>();
    const arrived = await fetchUnknown(() => ({}), { onProgress: (_received, total) => totals.add(total) });
    whole();
    expect(arrived).toEqual({ bytes: file.length, checksum: sha256 });
    expect([...totals]).toEqual([file.length]);
  });

  test('is continued where the connection broke, while the server has the same version', async () => {
    const arrived = await fetchUnknown((n) => (n < 2 ? { breakAfter: 100_000 } : {}));
    whole();
    expect(arrived.checksum).toBe(sha256);
    expect(server.seen.map(({ range }) => range)).toEqual([undefined, PART, PART]);
  });

  test('is continued by the next run', async () => {
    await expect(
      fetchUnknown((n) => (n === 0 ? { breakAfter: 120_000 } : n === 1 ? { status: 404 } : {})),
    ).rejects.toThrow(/404/);
    await again({}, {});
    whole();
    expect(server.seen.at(-1)).toEqual({ range: PART, ifRange: '"v1"' });
  });

  test('starts over if the server does not identify its version', async () => {
    await fetchUnknown((n) => (n === 0 ? { breakAfter: 100_000, body: other, etag: '' } : { etag: '' }));
    whole();
    expect(server.seen.map(({ range }) => range)).toEqual([undefined, undefined]);
  });

  test('starts over if it has changed since, even on a server that ignores If-Range', async () => {
    await fetchUnknown((n) => {
      if (n === 0) return { breakAfter: 100_000, body: other, etag: '"old"' };
      return n === 1 ? { etag: '"old"', headers: { etag: '"new"' } } : { etag: '"new"' };
    });
    whole();
    expect(server.seen.map(({ range }) => range)).toEqual([undefined, PART, undefined]);
  });

  test('of which less arrives than was announced is not kept as the file', async () => {
    const run = fetchUnknown(() => ({ headers: { 'content-length': '400000' }, breakAfter: 300_000 }), { attempts: 2 });
    await expect(run).rejects.toThrow(/gave up after 2 attempts/);
    expect(existsSync(path)).toBe(false);
  });
});

test.runIf(existsSync('/dev/full'))('a full disk is named, and no file appears', async () => {
  server = await serveArchive(file);
  symlinkSync('/dev/full', `${path}.partial`);
  writeFileSync(`${path}.partial.json`, JSON.stringify({ url: `${server.url}a.zip`, validator: '"v1"' }));
  const error = await again({}, {}).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'download', message: expect.stringMatching(/no space is left on the disk/) });
  expect(existsSync(path)).toBe(false);
});
