import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findClipFiles } from '../../../src/data/audio/clipFiles.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ser-clips-'));
  mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
  mkdirSync(join(folder, '.hidden'));
  mkdirSync(join(folder, 'empty'));
  for (const name of ['b.WAV', 'a.flac', 'deep/er/c.mp3', 'notes.txt', '.d.wav', '.hidden/e.wav']) {
    writeFileSync(join(folder, name), 'x');
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a folder stands for its audio files at any depth, in the order of their names, without hidden ones', () => {
  expect(findClipFiles([folder])).toEqual(['a.flac', 'b.WAV', 'deep/er/c.mp3'].map((name) => join(folder, name)));
});

test('links to files count, links that lead nowhere do not', () => {
  const links = mkdtempSync(join(tmpdir(), 'ser-links-'));
  symlinkSync(join(folder, 'a.flac'), join(links, 'a.flac'));
  symlinkSync(join(folder, 'gone.wav'), join(links, 'gone.wav'));
  expect(findClipFiles([links])).toEqual([join(links, 'a.flac')]);
  rmSync(links, { recursive: true });
});

test('folders within it can be left alone', () => {
  expect(findClipFiles([folder], { recursive: false })).toEqual(['a.flac', 'b.WAV'].map((name) => join(folder, name)));
});

test('a file stands for itself, whatever its name, and once', () => {
  const notes = join(folder, 'notes.txt');
  expect(findClipFiles([notes, notes])).toEqual([notes]);
});

test('a path that is not there and a folder without audio are named', () => {
  expect(() => findClipFiles([join(folder, 'nothing.wav')])).toThrow(/nothing\.wav: there is no such file/);
  expect(() => findClipFiles([join(folder, 'empty')])).toThrow(/no WAV, FLAC, MP3 or Ogg/);
  expect(findClipFiles([join(folder, 'empty')], { mayBeEmpty: true })).toEqual([]);
});
