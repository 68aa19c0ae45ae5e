import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readLabelMap } from '../../../src/data/labels/labelMap.ts';
import { emotionInName } from '../../../src/data/labels/emotionWords.ts';
import { manifestCorpus, type ManifestRow, manifestToCsv, readManifest } from '../../../src/data/sources/manifest.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-manifest-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'corpus.csv');
const write = (...lines: string[]): string => {
  writeFileSync(path, `${['file,speaker,gender,probability,emotion,review', ...lines].join('\n')}\n`);
  return path;
};

test('what is written is read back, its files named from where the manifest lies', () => {
  const there = join(folder, 'clips');
  mkdirSync(there);
  const rows: ManifestRow[] = [
    {
      file: relative('.', join(there, 'a, b.wav')),
      speaker: 'anna',
      gender: 'female',
      probability: 0.75,
      emotion: 'calm',
      review: 'unsure',
    },
    {
      file: relative('.', join(there, 'c.wav')),
      speaker: '',
      gender: '',
      probability: null,
      emotion: '',
      review: 'unreadable: x',
    },
  ];
  const text = manifestToCsv(rows, folder);
  expect(text.split('\n')[1]).toBe('"clips/a, b.wav",anna,female,calm,0.75,unsure');
  writeFileSync(path, text);
  expect(readManifest(path)).toEqual(rows);
});

test('the corpus of a manifest has the rows that are whole and not under review; the others are named', async () => {
  write(
    'b/2.wav,bob,male,0.9,angry,',
    'a/1.wav,anna,female,0.99,sad,',
    'a/3.wav,anna,female,0.7,sad,unsure',
    'a/4.wav,,female,0.99,,',
  );
  const corpus = manifestCorpus(path);
  expect(corpus.name).toBe('corpus');
  const { clips, problems } = await corpus.clips(path);
  expect(clips).toMatchObject([
    { id: 'a/1', path: relative('.', join(folder, 'a', '1.wav')), speaker: 'anna', gender: 'female', emotion: 'sad' },
    { id: 'b/2', speaker: 'bob', gender: 'male', emotion: 'angry', channel: 'speech' },
  ]);
  expect(problems.map(({ reason }) => reason)).toEqual(['to be reviewed: unsure', 'no emotion']);
});

test('what cannot be used is said with its row', async () => {
  const refused = (...lines: string[]) => expect(manifestCorpus(write(...lines)).clips(path)).rejects;
  await refused('a.wav,x,boy,1,sad,').toThrow(/row 1 \(a\.wav\) has the gender "boy"/);
  await refused('a.wav,x,male,1,sad,', 'a.wav,x,male,1,sad,').toThrow(/row 2 \(a\.wav\) occurs twice/);
  await refused('a.wav,x,male,1,sad,', 'a.mp3,x,male,1,sad,').toThrow(
    /differs from that of another clip only by its extension/,
  );
  await refused('a.wav,x,male,1,,').toThrow(/no row that can be used for training; the first row: no emotion/);
  for (const probability of ['NaN', '-1', '16', 'Infinity', '1e999', '=1+1', '0x1']) {
    await refused('b.wav,x,male,1,sad,', `a.wav,x,male,${probability},sad,`).toThrow(
      `row 2 (a.wav) has the probability "${probability}"; give a number from 0 to 1, or nothing`,
    );
  }
  writeFileSync(path, 'file,gender\n');
  await expect(manifestCorpus(path).clips(path)).rejects.toThrow(/lacks the columns emotion; it has file, gender/);
  await expect(manifestCorpus('none.csv').clips('none.csv')).rejects.toThrow(
    /none\.csv cannot be read: there is no such file/,
  );
});

test('probability and review may be left out, and emotions may be called as people do', async () => {
  const words = ['neutral', 'joy', 'Sadness', 'anger', 'FEAR', 'surprise'];
  writeFileSync(
    path,
    ['file,speaker,gender,emotion', ...words.map((word, i) => `${i}.wav,s1,male,${word}`)].join('\n'),
  );
  const { clips, problems } = await manifestCorpus(path).clips(path);
  expect(clips.map(({ emotion }) => emotion)).toEqual(['neutral', 'happy', 'sad', 'angry', 'fearful', 'surprised']);
  expect(problems).toEqual([]);
  expect(readManifest(path)[0]).toMatchObject({ probability: null, review: '' });
});

/** What every object has, and other names that are more than names in JavaScript. */
const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'prototype', 'length'];

test('names that objects have are only names: as speaker, folder, clip and column', async () => {
  for (const name of NAMES) {
    expect(emotionInName(`${name}/${name}-2.wav`)).toBe('');
    expect(emotionInName(`${name}/angry.wav`)).toBe('angry');
  }
  writeFileSync(
    path,
    `${['file,speaker,gender,probability,emotion,review,__proto__,constructor', ...NAMES.map((name) => `${name}/${name}.wav,${name},male,1,sad,,x,y`)].join('\n')}\n`,
  );
  const { clips } = await manifestCorpus(path).clips(path);
  expect(clips.map(({ id, speaker }) => [id, speaker])).toEqual(
    NAMES.toSorted().map((name) => [`${name}/${name}`, name]),
  );
});

test('an emotion is read from a name or the nearest folder, and not guessed', () => {
  expect(emotionInName('OAF_back_angry.wav')).toBe('angry');
  expect(emotionInName('speaker/Fear/0001.wav')).toBe('fearful');
  expect(emotionInName('sad/happy_12.wav')).toBe('happy');
  expect(emotionInName('happy-or-sad.wav')).toBe('');
  expect(emotionInName('unhappy/saddle.wav')).toBe('');
});

