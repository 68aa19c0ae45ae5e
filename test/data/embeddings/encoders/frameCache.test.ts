import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { frameCache } from '../../../../src/data/embeddings/encoders/encoderPlace.ts';
import { cached } from '../../../../src/data/embeddings/encoders/frameCache.ts';

const root = mkdtempSync(join(tmpdir(), 'ser-frames-'));
afterAll(() => rmSync(root, { recursive: true }));

const clip = (value: number): Float32Array => new Float32Array(10).fill(value);
/** Three values a frame, and how often they were computed. */
function encoder() {
  const seen: number[] = [];
  const compute = async (signals: readonly Float32Array[]): Promise<Float32Array[]> => {
    seen.push(...signals.map(([first]) => first));
    return signals.map(([first]) => Float32Array.of(first, 1, 2));
  };
  return { seen, compute };
}
const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test('frames are computed once for a clip, an encoder and its settings', async () => {
  const place = { folder: mkdtempSync(join(root, 'once-')), limit: 1e6 };
  const { seen, compute } = encoder();
  const first = await cached(place, 'a', 3, [clip(1), clip(2)], compute);
  const again = await cached(place, 'a', 3, [clip(2), clip(3), clip(1)], compute);
  expect(seen).toEqual([1, 2, 3]);
  expect(again).toEqual([first[1], Float32Array.of(3, 1, 2), first[0]]);
  await cached(place, 'b', 3, [clip(1)], compute);
  expect(seen).toEqual([1, 2, 3, 1]);
});

test.each([
  ['cut short', (bytes: Buffer) => bytes.subarray(0, -4)],
  ['empty', () => Buffer.alloc(0)],
  ['of other values', (bytes: Buffer) => (bytes.writeFloatLE(9, 36), bytes)],
])('a file that is %s is computed again, and replaced', async (_, damage) => {
  const place = { folder: mkdtempSync(join(root, 'damaged-')), limit: 1e6 };
  const { seen, compute } = encoder();
  await cached(place, 'a', 3, [clip(1)], compute);
  const [path] = files(place.folder);
  writeFileSync(path, damage(readFileSync(path)));
  for (let i = 0; i < 2; i++) expect(await cached(place, 'a', 3, [clip(1)], compute)).toEqual([Float32Array.of(1, 1, 2)]); // prettier-ignore
  expect(seen).toEqual([1, 1]);
});

test('at the limit the frames that were not used for longest are removed', async () => {
  const place = { folder: mkdtempSync(join(root, 'limit-')), limit: 10 * (32 + 12) };
  const { seen, compute } = encoder();
  for (let i = 0; i < 20; i++) {
    await cached(place, 'a', 3, [clip(i)], compute);
    // The first is used again and again.
    await cached(place, 'a', 3, [clip(0)], compute);
    expect(files(place.folder).length).toBeLessThanOrEqual(10);
    for (const path of files(place.folder)) {
      const time = new Date(statSync(path).mtimeMs - 60_000);
      utimesSync(path, time, time);
    }
  }
  seen.length = 0;
  await cached(place, 'a', 3, [clip(19), clip(0), clip(1)], compute);
  expect(seen).toEqual([1]);
});

test('a folder that cannot be written is no reason to fail', async () => {
  const { compute } = encoder();
  const values = await cached({ folder: '/dev/null/frames', limit: 1e6 }, 'a', 3, [clip(1)], compute);
  expect(values).toEqual([Float32Array.of(1, 1, 2)]);
});

test('its size is that of SER_FRAME_CACHE, and 0 switches it off', () => {
  vi.stubEnv('SER_ENCODERS', '/somewhere');
  expect(frameCache()).toEqual({ folder: '/somewhere/.frames', limit: 4e9 });
  vi.stubEnv('SER_FRAME_CACHE', '12');
  expect(frameCache()?.limit).toBe(12e6);
  vi.stubEnv('SER_FRAME_CACHE', '0');
  expect(frameCache()).toBeUndefined();
  for (const wrong of ['much', '-1']) {
    vi.stubEnv('SER_FRAME_CACHE', wrong);
    expect(frameCache).toThrow(/SER_FRAME_CACHE is ".*": give a size in millions of bytes/);
  }
  vi.unstubAllEnvs();
});
