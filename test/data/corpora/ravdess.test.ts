import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ravdess, ravdessIds } from '../../../src/data/corpora/ravdess.ts';
import { TABLE_PATHS } from '../../../src/data/corpora/corpora.ts';
import { readTable } from '../../../src/data/tables/tableFile.ts';
import { formatScan, summariseScan } from '../../../src/data/corpora/scanReport.ts';

test('a table that was written before clips had a recording and a sentence is completed from the names', async () => {
  const { labels, clips } = await readTable(TABLE_PATHS.original);
  expect(labels).toEqual(ravdess.labels);
  for (const { copy, ...clip } of clips) expect({ ...clip, copy }).toEqual({ ...ravdess.parseName(clip.id), copy: 0 });
  expect(clips.length - new Set(clips.map(({ recording }) => recording)).size).toBe(1);
});

describe('names', () => {
  test('every field is read', () => {
    expect(ravdess.parseName('03-02-06-02-01-02-12.wav')).toEqual({
      id: '03-02-06-02-01-02-12',
      corpus: 'ravdess',
      channel: 'song',
      emotion: 'fearful',
      sentence: '1',
      speaker: '12',
      gender: 'female',
      recording: 'ravdess/03-02-06-02-01-02-12',
    });
    expect(ravdess.parseName('03-01-01-01-02-01-07')).toMatchObject({
      channel: 'speech',
      emotion: 'neutral',
      sentence: '2',
      gender: 'male',
    });
  });

  test.each([
    ['hello.wav', 'seven two-digit numbers'],
    ['03-01-01-01-01-01.wav', 'seven two-digit numbers'],
    ['3-1-1-1-1-1-1.wav', 'seven two-digit numbers'],
    ['03-01-01-01-01-01-01-01.wav', 'seven two-digit numbers'],
    ['01-01-01-01-01-01-01.wav', 'modality 01 is video'],
    ['04-01-01-01-01-01-01.wav', 'modality 4'],
    ['03-03-01-01-01-01-01.wav', 'channel 3'],
    ['03-01-00-01-01-01-01.wav', 'emotion 0'],
    ['03-01-09-01-01-01-01.wav', 'emotion 9'],
    ['03-01-02-03-01-01-01.wav', 'intensity 3'],
    ['03-01-01-02-01-01-01.wav', 'neutral has no strong intensity'],
    ['03-01-01-01-03-01-01.wav', 'statement 3'],
    ['03-01-01-01-01-00-01.wav', 'repetition 0'],
    ['03-01-01-01-01-01-00.wav', 'actor 0'],
    ['03-01-01-01-01-01-25.wav', 'actor 25'],
    ['03-02-07-01-01-01-01.wav', 'disgust was never sung'],
    ['03-02-08-01-01-01-01.wav', 'surprised was never sung'],
    ['03-02-02-01-01-01-18.wav', 'actor 18 sang no songs'],
  ])('%s: %s', (name, reason) => {
    expect(() => ravdess.parseName(name)).toThrow(reason);
    expect(() => ravdess.parseName(name)).toThrow(name);
  });

  test('the whole corpus: 1,440 spoken and 1,012 sung, each name valid and once', () => {
    const ids = ravdessIds();
    const clips = ids.map(ravdess.parseName);
    expect(new Set(ids).size).toBe(2452);
    expect(clips.filter((clip) => clip.channel === 'speech')).toHaveLength(1440);
    expect(clips.filter((clip) => clip.channel === 'song')).toHaveLength(1012);
    expect(ids).toEqual([...ids].sort());
  });

  test('twins have one recording, everything else its own', () => {
    expect(ravdess.recordingOf({ id: '03-01-03-01-02-02-07' })).toBe(
      ravdess.recordingOf({ id: '03-01-03-01-02-01-07' }),
    );
    expect(new Set(ravdessIds().map((id) => ravdess.recordingOf({ id }))).size).toBe(2451);
  });
});

describe('folders', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ser-scan-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const put = (...paths: string[]): void => {
    for (const path of paths) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), 'x');
    }
  };

  test('nested and flat, WAV and FLAC, in the order of the ids', async () => {
    put('b/c/03-01-02-01-01-01-02.WAV', '03-01-01-01-01-01-03.flac', 'Actor_01/03-01-01-01-01-01-01.wav');
    const { clips, problems } = await ravdess.clips(root);
    expect(clips.map((clip) => clip.id)).toEqual([
      '03-01-01-01-01-01-01',
      '03-01-01-01-01-01-03',
      '03-01-02-01-01-01-02',
    ]);
    expect(clips[0].path).toBe(join(root, 'Actor_01/03-01-01-01-01-01-01.wav'));
    expect(problems).toHaveLength(2449);
    expect(problems.every((problem) => problem.kind === 'missing')).toBe(true);
  });

  test('missing, duplicate and foreign files are reported and nothing else is lost', async () => {
    const ids = ravdessIds();
    put(...ids.slice(1).map((id) => `${id}.wav`));
    put('copy/03-01-01-01-01-01-02.flac', 'notes.txt', 'other/sound.wav', '03-02-02-01-01-01-18.wav');
    put('.DS_Store', '__MACOSX/._03-01-01-01-01-01-01.wav', '.hidden/x.wav');
    const scan = await ravdess.clips(root);
    expect(scan.clips).toHaveLength(2451);
    const short = scan.problems.map(({ kind, name }) => `${kind} ${name}`).sort();
    expect(short).toEqual([
      'duplicate copy/03-01-01-01-01-01-02.flac',
      'foreign 03-02-02-01-01-01-18.wav',
      'foreign notes.txt',
      'foreign other/sound.wav',
      'missing 03-01-01-01-01-01-01',
    ]);

    const text = formatScan(summariseScan(scan));
    expect(text).toMatch('2451 clips of 24 speakers: speech 1439, song 1012');
    expect(text).toMatch('foreign: 3');
    expect(text).toMatch('actor 18 sang no songs');
  });

  test('a folder without clips, and none at all', async () => {
    put('readme.txt');
    await expect(ravdess.clips(root)).rejects.toThrow(/there is no clip of the corpus in/);
    await expect(ravdess.clips(join(root, 'nowhere'))).rejects.toThrow(
      /nowhere cannot be read: there is no such file or folder/,
    );
  });
});
