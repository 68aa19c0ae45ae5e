import { expect, test } from 'vitest';
import { calibration } from '../../src/eval/metrics/calibration.ts';
import { confidentMistakes, groupScores } from '../../src/eval/statistics/mistakes.ts';
import { abstention, applyThreshold, aurc, riskCoverage } from '../../src/eval/statistics/selective.ts';
import { evaluate } from '../../src/eval/systems/scores.ts';
import { predictionsOf } from './samplePredictions.ts';

/*
 * Eight clips of four speakers. Every expectation is worked out on paper from this table:
 *
 *   clip  speaker  truth     a    b    c   predicted  confidence
 *   0     2 (f)    a        .9   .1    0   a  right   .9
 *   1     2 (f)    b        .2   .7   .1   b  right   .7
 *   2     4 (f)    a        .6   .4    0   a  right   .6
 *   3     4 (f)    c        .1   .8   .1   b  WRONG   .8
 *   4     1 (m)    a         0    1    0   b  WRONG   1
 *   5     1 (m)    b        .1   .9    0   b  right   .9
 *   6     3 (m)    c        .3   .1   .6   c  right   .6
 *   7     3 (m)    c        .5   .1   .4   a  WRONG   .5
 */
const predictions = predictionsOf([
  { speaker: 2, label: 'a', probabilities: [0.9, 0.1, 0] },
  { speaker: 2, label: 'b', probabilities: [0.2, 0.7, 0.1] },
  { speaker: 4, label: 'a', probabilities: [0.6, 0.4, 0] },
  { speaker: 4, label: 'c', probabilities: [0.1, 0.8, 0.1] },
  { speaker: 1, label: 'a', probabilities: [0, 1, 0] },
  { speaker: 1, label: 'b', probabilities: [0.1, 0.9, 0] },
  { speaker: 3, label: 'c', probabilities: [0.3, 0.1, 0.6] },
  { speaker: 3, label: 'c', probabilities: [0.5, 0.1, 0.4] },
]);

test('accuracy, UAR, macro-F1, MCC and counts', () => {
  const { male, female, combined } = evaluate(predictions).parts;
  expect(combined).toMatchObject({ n: 8, correct: 5, speakers: 4, figures: { accuracy: { mean: 5 / 8 } } });
  expect(combined!.confusion).toEqual([[2, 1, 0], [0, 2, 0], [1, 1, 1]]); // prettier-ignore
  expect(combined!.figures.uar.mean).toBeCloseTo((2 / 3 + 2 / 2 + 1 / 3) / 3, 15);
  expect(combined!.figures.macroF1.mean).toBeCloseTo((4 / (3 + 3) + 4 / (2 + 4) + 2 / (3 + 1)) / 3, 15);
  // (5·8 − Σ t p) / √((64 − Σ p²)(64 − Σ t²)): of truth 3, 2, 3 clips, predicted 3, 4, 1
  expect(combined!.figures.mcc.mean).toBeCloseTo((40 - (9 + 8 + 3)) / Math.sqrt((64 - 26) * (64 - 22)), 15);
  expect(female).toMatchObject({ n: 4, correct: 3, figures: { accuracy: { mean: 3 / 4 } } });
  expect(female!.figures.uar.mean).toBeCloseTo((1 + 1 + 0) / 3, 15);
  expect(male).toMatchObject({ n: 4, correct: 2, figures: { accuracy: { mean: 1 / 2 } } });
  expect(male!.figures.uar.mean).toBeCloseTo((0 + 1 + 1 / 2) / 3, 15);
});

test('the gap between the genders', () => {
  expect(evaluate(predictions).gap!.uar.value).toBeCloseTo(2 / 3 - 1 / 2, 15);
});

test('calibration', () => {
  const { ece, brier, nll, bins } = calibration(predictions);
  // Fifteenths: .5 → 8th (.467 – .533]; .6 → 9th (.533 – .6]; .7 → 11th (.667 – .733]; .8 → 12th (.733 – .8]; .9 → 14th (.867 – .933]; 1 → 15th.
  expect(bins.map(({ count }) => count)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 1, 1, 0, 2, 1]);
  // |right − sure|, bin by bin: .5, 2 · |1 − .6|, .3, .8, 2 · |1 − .9|, 1
  expect(ece).toBeCloseTo((0.5 + 0.8 + 0.3 + 0.8 + 0.2 + 1) / 8, 14);
  const distances = [0.01 + 0.01, 0.04 + 0.09 + 0.01, 0.16 + 0.16, 0.01 + 0.64 + 0.81, 2, 0.01 + 0.01, 0.09 + 0.01 + 0.16, 0.25 + 0.01 + 0.36]; // prettier-ignore
  expect(brier).toBeCloseTo(distances.reduce((sum, distance) => sum + distance, 0) / 8, 14);
  const truths = [0.9, 0.7, 0.6, 0.1, 2 ** -52, 0.9, 0.6, 0.4];
  expect(nll).toBeCloseTo(-Math.log(truths.reduce((product, p) => product * p, 1)) / 8, 12);
});

test('risk and coverage', () => {
  const curve = riskCoverage(predictions);
  expect(curve.map(({ threshold, answered, errors }) => [threshold, answered, errors])).toEqual([
    [1, 1, 1],
    [0.9, 3, 1],
    [0.8, 4, 2],
    [0.7, 5, 2],
    [0.6, 7, 2],
    [0.5, 8, 3],
  ]);
  expect(aurc(curve)).toBeCloseTo((1 + 1 / 2 + 1 / 3 + 2 / 4 + 2 / 5 + 2 / 6 + 2 / 7 + 3 / 8) / 8, 15);
});

test("a threshold chosen on women's clips, used on men's", () => {
  const of = (gender: string) => ({ rows: predictions.rows.filter((row) => row.gender === gender) });
  // Of women's clips .9 right, .8 wrong, .7 right, .6 right: errors 0, 1/2, 1/3, 1/4
  expect(abstention(of('female'), 0.2)).toMatchObject({ threshold: 0.9, coverage: 1 / 4, error: 0 });
  expect(applyThreshold(of('male'), 0.9)).toMatchObject({ answered: 2, notSure: 2, coverage: 1 / 2, errors: 1, error: 1 / 2 }); // prettier-ignore
  expect(abstention(of('male'), 0.2)).toBeNull(); // the surest clip is wrong; never fewer than 1/3 after it
});

test('where it errs', () => {
  expect(confidentMistakes(predictions).map(({ id, label, predicted }) => [id, label, predicted])).toEqual([
    ['clip 4', 'a', 'b'],
    ['clip 3', 'c', 'b'],
    ['clip 7', 'c', 'a'],
  ]);
  const bySpeaker = groupScores(predictions, ({ speaker }) => speaker);
  expect(bySpeaker.map(({ group, n, right, uar, sharedUar }) => [group, n, right, uar, sharedUar])).toEqual([
    ['1', 2, 1, 1 / 2, NaN],
    ['2', 2, 2, 1, NaN],
    ['3', 2, 1, 1 / 2, NaN],
    ['4', 2, 1, 1 / 2, NaN],
  ]);
});