test('any word is an emotion: labels are those that there are, known ones first', async () => {
  write('1.wav,s1,male,,Boredom,', '2.wav,s2,female,,wistful,', '3.wav,s2,female,,calm,', '4.wav,s1,male,,anger,');
  const corpus = manifestCorpus(path);
  const { clips } = await corpus.clips(path);
  expect(clips.map(({ emotion }) => emotion)).toEqual(['boredom', 'wistful', 'calm', 'angry']);
  expect(corpus.labels).toEqual(['calm', 'angry', 'boredom', 'wistful']);
});

test('a gender is not needed, nor is its column: clips without are told apart by null', async () => {
  write('a/1.wav,anna,,,sad,', 'b/3.wav,bob,male,0.9,angry,');
  expect((await manifestCorpus(path).clips(path)).clips.map(({ gender }) => gender)).toEqual([null, 'male']);
  writeFileSync(path, 'file,speaker,emotion\na/1.wav,anna,sad\n');
  expect((await manifestCorpus(path).clips(path)).clips).toMatchObject([{ id: 'a/1', gender: null }]);
});

test('genders that nobody gave are filled in where that is asked for, of clips that lack nothing else', async () => {
  write(
    'a/1.wav,anna,,,sad,',
    'a/2.wav,anna,,,sad,',
    'b/3.wav,bob,male,0.9,angry,',
    'c/4.wav,carl,,,,',
    'd/5.wav,d,male,,sad,',
  );
  const asked: string[] = [];
  const corpus = manifestCorpus(path, {
    fillGenders: async (files) => {
      asked.push(...files);
      return new Map([[files[0], 'female']]);
    },
  });
  const { clips, problems, gendersFilledIn } = await corpus.clips(path);
  expect(asked).toEqual(['1.wav', '2.wav'].map((name) => relative('.', join(folder, 'a', name))));
  expect(gendersFilledIn).toBe(2); // one now, and one whose probability says that a model gave it
  expect(clips.map(({ id, gender }) => `${id} ${gender}`)).toEqual(['a/1 female', 'a/2 null', 'b/3 male', 'd/5 male']);
  expect(problems.map(({ reason }) => reason)).toEqual(['no emotion']);

  const alone = await manifestCorpus(path).clips(path);
  expect(alone.clips.map(({ gender }) => gender)).toEqual([null, null, 'male', 'male']);
  expect(alone.gendersFilledIn).toBe(1);
});

test('genders and emotions are read as people write them, in any case and several languages', async () => {
  const genders = ['M', 'f', 'Female', 'weiblich', 'MANN', 'w', '?'];
  const emotions = ['ang', 'HAP', 'Wut', 'Freude', 'NEU', 'fea', 'Überraschung'];
  writeFileSync(
    path,
    ['file,gender,emotion', ...genders.map((gender, i) => `${i}.wav,${gender},${emotions[i]}`)].join('\n'),
  );
  const { clips } = await manifestCorpus(path).clips(path);
  expect(clips.map(({ gender, emotion }) => `${gender} ${emotion}`)).toEqual([
    ...[
      'male angry',
      'female happy',
      'female angry',
      'female happy',
      'male neutral',
      'female fearful',
      'null surprised',
    ],
  ]);
});

test('--map goes before the usual labels, as it is written, and an empty label leaves clips out', async () => {
  write('1.wav,s1,male,,joy,', '2.wav,s2,female,,Frust,', '3.wav,s2,female,,xxx,', '4.wav,s1,male,,anger,');
  const map = readLabelMap(['joy=elated,frust=angry', 'XXX=']);
  const corpus = manifestCorpus(path, { map });
  expect((await corpus.clips(path)).clips.map(({ emotion }) => emotion)).toEqual(['elated', 'angry', 'angry']);
  expect(corpus.labels).toEqual(['angry', 'elated']);
  const byLabel = manifestCorpus(path, { map: readLabelMap(['happy=content']) });
  expect((await byLabel.clips(path)).clips[0].emotion).toBe('content');
  expect(() => readLabelMap(['joy'])).toThrow(
    '--map takes pairs such as joy=happy, with commas between them; "joy" is none',
  );
  expect(() => readLabelMap(['joy=happy,joy=sad'])).toThrow('--map gives "joy" two labels, happy and sad');
});

test('neither speaker nor gender is needed; further columns are kept, and written again', async () => {
  writeFileSync(path, 'path;label;session;note\na\\1.wav;joy;2;"loud; far"\nb/2.wav;anger;;\n');
  const { clips } = await manifestCorpus(path).clips(path);
  expect(clips).toMatchObject([
    { id: 'a/1', speaker: '', gender: null, emotion: 'happy', more: { session: '2', note: 'loud; far' } },
    { id: 'b/2', speaker: '', emotion: 'angry' },
  ]);
  expect(clips[1].more).toBeUndefined();
  const rows = readManifest(path);
  expect(manifestToCsv(rows, folder)).toBe(
    'file,speaker,gender,emotion,session,note\na/1.wav,,,happy,2,"loud; far"\nb/2.wav,,,angry,,\n',
  );
});

test('a manifest.csv is named after its folder, and no corpus of somebody is called like a known one', () => {
  expect(manifestCorpus(join('calls', 'manifest.csv')).name).toBe('calls');
  expect(manifestCorpus(join('calls', 'day-1.csv')).name).toBe('day-1');
  expect(manifestCorpus(join('emodb', 'manifest.csv')).name).toBe('my-emodb');
});
