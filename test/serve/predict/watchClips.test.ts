import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchClips } from '../../../src/serve/predict/watchClips.ts';

let folder: string;
let stop: AbortController;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ser-watch-'));
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  rmSync(folder, { recursive: true });
});

/** The next batch's names, within the folder. */
async function next(batches: AsyncGenerator<string[]>): Promise<string[]> {
  const { value } = await batches.next();
  return (value as string[]).map((path) => path.slice(folder.length + 1));
}

test('gives what is there, then what comes, whole and once', async () => {
  writeFileSync(join(folder, 'first.wav'), 'x');
  const batches = watchClips([folder], { settleMs: 50, signal: stop.signal });
  expect(await next(batches)).toEqual(['first.wav']);
  writeFileSync(join(folder, 'notes.txt'), 'x');
  mkdirSync(join(folder, '.hidden'));
  writeFileSync(join(folder, '.hidden', 'no.wav'), 'x');
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'deep', 'second.flac'), 'x');
  expect(await next(batches)).toEqual(['deep/second.flac']);
  // Renamed into place, as a download is.
  writeFileSync(join(folder, 'third.part'), 'x');
  renameSync(join(folder, 'third.part'), join(folder, 'third.mp3'));
  expect(await next(batches)).toEqual(['third.mp3']);
});

test('gives a file again that has changed', async () => {
  const batches = watchClips([folder], { settleMs: 50, signal: stop.signal });
  writeFileSync(join(folder, 'a.wav'), 'x');
  expect(await next(batches)).toEqual(['a.wav']);
  writeFileSync(join(folder, 'a.wav'), 'longer than before');
  expect(await next(batches)).toEqual(['a.wav']);
});

test('leaves folders within folders alone where it is told to', async () => {
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'deep', 'in.wav'), 'x');
  writeFileSync(join(folder, 'out.wav'), 'x');
  const batches = watchClips([folder], { settleMs: 50, recursive: false, signal: stop.signal });
  expect(await next(batches)).toEqual(['out.wav']);
});

test('ends when it is told to', async () => {
  const batches = watchClips([folder], { settleMs: 50, signal: stop.signal });
  const ended = batches.next();
  setTimeout(() => stop.abort(), 100);
  expect(await ended).toEqual({ value: undefined, done: true });
});
