import { expect, test } from 'vitest';
import { TABLE_PATHS } from '../../../src/data/corpora/corpora.ts';
import { innerProtocol } from '../../../src/data/protocols/innerFolds.ts';
import { getProtocol } from '../../../src/data/protocols/protocols.ts';
import { trainedWith } from '../../../src/data/protocols/trainedWith.ts';
import { readTable } from '../../../src/data/tables/tableFile.ts';

const { clips } = await readTable(TABLE_PATHS.original);
const luna = trainedWith(getProtocol('luna-5fold'), ['song']);
const [outer] = luna.folds(clips);
const inner = (options: object = {}) => innerProtocol(luna, outer.name, options);
const ids = (of: readonly { id: string }[]): string[] => of.map(({ id }) => id);

test('each speech clip of the training speakers is held out once, by models that have heard nobody of its speaker', () => {
  const folds = inner().folds(outer.train);
  const held = folds.flatMap(({ test }) => ids(test));
  expect(held.sort()).toEqual(ids(outer.train.filter(({ channel }) => channel === 'speech')).sort());
  for (const { train, test } of folds) {
    const heard = new Set(train.map(({ speaker }) => speaker));
    expect(test.filter(({ speaker }) => heard.has(speaker))).toEqual([]);
    // Song is learnt from, that of other speakers alone.
    expect(new Set(train.map(({ channel }) => channel))).toEqual(new Set(['speech', 'song']));
  }
});

test('men and women are dealt out evenly', () => {
  for (const folds of [2, 3, 4, 5]) {
    const counts = inner({ folds })
      .folds(outer.train)
      .map(({ test }) => {
        const speakers = new Map(test.map(({ speaker, gender }) => [speaker, gender]));
        return ['male', 'female'].map((gender) => [...speakers.values()].filter((one) => one === gender).length);
      });
    expect(counts).toHaveLength(folds);
    for (const gender of [0, 1]) {
      const own = counts.map((count) => count[gender]);
      expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(1);
    }
    const all = counts.map(([men, women]) => men + women);
    expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1);
  }
});

test('the seed decides which speakers are together, not the order of the clips', () => {
  const tested = (seed: number, given = outer.train) => inner({ seed }).folds(given).map(({ test }) => ids(test).sort()); // prettier-ignore
  expect(tested(1, [...outer.train].reverse())).toEqual(tested(1));
  expect(tested(2)).not.toEqual(tested(1));
});

test('where the protocol tests known speakers, recordings are dealt out, with the same share of every emotion', () => {
  const reference = getProtocol('reference');
  const [{ name, train }] = reference.folds(clips);
  const folds = innerProtocol(reference, name).folds(train);
  const counts = folds.map(({ test }) => test.filter(({ emotion }) => emotion === 'angry').length);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  for (const { train, test } of folds) {
    const learnt = new Set(train.map(({ recording }) => recording));
    expect(test.filter(({ recording }) => learnt.has(recording))).toEqual([]);
    expect(new Set(test.map(({ speaker }) => speaker)).size).toBe(24);
  }
});

test('a smaller share of the training clips is a part of a larger one, with clips of every emotion', () => {
  const [whole, third, ninth] = [1, 1 / 3, 1 / 9].map((share) => inner({ share }).folds(outer.train)[1]);
  expect(whole.test).toEqual(ninth.test);
  for (const [less, more, share] of [[third, whole, 1 / 3], [ninth, third, 1 / 9]] as const) {
    expect(less.train.length / whole.train.length).toBeCloseTo(share, 1);
    const learnt = new Set(ids(more.train));
    expect(less.train.every(({ id }) => learnt.has(id))).toBe(true);
    expect(new Set(less.train.map(({ emotion }) => emotion)).size).toBe(8);
  } // prettier-ignore
});

test('too few speakers, one fold, and no share are refused', () => {
  const few = outer.train.filter(({ speaker }) => ['01', '02', '03', '04', '05', '06'].includes(speaker));
  const speakers = new Set(few.map(({ speaker }) => speaker)).size;
  expect(() => inner({ folds: speakers + 1 }).folds(few)).toThrow(/has training clips of \d speakers, too few for \d inner folds/); // prettier-ignore
  for (const folds of [1, 2.5]) expect(() => inner({ folds })).toThrow(/must be a whole number, 2 or more/);
  for (const share of [0, 1.1]) expect(() => inner({ share })).toThrow(/must be above 0, and 1 at most/);
});
