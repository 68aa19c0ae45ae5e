import { describe, expect, test } from 'vitest';
import type { Clip } from '../../../src/data/clip.ts';
import { getProtocol, testedLabels } from '../../../src/data/protocols/protocols.ts';
import { validationUnit } from '../../../src/data/protocols/validation.ts';

/** Made-up clips: of each speaker a number of clips of each emotion. */
function clipsOf(corpus: string, counts: Record<string, Record<string, number>>): Clip[] {
  return Object.entries(counts).flatMap(([speaker, emotions], s) =>
    Object.entries(emotions).flatMap(([emotion, count]) =>
      Array.from({ length: count }, (_, take): Clip => {
        const id = `${corpus}-${speaker}-${emotion}-${take}`;
        const gender = s % 2 === 0 ? 'male' : 'female';
        return { id, corpus, emotion, speaker, gender, recording: id, sentence: null, channel: 'speech' };
      }),
    ),
  );
}

const even = Object.fromEntries(
  Array.from({ length: 12 }, (_, s) => [`s${s + 1}`, { angry: 4, happy: 4, wistful: 2 }] as const),
);
const corpus = clipsOf('mine', even);
const idsOf = (clips: readonly Clip[]): string[] => clips.map(({ id }) => id).sort();
const speakersOf = (clips: readonly Clip[]): Set<string> => new Set(clips.map(({ speaker }) => speaker));
const countOf = (clips: readonly Clip[], emotion: string): number =>
  clips.filter((clip) => clip.emotion === emotion).length;

describe('k-fold', () => {
  test('tests every clip once, on speakers that are not learnt from, and is the same for the same seed', () => {
    const folds = getProtocol('k-fold-4').folds(corpus);
    expect(folds.map(({ name }) => name)).toEqual(['fold 1', 'fold 2', 'fold 3', 'fold 4']);
    expect(folds.flatMap(({ test }) => idsOf(test)).sort()).toEqual(idsOf(corpus));
    for (const { train, test } of folds) {
      expect([...speakersOf(test)].filter((speaker) => speakersOf(train).has(speaker))).toEqual([]);
      expect(test).toHaveLength(30);
    }
    const shuffled = corpus.toReversed();
    expect(getProtocol('k-fold-4').folds(shuffled).map(({ test }) => idsOf(test))).toEqual(folds.map(({ test }) => idsOf(test))); // prettier-ignore
    const other = getProtocol('k-fold-4-seed-2').folds(corpus);
    expect(other.map(({ test }) => idsOf(test))).not.toEqual(folds.map(({ test }) => idsOf(test)));
    expect(getProtocol('k-fold').folds(corpus)).toHaveLength(5);
  });

  test('keeps the emotions even where speakers have different ones', () => {
    const uneven = clipsOf('uneven', {
      ...Object.fromEntries(Array.from({ length: 6 }, (_, s) => [`a${s}`, { angry: 6 }])),
      ...Object.fromEntries(Array.from({ length: 6 }, (_, s) => [`h${s}`, { happy: 6 }])),
    });
    for (const { test } of getProtocol('k-fold-3').folds(uneven)) {
      expect([countOf(test, 'angry'), countOf(test, 'happy')]).toEqual([12, 12]);
    }
  });

  test('gives one gender alone its part of the same folds', () => {
    const isMale = ({ gender }: Clip): boolean => gender === 'male';
    const whole = getProtocol('k-fold-3').folds(corpus);
    const men = getProtocol('k-fold-3').folds(corpus.filter(isMale));
    expect(men.map(({ test }) => idsOf(test))).toEqual(whole.map(({ test }) => idsOf(test.filter(isMale))));
  });

  test('refuses in words more folds than speakers, and clips whose speaker nobody knows', () => {
    expect(() => getProtocol('k-fold-13').folds(corpus)).toThrow(/k-fold-13 needs 13 speakers or more; here are 12/);
    const unknown = corpus.map((clip, i) => (i < 3 ? { ...clip, speaker: '' } : clip));
    for (const name of ['k-fold', 'loso']) {
      expect(() => getProtocol(name).folds(unknown)).toThrow(
        `${name} has to know who speaks, and 3 clips of 120 have no speaker, such as mine-s1-angry-0: fill in the column speaker, or take random`,
      );
    }
  });
});

