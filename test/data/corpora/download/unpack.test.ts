import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type UnpackOptions, unpackZip } from '../../../../src/data/corpora/download/unpack.ts';
import { buildZip, type ZipEntry } from '../../zip.ts';

let folder: string;
let target: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ser-unpack-'));
  target = join(folder, 'target');
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const unpack = (entries: ZipEntry[], options?: UnpackOptions): Promise<number> => {
  writeFileSync(join(folder, 'a.zip'), buildZip(entries));
  return unpackZip(join(folder, 'a.zip'), target, options);
};

test('files appear in their folders', async () => {
  const seen: string[] = [];
  const entries = [
    { name: 'Actor_01/' },
    { name: 'Actor_01/a.wav', body: text('one') },
    { name: 'b.wav', body: text('two') },
  ];
  expect(await unpack(entries, { onFile: (name, total) => seen.push(`${name} of ${total}`) })).toBe(2);
  expect(readFileSync(join(target, 'Actor_01/a.wav'), 'utf8')).toBe('one');
  expect(readFileSync(join(target, 'b.wav'), 'utf8')).toBe('two');
  expect(seen).toEqual(['Actor_01/a.wav of 2', 'b.wav of 2']);
});

test('compressed files are inflated', async () => {
  // A stored entry whose method, in both headers, is changed to deflate and whose size is the inflated one.
  const inflated = text('ah '.repeat(1000));
  const body = new Uint8Array(deflateRawSync(inflated));
  const zip = buildZip([{ name: 'a', body }]);
  const view = new DataView(zip.buffer);
  const central = 30 + 1 + body.length;
  view.setUint16(8, 8, true);
  view.setUint16(central + 10, 8, true);
  view.setUint32(22, inflated.length, true);
  view.setUint32(central + 24, inflated.length, true);
  writeFileSync(join(folder, 'a.zip'), zip);
  await unpackZip(join(folder, 'a.zip'), target);
  expect(readFileSync(join(target, 'a'))).toEqual(Buffer.from(inflated));
});

test.each<[string, ZipEntry[], RegExp, UnpackOptions?]>([
  ['a path above the target', [{ name: '../evil.wav', body: text('x') }], /invalid relative path/],
  ['a path above the target, in the middle', [{ name: 'a/../../evil.wav' }], /invalid relative path/],
  ['an absolute path', [{ name: '/tmp/evil.wav' }], /absolute path/],
  ['a Windows drive', [{ name: 'C:/evil.wav' }], /absolute path/],
  ['a symbolic link', [{ name: 'link', body: text('/etc'), mode: 0o120777 }], /"link" is a link or a device/],
  ['a device', [{ name: 'null', mode: 0o020666 }], /link or a device/],
  ['an encrypted file', [{ name: 'a', encrypted: true }], /encrypted/],
  ['the same name twice', [{ name: 'a' }, { name: 'a' }], /"a" occurs twice/],
  ['the same file by another name', [{ name: 'a/b' }, { name: 'a/./b' }], /occurs twice/],
  [
    'too many bytes',
    [
      { name: 'a', body: text('12345') },
      { name: 'b', body: text('6') },
    ],
    /more than the 5 bytes/,
    { maxBytes: 5 },
  ],
  ['too many entries', [{ name: 'a' }, { name: 'b' }], /3 entries are more than 1/, { maxEntries: 1 }],
])('%s is refused before anything is written', async (_name, hostile, reason, options) => {
  await expect(unpack([{ name: 'good.wav', body: text('') }, ...hostile], options)).rejects.toThrow(reason);
  expect(existsSync(target)).toBe(false);
  expect(readdirSync(folder)).toEqual(['a.zip']);
});

test('a file that is not a zip, and a zip that is cut short', async () => {
  writeFileSync(join(folder, 'a.zip'), 'no zip at all, only words that go on for a while');
  await expect(unpackZip(join(folder, 'a.zip'), target)).rejects.toThrow(/a\.zip cannot be unpacked/);
  const zip = buildZip([{ name: 'a', body: text('hello') }]);
  writeFileSync(join(folder, 'a.zip'), zip.subarray(0, zip.length - 30));
  await expect(unpackZip(join(folder, 'a.zip'), target)).rejects.toThrow(/a\.zip cannot be unpacked/);
});

test('a size that lies leaves no half file', async () => {
  await expect(unpack([{ name: 'a', body: text('12345'), claimedSize: 4000 }])).rejects.toThrow(/cannot be unpacked/);
  expect(existsSync(join(target, 'a'))).toBe(false);
  expect(existsSync(join(target, 'a.partial'))).toBe(false);
});

test('a second run leaves whole files alone and replaces others', async () => {
  const entries = [
    { name: 'a', body: text('aaa') },
    { name: 'b', body: text('bbb') },
  ];
  await unpack(entries);
  const before = statSync(join(target, 'a')).ino;
  writeFileSync(join(target, 'b'), 'half a b');
  await unpack(entries);
  expect(statSync(join(target, 'a')).ino).toBe(before);
  expect(readFileSync(join(target, 'b'), 'utf8')).toBe('bbb');
});

test('a raised signal stops it between files', async () => {
  const stop = new AbortController();
  const entries = [
    { name: 'a', body: text('aaa') },
    { name: 'b', body: text('bbb') },
  ];
  const run = unpack(entries, { signal: stop.signal, onFile: () => stop.abort() });
  await expect(run).rejects.toThrow(/stopped; run it again/);
  expect(readdirSync(target)).toEqual(['a']);
});
