import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FORMATS, formatNames, hasAudioExtension, withoutAudioExtension } from '../../../src/data/audio/formats.ts';
import { buildPage } from '../../../src/serve/page/build.ts';

test('formats are listed nowhere but in the one list: messages, help, page and API take their names from there', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|html)$/.test(name));
  const listing = sources.filter((name) => /\bWAV\b.{0,12}\b(FLAC|MP3|Ogg)\b/.test(readFileSync(join('src', name), 'utf8'))); // prettier-ignore
  expect(sources.length).toBeGreaterThan(100);
  expect(listing.map((name) => name.replaceAll('\\', '/'))).toEqual(['data/audio/formats.ts']);
});

test('the page names every format, and its file dialogue offers their extensions', async () => {
  const html = (await buildPage()).get('/')!.body.toString();
  const offered = /accept="([^"]*)"/.exec(html)![1].split(',');
  for (const { name, extensions } of FORMATS) {
    expect(html).toContain(name);
    expect(offered).toEqual(expect.arrayContaining([...extensions]));
  }
  expect(html).not.toMatch(/\{\{/);
});

test('names stand in a sentence', () => {
  const names = FORMATS.map(({ name }) => name);
  expect(formatNames()).toBe(`${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);
  expect(formatNames('or')).toContain(` or ${names.at(-1)}`);
});

test('a name is that of an audio file by its end, in capitals or not', () => {
  for (const extension of FORMATS.flatMap(({ extensions }) => extensions)) {
    expect(withoutAudioExtension(`a/clip.1${extension}`)).toBe('a/clip.1');
    expect(hasAudioExtension(`CLIP${extension.toUpperCase()}`)).toBe(true);
  }
  expect(['notes.txt', 'wav', 'clip.wav.txt'].filter(hasAudioExtension)).toEqual([]);
  expect(withoutAudioExtension('notes.v1')).toBe('notes.v1');
});

test('docs/formats.md has a row for every format, with its extensions', () => {
  const rows = readFileSync('docs/formats.md', 'utf8').split('\n').map((line) => line.split('|').map((cell) => cell.trim())); // prettier-ignore
  for (const { name, extensions } of FORMATS) {
    const row = rows.find(([, first]) => first?.replace(' ¹', '') === name);
    expect(row?.[2], `${name}: npm run formats writes the page again`).toBe(extensions.join(' '));
  }
});
