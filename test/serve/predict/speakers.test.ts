import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { withSpeakers } from '../../../src/serve/predict/predictEmotion.ts';
import { speakersOf } from '../../../src/serve/predict/speakers.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-speakers-of-'));
const csv = join(folder, 'speakers.csv');
afterAll(() => rmSync(folder, { recursive: true }));

test('the folder of a file is its speaker, also where two folders have one name', () => {
  const speakers = speakersOf(['a/anna/1.wav', 'a/anna/2.wav', 'b/anna/1.wav'], 'folder');
  expect([...speakers.values()]).toEqual(['a/anna', 'a/anna', 'b/anna'].map((name) => resolve(name)));
});

test('a name is read as its corpus writes it, else up to the first _, - or blank', () => {
  const files = ['03-01-05-01-01-01-12.wav', '03a01Wa.wav', '1001_DFA_ANG_XX.wav', 'x/anna_1.wav', 'ben-2.flac', 'carla 3.mp3', 'dora.wav']; // prettier-ignore
  const [first, ...others] = speakersOf(files, 'file-name').values();
  expect(first).toBe('12');
  expect(new Set(others).size).toBe(6);
  expect(others.slice(2)).toEqual(['anna', 'ben', 'carla', 'dora']);
});

test('a column of a CSV, whose files are relative to it', () => {
  writeFileSync(csv, 'speaker,emotion,file\nanna,,1.wav\n ben ,,sub/2.wav\n,,3.wav\n');
  const files = [join(folder, '1.wav'), join(folder, 'sub', '2.wav')];
  expect([...speakersOf(files, 'column', csv).values()]).toEqual(['anna', 'ben']);
  expect(() => speakersOf([...files, join(folder, '3.wav'), join(folder, '4.wav')], 'column', csv)).toThrow('2 files have no speaker in'); // prettier-ignore
  writeFileSync(csv, 'name,file\nanna,1.wav\n');
  expect(() => speakersOf(files, 'column', csv)).toThrow('must have the columns file and speaker; it has name, file.');
  expect(() => speakersOf(files, 'folder', csv)).toThrow('give both or neither');
});

test('the statistics of a speaker are those of all clips of that speaker, and of no other', () => {
  const vectors = [[1, 5], [3, 5], [100, 200]].map((values) => ({ vector: Float64Array.from(values) })); // prettier-ignore
  const known = withSpeakers(vectors, ['anna', 'anna', 'ben'], 2);
  expect(known.map(({ speaker: { name, statistics } }) => [name, statistics.clips, ...statistics.mean, ...statistics.variance])).toEqual([
    ['anna', 2, 2, 5, 1, 0],
    ['anna', 2, 2, 5, 1, 0],
    ['ben', 1, 100, 200, 0, 0],
  ]); // prettier-ignore
});
