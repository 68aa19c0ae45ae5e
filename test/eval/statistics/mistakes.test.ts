import { expect, test } from 'vitest';
import { confidentMistakes, groupingsOf, groupScores } from '../../../src/eval/statistics/mistakes.ts';
import type { Predictions } from '../../../src/eval/systems/predictions.ts';
import { clips, sample } from '../samplePredictions.ts';

const five = clips(
  ['a', 0.9, 0.1, 0],
  ['b', 0.7, 0.2, 0.1],
  ['c', 0.1, 0.9, 0],
  ['a', 0, 0.3, 0.7],
  ['b', 0, 0.4, 0.6],
);

test('the surest mistakes come first, of the same confidence by id; what is right is none', () => {
  expect(confidentMistakes(five, 3)).toEqual([
    { id: 'clip 2', speaker: '1', label: 'c', predicted: 'b', confidence: 0.9 },
    { id: 'clip 1', speaker: '1', label: 'b', predicted: 'a', confidence: 0.7 },
    { id: 'clip 3', speaker: '1', label: 'a', predicted: 'c', confidence: 0.7 },
  ]);
  expect(confidentMistakes(five)).toHaveLength(4);
  expect(confidentMistakes({ rows: five.rows.slice(0, 1) })).toEqual([]);
});

test("by speaker: scikit-learn's balanced accuracy and the clips that are right", () => {
  const scores = groupScores(sample, ({ speaker }) => speaker);
  expect(scores.map(({ group, n, right }) => [group, n, right])).toEqual([
    ['0', 10, 7],
    ['1', 10, 7],
    ['2', 10, 7],
    ['3', 10, 7],
    ['4', 10, 8],
    ['5', 10, 7],
  ]);
  const expected = [2 / 3, 0.6944444444444443, 0.7777777777777777, 0.7, 2 / 3, 0.7777777777777777];
  scores.forEach(({ uar }, i) => expect(uar).toBeCloseTo(expected[i], 12));
});

test('by hand: groups that lack a class are compared over the classes that all have', () => {
  // Of each clip group, truth and prediction; only b is in both groups.
  const of = (...texts: string[]): Predictions => ({
    ...five,
    rows: texts.map((text, i) => {
      const [speaker, label, predicted] = text.split(' ');
      return { ...five.rows[0], id: String(i), speaker, label, predicted };
    }),
  });
  const [tenth, second] = groupScores(of('10 a a', '10 b b', '10 b a', '2 b b', '2 c a'), ({ speaker }) => speaker).reverse(); // prettier-ignore
  expect(second).toMatchObject({ group: '2', n: 2, right: 1, accuracy: 1 / 2, uar: (1 + 0) / 2, sharedUar: 1 });
  expect(second.recalls).toEqual([NaN, 1, 0]); // no clips of a: its recall is undefined
  expect(second.confusion).toEqual([[0, 0, 0], [0, 1, 0], [1, 0, 0]]); // prettier-ignore
  expect(tenth).toMatchObject({ group: '10', n: 3, right: 2, accuracy: 2 / 3, uar: (1 + 1 / 2) / 2, sharedUar: 1 / 2 });
  // No class in both: nothing to compare by.
  expect(groupScores(of('1 a a', '2 b b'), ({ speaker }) => speaker).map(({ uar, sharedUar }) => [uar, sharedUar])).toEqual([[1, NaN], [1, NaN]]); // prettier-ignore
  expect(groupScores(of(), ({ speaker }) => speaker)).toEqual([]);
});

test('RAVDESS names say intensity, statement and channel; other ids only what the rows hold', () => {
  const [first, second] = five.rows;
  const rows = [
    { ...first, id: '03-01-05-02-01-01-08' },
    { ...second, id: '03-02-02-01-02-01-11' },
  ];
  const groupings = groupingsOf({ rows });
  expect(Object.keys(groupings)).toEqual(['speaker', 'gender', 'intensity', 'statement', 'channel']);
  expect(Object.values(groupings).map((groupOf) => rows.map(groupOf))).toEqual([
    ['1', '1'],
    ['male', 'male'],
    ['strong', 'normal'],
    ['statement 1', 'statement 2'],
    ['speech', 'song'],
  ]);
  expect(Object.keys(groupingsOf(five))).toEqual(['speaker', 'gender']);
});
