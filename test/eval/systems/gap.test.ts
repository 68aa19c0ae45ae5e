import { expect, test } from 'vitest';
import { bootstrapBySpeaker } from '../../../src/eval/statistics/bootstrap.ts';
import { uar } from '../../../src/eval/metrics/uar.ts';
import { differencesOf, scoreRuns } from '../../../src/eval/systems/scores.ts';
import { predictionsOf, sample } from '../samplePredictions.ts';

/** `speaker truth predicted` of each clip. */
const clips = (...texts: string[]) =>
  predictionsOf(
    texts.map((text) => {
      const [speaker, label, predicted] = text.split(' ');
      return {
        label,
        speaker: Number(speaker),
        probabilities: ['a', 'b', 'c'].map((one) => Number(one === predicted)),
      };
    }),
  );

/** UAR of women's clips minus that of men's. */
const gapOf = (predictions: typeof sample, options = {}) => scoreRuns([predictions], options).gap!.uar;

test("60 clips: the difference of scikit-learn's balanced accuracies", () => {
  const { parts } = scoreRuns([sample]);
  expect(parts.female!.figures.uar.mean).toBeCloseTo(0.7201465201465201, 12);
  expect(parts.male!.figures.uar.mean).toBeCloseTo(0.7142857142857143, 12);
  expect(parts.male).toMatchObject({ n: 30, speakers: 3 });
  const { value, interval } = gapOf(sample);
  expect(value).toBeCloseTo(0.00586080586080584, 12);
  // numpy, 20,000 resamples: −0.1124 … 0.0556
  expect(interval!.low).toBeCloseTo(-0.1124, 2);
  expect(interval!.high).toBeCloseTo(0.0556, 2);
});

test('by hand: women ½ + 1 over two classes, men all right', () => {
  const { parts, gap } = scoreRuns([clips('2 a a', '2 a b', '4 b b', '1 a a', '3 c c')]);
  expect(parts.female).toMatchObject({ n: 3, speakers: 2, figures: { uar: { mean: 3 / 4 } } });
  expect(parts.male).toMatchObject({ n: 2, speakers: 2, figures: { uar: { mean: 1 } } });
  expect(gap!.uar.value).toBe(-1 / 4);
  expect(gap!.accuracy.value).toBeCloseTo(2 / 3 - 1, 15);
});

test('alike: the gap is 0; only women right: it is 1; only men: −1, and so are the intervals', () => {
  const all = (female: string, male: string) => clips(...['2', '4'].map((s) => `${s} a ${female}`), ...['1', '3'].map((s) => `${s} a ${male}`)); // prettier-ignore
  expect(gapOf(all('a', 'a'))).toEqual({ value: 0, interval: { low: 0, high: 0 } });
  expect(gapOf(all('a', 'b'))).toEqual({ value: 1, interval: { low: 1, high: 1 } });
  expect(gapOf(all('b', 'a'))).toEqual({ value: -1, interval: { low: -1, high: -1 } });
});

test('a gender without clips: there is no gap', () => {
  const women = scoreRuns([clips('2 a a', '4 b b')]);
  expect(women.gap).toBeNull();
  expect(women.parts.male).toBeUndefined();
});

test('one speaker of a gender: there is a gap but no interval', () => {
  expect(gapOf(clips('2 a a', '4 a b', '1 a a'))).toEqual({ value: -1 / 2, interval: null });
});

test('speakers are drawn within each group: a group that is all alike adds nothing to the interval', () => {
  const men = clips(...['1', '3', '5', '7'].map((speaker) => `${speaker} a a`));
  const women = clips('2 a a', '4 a b', '6 a a', '8 a b');
  const { low, high } = bootstrapBySpeaker(women, uar)!;
  expect([low, high]).toEqual([0, 1]);
  expect(differencesOf([men], [women], { paired: false }).uar.interval).toEqual({ low: -1, high: 0 });
  expect(differencesOf([women], [men], { paired: false }).uar.interval).toEqual({ low: 0, high: 1 });
});

test('the same seed gives the same interval, another seed another', () => {
  const few = { resamples: 25 };
  expect(gapOf(sample, { ...few, seed: 3 })).toEqual(gapOf(sample, { ...few, seed: 3 }));
  expect(gapOf(sample, { ...few, seed: 4 }).interval).not.toEqual(gapOf(sample, { ...few, seed: 3 }).interval);
});
