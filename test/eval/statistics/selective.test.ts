import { expect, test } from 'vitest';
import { abstention, applyThreshold, aurc, riskCoverage } from '../../../src/eval/statistics/selective.ts';
import { clips, sample } from '../samplePredictions.ts';

const none = { rows: [] };
const right = (p: number): [string, number, number, number] => ['a', p, 1 - p, 0];
const wrong = (p: number): [string, number, number, number] => ['b', p, 1 - p, 0];

test('60 clips: numpy', () => {
  const curve = riskCoverage(sample);
  expect(curve).toHaveLength(16); // confidences that differ
  expect(aurc(curve)).toBeCloseTo(0.1412884977986057, 12);
  expect(abstention(sample, 0)).toMatchObject({ threshold: 0.7727272727272727, answered: 15, errors: 0, error: 0 });
  expect(abstention(sample, 0.2)).toMatchObject({ threshold: 0.5555555555555556, answered: 43, errors: 7 });
  expect(abstention(sample, 0.3)).toMatchObject({ threshold: 0, answered: 60, errors: 17, coverage: 1 });
});

test('by hand: the surest clips first, clips of the same confidence together', () => {
  const curve = riskCoverage(clips(right(0.6), wrong(0.9), right(0.8), wrong(0.6), right(1)));
  expect(curve).toEqual([
    { threshold: 1, n: 5, answered: 1, notSure: 4, coverage: 0.2, errors: 0, error: 0 },
    { threshold: 0.9, n: 5, answered: 2, notSure: 3, coverage: 0.4, errors: 1, error: 1 / 2 },
    { threshold: 0.8, n: 5, answered: 3, notSure: 2, coverage: 0.6, errors: 1, error: 1 / 3 },
    { threshold: 0.6, n: 5, answered: 5, notSure: 0, coverage: 1, errors: 2, error: 2 / 5 },
  ]);
  // The fourth clip is wrong in one of the two orders: 1.5 errors of 4.
  expect(aurc(curve)).toBeCloseTo((0 + 1 / 2 + 1 / 3 + 1.5 / 4 + 2 / 5) / 5, 15);
});

test('the area is 0 if all is right, 1 if all is wrong, and undefined without clips: NaN', () => {
  expect(aurc(riskCoverage(clips(right(0.6), right(0.9))))).toBe(0);
  expect(aurc(riskCoverage(clips(wrong(0.6), wrong(0.9))))).toBe(1);
  expect(riskCoverage(none)).toEqual([]);
  expect(aurc(riskCoverage(none))).toBeNaN();
});

test('a confidence that says nothing has the error of all clips as its area, whatever their order', () => {
  const same = [right(0.6), wrong(0.6), right(0.6), right(0.6)];
  expect(aurc(riskCoverage(clips(...same)))).toBeCloseTo(1 / 4, 15);
  expect(aurc(riskCoverage(clips(...same.toReversed())))).toBeCloseTo(1 / 4, 15);
});

test('wrong answers are found by a confidence that is low for them: the area is less than the other way round', () => {
  const good = aurc(riskCoverage(clips(right(0.9), right(0.8), wrong(0.7))));
  const bad = aurc(riskCoverage(clips(wrong(0.9), right(0.8), right(0.7))));
  expect(good).toBeCloseTo((0 + 0 + 1 / 3) / 3, 15);
  expect(bad).toBeCloseTo((1 + 1 / 2 + 1 / 3) / 3, 15);
});

test('the lowest threshold is taken, also where the error on the way was too high', () => {
  // Errors 0, 1/2, 1/3, 1/4, 1/5, 2/6
  const six = clips(right(0.95), wrong(0.9), right(0.85), right(0.8), right(0.75), wrong(0.7));
  expect(abstention(six, 0.25)).toMatchObject({ threshold: 0.75, answered: 5, errors: 1, error: 0.2 });
  expect(abstention(six, 0.1)).toMatchObject({ threshold: 0.95, answered: 1, error: 0 });
});

test('if all clips may be answered, so may any less sure one: the threshold is 0', () => {
  const chosen = abstention(clips(right(0.9), right(0.8)), 0)!;
  expect(chosen).toMatchObject({ threshold: 0, coverage: 1, error: 0 });
  expect(applyThreshold(clips(wrong(0.51)), chosen.threshold)).toMatchObject({ coverage: 1, error: 1 });
});

test('no threshold reaches the error, or there are no clips: null', () => {
  expect(abstention(clips(wrong(0.9), right(0.8)), 0.4)).toBeNull();
  expect(abstention(none, 1)).toBeNull();
});

test('a threshold on other clips: its own confidence is answered; of nothing answered the error is undefined', () => {
  const test = clips(right(0.9), wrong(0.8), right(0.79), wrong(0.6));
  expect(applyThreshold(test, 0.8)).toEqual({ threshold: 0.8, n: 4, answered: 2, notSure: 2, coverage: 0.5, errors: 1, error: 0.5 }); // prettier-ignore
  expect(applyThreshold(test, 0.95)).toMatchObject({ answered: 0, notSure: 4, coverage: 0, errors: 0, error: NaN });
  expect(applyThreshold(none, 0.5)).toMatchObject({ n: 0, coverage: NaN, error: NaN });
});

test('every point of the curve is what its threshold does', () => {
  for (const point of riskCoverage(sample)) expect(applyThreshold(sample, point.threshold)).toEqual(point);
});

test('an error that is no share is refused', () => {
  for (const error of [-0.1, 5, NaN]) expect(() => abstention(sample, error)).toThrow(/a share between 0 and 1/);
});