test('random tests every clip once, an equal share of each emotion in each fold, and declares that it leaks', () => {
  const protocol = getProtocol('random-4');
  const folds = protocol.folds(corpus);
  expect(folds.flatMap(({ test }) => idsOf(test)).sort()).toEqual(idsOf(corpus));
  for (const { test } of folds) {
    expect([countOf(test, 'angry'), countOf(test, 'happy'), countOf(test, 'wistful')]).toEqual([12, 12, 6]);
  }
  expect(protocol.shares).toContain('speaker');
  expect(protocol.describe(corpus)).toMatch(/It leaks: speakers, rooms and sentences are on both sides/);
  expect(getProtocol('random').folds(corpus.map((clip) => ({ ...clip, speaker: '', gender: null })))).toHaveLength(5);
});

describe('split by a column', () => {
  const marked = (values: readonly string[]): Clip[] =>
    corpus.map((clip, i) => ({ ...clip, more: { part: values[i % values.length] } }));

  test('of training and test rows is one fold; development rows are learnt from', () => {
    const clips = marked(['train', 'Dev', 'test']);
    const [fold, ...others] = getProtocol('split-part').folds(clips);
    expect(others).toEqual([]);
    expect(idsOf(fold.test)).toEqual(idsOf(clips.filter(({ more }) => more!.part === 'test')));
    expect(fold.train).toHaveLength(80);
    expect(getProtocol('split-part').describe(clips)).toMatch(
      /^Tested on test of the column "part", trained on Dev and train/,
    );
  });

  test('of other values has one fold for each', () => {
    const folds = getProtocol('split-part').folds(marked(['1', '2', '3']));
    expect(folds.map(({ name, test }) => [name, test.length])).toEqual([['1', 40], ['2', 40], ['3', 40]]); // prettier-ignore
  });

  test('refuses clips without a value, with the columns that there are', () => {
    const clips = marked(['1', '2']);
    expect(() => getProtocol('split-session').folds(clips)).toThrow(
      /split-session splits by the column "session", in which 120 of 120 clips have nothing, such as .*; further columns here: part/,
    );
  });
});

test('cross-corpus-NAME tests any corpus of the data, over the emotions that both sides have', () => {
  const other = clipsOf('other', { x1: { angry: 3, bored: 3 }, x2: { wistful: 2, angry: 1 } });
  const protocol = getProtocol('cross-corpus-other');
  const clips = [...corpus, ...other];
  const [fold] = protocol.folds(clips);
  expect(idsOf(fold.train)).toEqual(idsOf(corpus));
  expect(idsOf(fold.test)).toEqual(idsOf(other.filter(({ emotion }) => emotion !== 'bored')));
  const labels = ['angry', 'happy', 'wistful', 'bored'];
  expect(testedLabels(protocol, { labels, clips: clips.map((clip) => ({ ...clip, copy: 0 })) })).toEqual(['angry', 'wistful']); // prettier-ignore
  expect(protocol.describe(clips)).toBe(
    'Trained on mine speech, tested on other, over the 2 emotions that both have. By their names no speaker, sentence or recording is on both sides.',
  );
});

test('all learns from every clip, song too, and tests none', () => {
  const sung = corpus.map((clip, i) => (i % 2 ? { ...clip, channel: 'song' as const } : clip));
  const protocol = getProtocol('all');
  const [fold] = protocol.folds(sung);
  expect([fold.train.length, fold.test.length]).toEqual([120, 0]);
  expect(protocol.describe(sung)).toMatch(/no clip is left to test on/);
});

test('validation is by speaker where test speakers are unseen, and by clip where speakers are unknown or too few', () => {
  const [fold] = getProtocol('k-fold').folds(corpus);
  const shares = getProtocol('k-fold').shares;
  expect(validationUnit(fold, { shares })).toBe('speaker');
  expect(validationUnit(fold, { shares }, 'clip')).toBe('clip');
  const nobody = fold.train.map((clip) => ({ ...clip, speaker: '' }));
  expect(validationUnit({ train: nobody, test: [] }, { shares }, 'speaker')).toBe('clip');
  const two = fold.train.filter(({ speaker }) => ['s1', 's2'].includes(speaker));
  expect(validationUnit({ train: two, test: [] }, { shares }, 'speaker')).toBe('clip');
  const [mixed] = getProtocol('random').folds(corpus);
  expect(validationUnit(mixed, getProtocol('random'))).toBe('clip');
});
