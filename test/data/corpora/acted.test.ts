import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emovo } from '../../../src/data/corpora/emovo.ts';
import { savee } from '../../../src/data/corpora/savee.ts';
import { tess } from '../../../src/data/corpora/tess.ts';

test.each([
  [tess, 'OAF_back_angry.wav', { speaker: 'tess-OAF', gender: 'female', emotion: 'angry', sentence: 'back' }],
  [tess, 'YAF_dog_ps.wav', { speaker: 'tess-YAF', emotion: 'surprised', sentence: 'dog' }],
  [tess, 'OA_bite_neutral.wav', { speaker: 'tess-OAF', emotion: 'neutral' }],
  [savee, 'DC_sa05.wav', { speaker: 'savee-DC', gender: 'male', emotion: 'sad', sentence: null }],
  [savee, 'KL_n30.wav', { speaker: 'savee-KL', emotion: 'neutral' }],
  [emovo, 'dis-f1-b1.wav', { speaker: 'emovo-f1', gender: 'female', emotion: 'disgust', sentence: 'b1' }],
  [emovo, 'gio-m3-d2.wav', { speaker: 'emovo-m3', gender: 'male', emotion: 'happy', sentence: 'd2' }],
])('$title: %2$s', (corpus, name, expected) => {
  expect(corpus.parseName(name)).toMatchObject({ corpus: corpus.name, ...expected });
});

test.each([
  [tess, 'OAF_back_bored.wav', /bored is not an emotion/],
  [tess, '03a01Fa.wav', /"03a01Fa.wav" is not a TESS file name: it is not speaker, word, emotion/],
  [savee, 'XY_a01.wav', /there is no speaker XY/],
  [savee, 'DC_a16.wav', /there is no sentence 16/],
  [savee, 'DC_x01.wav', /x is not an emotion/],
  [emovo, 'dis-f4-b1.wav', /not an EMOVO file name: there is no actor f4/],
  [emovo, 'abc-f1-b1.wav', /abc is not an emotion/],
  [emovo, 'dis-f1-z9.wav', /there is no sentence z9/],
])('$title refuses %2$s, with the reason', (corpus, name, reason) => {
  expect(() => corpus.parseName(name)).toThrow(reason);
});

test('whole corpora have 2,800, 480 and 588 clips in seven emotions', () => {
  expect([tess, savee, emovo].map(({ size, labels }) => [size, labels.length])).toEqual([[2800, 7], [480, 7], [588, 7]]); // prettier-ignore
});

test('SAVEE is found flat, and with the speakers as folders, as it is published', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ser-savee-'));
  mkdirSync(join(folder, 'AudioData', 'JE'), { recursive: true });
  writeFileSync(join(folder, 'AudioData', 'JE', 'su01.wav'), 'x');
  writeFileSync(join(folder, 'DC_a01.wav'), 'x');
  const { clips, problems } = await savee.clips(folder);
  expect(clips.map(({ id, emotion, speaker }) => [id, emotion, speaker])).toEqual([
    ['DC_a01', 'angry', 'savee-DC'],
    ['JE_su01', 'surprised', 'savee-JE'],
  ]);
  expect(problems.filter(({ kind }) => kind === 'missing')).toHaveLength(478);
  rmSync(folder, { recursive: true });
});
