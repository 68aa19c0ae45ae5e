import { describe, expect, test } from 'vitest';
import { ravdess, ravdessIds } from '../../../src/data/corpora/ravdess.ts';
import { checkLeaks } from '../../../src/data/protocols/protocol.ts';
import { getProtocol } from '../../../src/data/protocols/protocols.ts';
import { trainedWith } from '../../../src/data/protocols/trainedWith.ts';

const corpus = ravdessIds().map(ravdess.parseName);

describe.each([
  ['luna-5fold', 'speaker', (clip: (typeof corpus)[number]) => clip.speaker],
  ['loso', 'speaker', (clip: (typeof corpus)[number]) => clip.speaker],
  ['statement', 'sentence', (clip: (typeof corpus)[number]) => String(clip.sentence)],
] as const)('%s with song', (name, what, key) => {
  const plain = getProtocol(name);
  const withSong = trainedWith(plain, ['song']);
  const folds = withSong.folds(corpus);

  test('tests what it tests without', () => {
    expect(folds.map((fold) => fold.test)).toEqual(plain.folds(corpus).map((fold) => fold.test));
  });

  test(`learns from all song that shares no ${what} with the test clips, and from the same speech, in the order given`, () => {
    folds.forEach((fold, i) => {
      const tested = new Set(fold.test.map(key));
      const song = corpus.filter((clip) => clip.channel === 'song' && !tested.has(key(clip)));
      expect(song.length).toBeGreaterThan(400);
      const { train } = plain.folds(corpus)[i];
      expect(fold.train).toEqual(corpus.filter((clip) => train.includes(clip) || song.includes(clip)));
      expect(() => checkLeaks(fold, plain.shares)).not.toThrow();
    });
  });

  test('its description says so', () => {
    expect(withSong.describe(corpus)).toBe(`${plain.describe(corpus)} Also trained on the song of the training side.`);
    expect(withSong.with).toEqual(['song']);
  });
});

test('clips of the song of one gender alone are added to the folds of that gender', () => {
  const women = corpus.filter((clip) => clip.gender === 'female');
  const [fold] = trainedWith(getProtocol('luna-5fold'), ['song']).folds(women);
  expect(new Set(fold.train.map((clip) => clip.gender))).toEqual(new Set(['female']));
  expect(new Set(fold.train.map((clip) => clip.channel))).toEqual(new Set(['speech', 'song']));
});

test('without further channels it is the same protocol; one that is learnt from anyway is refused', () => {
  const reference = getProtocol('reference');
  expect(trainedWith(reference, [])).toBe(reference);
  expect(() => trainedWith(reference, ['song'])).toThrow('reference is trained on song anyway: leave out --with song.');
});
