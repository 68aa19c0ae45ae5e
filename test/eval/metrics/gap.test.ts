import { expect, test } from 'vitest';
import { bootstrapBySpeaker, groupBootstrap } from '../../../src/eval/statistics/bootstrap.ts';
import { genderGap } from '../../../src/eval/metrics/gap.ts';
import { uar } from '../../../src/eval/metrics/metrics.ts';
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

test("60 clips: the difference of scikit-learn's balanced accuracies", () => {
  const { male, female, gap, interval } = genderGap([sample]);
  expect(female.uar).toBeCloseTo(0.7201465201465201, 12);
  expect(male.uar).toBeCloseTo(0.7142857142857143, 12);
  expect(gap).toBeCloseTo(0.00586080586080584, 12);
  expect(male).toMatchObject({ n: 30, speakers: 3 });
  // numpy, 20,000 resamples: −0.1124 … 0.0556
  expect(interval!.low).toBeCloseTo(-0.1124, 2);
  expect(interval!.high).toBeCloseTo(0.0556, 2);
});

test('by hand: women ½ + 1 over two classes, men all right', () => {
  const { female, male, gap } = genderGap([clips('2 a a', '2 a b', '4 b b', '1 a a', '3 c c')]);
  expect(female).toEqual({ n: 3, speakers: 2, uar: 3 / 4 });
  expect(male).toEqual({ n: 2, speakers: 2, uar: 1 });
  expect(gap).toBe(-1 / 4);
});

test('alike: the gap is 0; only women right: it is 1; only men: −1, and so are the intervals', () => {
  const all = (female: string, male: string) => clips(...['2', '4'].map((s) => `${s} a ${female}`), ...['1', '3'].map((s) => `${s} a ${male}`)); // prettier-ignore
  expect(genderGap([all('a', 'a')])).toMatchObject({ gap: 0, interval: { low: 0, high: 0 } });
  expect(genderGap([all('a', 'b')])).toMatchObject({ gap: 1, interval: { low: 1, high: 1 } });
  expect(genderGap([all('b', 'a')])).toMatchObject({ gap: -1, interval: { low: -1, high: -1 } });
});

test('a gender without clips: the gap is undefined, NaN, and its interval null', () => {
  const women = genderGap([clips('2 a a', '4 b b')]);
  expect(women).toMatchObject({ gap: NaN, interval: null });
  expect(women.male).toEqual({ n: 0, speakers: 0, uar: NaN });
});

test('one speaker of a gender: there is a gap but no interval', () => {
  expect(genderGap([clips('2 a a', '4 a b', '1 a a')])).toMatchObject({ gap: -1 / 2, interval: null });
});

test('speakers are drawn within each group: a group that is all alike adds nothing to the interval', () => {
  const men = clips(...['1', '3', '5', '7'].map((speaker) => `${speaker} a a`));
  const women = clips('2 a a', '4 a b', '6 a a', '8 a b');
  const { low, high } = bootstrapBySpeaker(women, uar)!;
  expect([low, high]).toEqual([0, 1]);
  expect(groupBootstrap(men, women, uar)).toEqual({ low: -1, high: 0 });
  expect(groupBootstrap(women, men, uar)).toEqual({ low: 0, high: 1 });
});

test('the same seed gives the same interval, another seed another', () => {
  const few = { resamples: 25 };
  expect(genderGap([sample], { ...few, seed: 3 })).toEqual(genderGap([sample], { ...few, seed: 3 }));
  expect(genderGap([sample], { ...few, seed: 4 }).interval).not.toEqual(
    genderGap([sample], { ...few, seed: 3 }).interval,
  );
});
