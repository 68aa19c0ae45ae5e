import { expect, test } from 'vitest';
import { rescale } from '../../../src/data/temperature.ts';
import { brierScore } from '../../../src/eval/metrics/brier.ts';
import { calibration, calibrationBins } from '../../../src/eval/metrics/calibration.ts';
import { clips, sample } from '../samplePredictions.ts';

const none = { labels: ['a', 'b', 'c'], rows: [] };

test('60 clips: numpy and scikit-learn', () => {
  const { n, ece, brier, nll, bins } = calibration(sample);
  expect(n).toBe(60);
  expect(ece).toBeCloseTo(0.1266879440511432, 12); // numpy.digitize(right=True)
  expect(brier).toBeCloseTo(0.4699418622907935, 12); // numpy
  expect(nll).toBeCloseTo(0.9463038363266065, 12); // sklearn.metrics.log_loss
  expect(bins.map((bin) => bin.count)).toEqual([0, 0, 0, 0, 0, 4, 0, 6, 17, 10, 0, 15, 8, 0, 0]);
  expect(calibration(sample, { bins: 10 }).ece).toBeCloseTo(0.08938129576117955, 12);
});

test('by hand: four clips in two bins of four', () => {
  const four = clips(['a', 0.7, 0.2, 0.1], ['a', 0.3, 0.6, 0.1], ['c', 0.1, 0.1, 0.8], ['a', 0, 0.9, 0.1]);
  const { ece, brier, nll, bins } = calibration(four, { bins: 4 });
  expect(bins.map(({ low, high, count }) => [low, high, count])).toEqual([
    [0, 0.25, 0],
    [0.25, 0.5, 0],
    [0.5, 0.75, 2],
    [0.75, 1, 2],
  ]);
  expect(bins[0]).toMatchObject({ confidence: NaN, accuracy: NaN }); // without clips undefined
  expect(bins[2].confidence).toBeCloseTo(0.65, 15);
  expect(bins[3].confidence).toBeCloseTo(0.85, 15);
  expect([bins[2].accuracy, bins[3].accuracy]).toEqual([0.5, 0.5]);
  expect(ece).toBeCloseTo((2 * 0.15 + 2 * 0.35) / 4, 15);
  // (.3² + .2² + .1²) + (.7² + .6² + .1²) + (.1² + .1² + .2²) + (1² + .9² + .1²)
  expect(brier).toBeCloseTo((0.14 + 0.86 + 0.06 + 1.82) / 4, 15);
  expect(nll).toBeCloseTo(-(Math.log(0.7) + Math.log(0.3) + Math.log(0.8) + Math.log(2 ** -52)) / 4, 12);
});

test('certainty that is right: ECE, Brier score and NLL are 0', () => {
  const { ece, brier, nll } = calibration(clips(['a', 1, 0, 0], ['c', 0, 0, 1]));
  expect([ece, brier]).toEqual([0, 0]);
  expect(nll).toBeCloseTo(0, 14);
});

test('certainty that is wrong: ECE is 1, the Brier score 2', () => {
  expect(calibration(clips(['b', 1, 0, 0], ['a', 0, 0, 1]))).toMatchObject({ ece: 1, brier: 2 });
});

test('as right as it is sure: ECE is 0 though the answers are wrong half of the time', () => {
  const half = clips(['a', 0.5, 0.3, 0.2], ['b', 0.5, 0.3, 0.2]);
  expect(calibration(half).ece).toBe(0);
  expect(calibration(half).brier).toBeGreaterThan(0.5);
});

test('without clips ECE, Brier score and NLL are undefined: NaN', () => {
  expect(calibration(none)).toMatchObject({ n: 0, ece: NaN, brier: NaN, nll: NaN });
});

test('a bin holds its upper limit and not its lower one; rounded sums above 1 are in the last', () => {
  const countsOf = (...confidences: number[]) =>
    calibrationBins(confidences.map((confidence) => ({ confidence, right: true })), { bins: 5 }).map(({ count }) => count); // prettier-ignore
  expect(countsOf(0.2, 0.4, 0.6, 0.8, 1)).toEqual([1, 1, 1, 1, 1]);
  expect(countsOf(0.4 + 1e-12, 1 + 1e-9, 0)).toEqual([1, 0, 1, 0, 1]);
  const fifteenth = Array.from({ length: 15 }, (_, i) => ({ confidence: (i + 1) / 15, right: true }));
  expect(calibrationBins(fifteenth).every(({ count }) => count === 1)).toBe(true);
});

test('a weight of 3 counts as three clips', () => {
  const [sure, unsure] = [{ confidence: 0.9, right: false }, { confidence: 0.85, right: true }]; // prettier-ignore
  expect(calibrationBins([{ ...sure, weight: 3 }, unsure], { bins: 2 })).toEqual(
    calibrationBins([sure, sure, sure, unsure], { bins: 2 }),
  );
});

test('for two classes the Brier score is twice that of scikit-learn', () => {
  const probabilities = [0.9, 0.4, 0.2, 0.7].map((p) => [1 - p, p]);
  expect(brierScore(['1', '0', '1', '1'], probabilities, ['0', '1'])).toBeCloseTo(0.45, 14);
});

test.each([
  [2.5, 0.9467692377046798, 0.24285333570267337, [0.20030925865192023, 0.2917406926691025, 0.5079500486789773]],
  [0.4, 1.4060282000607838, 0.19497089278168522, [0.002881594586843884, 0.030215709254944125, 0.966902696158212]],
])('rescaled by %d: numpy', (temperature, nll, ece, fourth) => {
  const rows = sample.rows.map((row) => ({ ...row, probabilities: rescale(row.probabilities, temperature) }));
  rows[3].probabilities.forEach((p, i) => expect(p).toBeCloseTo(fourth[i], 14));
  const scores = calibration({ ...sample, rows });
  expect(scores.nll).toBeCloseTo(nll, 12);
  expect(scores.ece).toBeCloseTo(ece, 12);
});

test('rescaling by T and by 1/T gives the probabilities back; by 1 it changes nothing; 0 stays 0', () => {
  const p = [0.72, 0.2, 0.08, 0];
  rescale(rescale(p, 1.7), 1 / 1.7).forEach((back, i) => expect(back).toBeCloseTo(p[i], 14));
  expect(rescale(p, 1)).toEqual(p);
  expect(rescale(p, 3).at(-1)).toBe(0);
  expect(rescale([0.125, 0.125 + 1e-6], 1e-4).every(Number.isFinite)).toBe(true); // no power underflows for all
});

test('bins that cannot be are refused', () => {
  for (const bins of [0, 2.5, NaN]) expect(() => calibration(sample, { bins })).toThrow(/give 1 or more bins/);
});
