import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { classificationReport, classificationReportText } from '../../../src/eval/metrics/classificationReport.ts';
import { confusionMatrix, normaliseRows } from '../../../src/eval/metrics/confusion.ts';
import { accuracy } from '../../../src/eval/metrics/accuracy.ts';
import { classScores } from '../../../src/eval/metrics/classScores.ts';
import { logLoss } from '../../../src/eval/metrics/logLoss.ts';
import { uar } from '../../../src/eval/metrics/uar.ts';

interface Golden {
  labels: string[];
  yTrue: number[];
  yPred: number[];
  proba: number[][];
  confusion: number[][];
  report: Record<string, Record<string, number> | number>;
  reportText: string;
  balancedAccuracyPresent: number;
  logLoss: number;
}

const golden = (
  JSON.parse(readFileSync(new URL('../../fixtures/eval/metrics.json', import.meta.url), 'utf8')) as Golden[]
).map((one) => ({
  ...one,
  truth: one.yTrue.map((i) => one.labels[i]),
  predicted: one.yPred.map((i) => one.labels[i]),
}));

/**
 * The fixture's log loss is of probabilities before they were rounded to six places. These are scikit-learn 1.5.2's of
 * the rounded ones: `log_loss(yTrue, proba, labels=range(8))`.
 */
const LOG_LOSSES = [1.166285033677819, 1.1358900354930737, 1.1476984465338782];

test.each(golden)('scikit-learn gives the same figures and the same text, case %#', (one) => {
  const i = golden.indexOf(one);
  const { labels, truth, predicted } = one;
  const confusion = confusionMatrix(truth, predicted, labels);
  expect(confusion).toEqual(one.confusion);
  expect(uar(confusion)).toBeCloseTo(one.balancedAccuracyPresent, 12);
  expect(logLoss(truth, one.proba, labels)).toBeCloseTo(LOG_LOSSES[i], 12);
  expect(logLoss(truth, one.proba, labels)).toBeCloseTo(one.logLoss, 6);
  expect(classificationReportText(truth, predicted, labels)).toBe(one.reportText);
  const report = classificationReport(truth, predicted, labels);
  expect(Object.keys(report)).toEqual(Object.keys(one.report));
  for (const [name, expected] of Object.entries(one.report)) {
    if (typeof expected === 'number') expect(report[name]).toBeCloseTo(expected, 12);
    else
      for (const [metric, value] of Object.entries(expected))
        expect((report[name] as unknown as Record<string, number>)[metric], `${name} ${metric}`).toBeCloseTo(value, 12);
  }
});

test('two of the golden cases have a class without clips', () => {
  expect(golden.map(({ confusion }) => confusion.filter((row) => row.every((count) => count === 0)).length)).toEqual([
    0, 1, 1,
  ]);
});

const [a, b] = ['a', 'b'];
const counts = (truth: string[], predicted: string[], labels = [a, b]) => confusionMatrix(truth, predicted, labels);

test('all right: accuracy, UAR and every average of precision, recall and F1 are 1', () => {
  const truth = [a, b, b];
  expect(accuracy(counts(truth, truth))).toBe(1);
  expect(uar(counts(truth, truth))).toBe(1);
  for (const average of ['micro', 'macro', 'weighted'] as const)
    expect(classScores(truth, truth, [a, b])[average]).toEqual({ precision: 1, recall: 1, f1: 1, support: 3 });
});

test('all wrong: accuracy, UAR and every average are 0', () => {
  const [truth, predicted] = [
    [a, b, b],
    [b, a, a],
  ];
  expect(accuracy(counts(truth, predicted))).toBe(0);
  expect(uar(counts(truth, predicted))).toBe(0);
  for (const average of ['micro', 'macro', 'weighted'] as const)
    expect(classScores(truth, predicted, [a, b])[average]).toEqual({ precision: 0, recall: 0, f1: 0, support: 3 });
});

test('without clips accuracy, UAR and log loss are undefined: NaN', () => {
  expect(accuracy(counts([], []))).toBeNaN();
  expect(uar(counts([], []))).toBeNaN();
  expect(logLoss([], [], [a, b])).toBeNaN();
});

test('UAR leaves out a class without test clips, macro recall counts it as 0', () => {
  const truth = [a, a, a, b];
  const predicted = [a, a, b, b];
  const labels = [a, b, 'absent'];
  expect(uar(counts(truth, predicted, labels))).toBeCloseTo((2 / 3 + 1) / 2, 15);
  expect(classScores(truth, predicted, labels).macro.recall).toBeCloseTo((2 / 3 + 1) / 3, 15);
});

test('UAR weighs every class alike, accuracy every clip', () => {
  const truth = [...Array<string>(9).fill(a), b];
  const confusion = counts(truth, Array<string>(10).fill(a));
  expect(accuracy(confusion)).toBe(0.9);
  expect(uar(confusion)).toBe(0.5);
});

test('0/0 is 0 by default and 1 on request: precision of a class never predicted, recall of one without clips', () => {
  const [truth, predicted] = [[a], [b]];
  expect(classScores(truth, predicted, [a, b]).perClass).toEqual([
    { precision: 0, recall: 0, f1: 0, support: 1 },
    { precision: 0, recall: 0, f1: 0, support: 0 },
  ]);
  expect(classScores(truth, predicted, [a, b, 'c'], 1).perClass).toEqual([
    { precision: 1, recall: 0, f1: 0, support: 1 },
    { precision: 0, recall: 1, f1: 0, support: 0 },
    { precision: 1, recall: 1, f1: 1, support: 0 },
  ]);
});

test('without any clip every class and average is 0/0', () => {
  const { perClass, micro, macro, weighted } = classScores([], [], [a, b]);
  for (const scores of [...perClass, micro, macro, weighted])
    expect(scores).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
});

test('log loss is 0 for certainty that is right, and finite for certainty that is wrong', () => {
  expect(logLoss([a, b], [[1, 0], [0, 1]], [a, b])).toBeCloseTo(0, 14); // prettier-ignore
  expect(logLoss([a, b], [[1, 0], [1, 0]], [a, b])).toBeCloseTo(18.021826694558577, 12); // prettier-ignore
  expect(logLoss([a, b], [[0.8, 0.2], [0.3, 0.7]], [a, b])).toBeCloseTo(0.2899092476264711, 14); // prettier-ignore
  expect(logLoss([a], [[0.5, 0.5]], [a, b])).toBeCloseTo(Math.LN2, 15);
});

test('a normalised row sums to 1; without clips it is all 0', () => {
  expect(normaliseRows([[1, 3], [0, 0]])).toEqual([[0.25, 0.75], [0, 0]]); // prettier-ignore
});

test('the confusion matrix leaves out labels that are not asked for', () => {
  expect(counts([a, 'other', a, b], [a, a, 'other', a])).toEqual([[1, 0], [1, 0]]); // prettier-ignore
});

test('lengths and labels that do not fit are refused in words', () => {
  expect(() => confusionMatrix([a], [], [a])).toThrow(/1 true labels but 0 predictions/);
  expect(() => classScores([a], [a, b], [a])).toThrow(/1 true labels but 2 predictions/);
  expect(() => logLoss(['c'], [[1, 0]], [a, b])).toThrow(/clip 0 has the true label "c"/);
  expect(() => logLoss([a], [[1]], [a, b])).toThrow(/1 probabilities for 2 labels/);
});

const truth = ['a', 'a', 'b', 'c', 'c', 'c', 'd', 'b'];
const predicted = ['a', 'b', 'b', 'c', 'a', 'd', 'd', 'c'];

test('a report on some of the labels has a micro average instead of the accuracy', () => {
  expect(classificationReportText(truth, predicted, ['a', 'b'], { digits: 3 })).toBe(
    `              precision    recall  f1-score   support

           a      0.500     0.500     0.500         2
           b      0.500     0.500     0.500         2

   micro avg      0.500     0.500     0.500         4
   macro avg      0.500     0.500     0.500         4
weighted avg      0.500     0.500     0.500         4
`,
  );
  const report = classificationReport(truth, predicted, ['a', 'b']);
  expect(report['micro avg']).toEqual({ precision: 0.5, recall: 0.5, 'f1-score': 0.5, support: 4 });
  expect(report).not.toHaveProperty('accuracy');
});

test('a long label widens the first column; 0/0 can be 1', () => {
  const labels = ['a', 'b', 'c', 'd', 'a rather long label'];
  expect(classificationReportText(truth, predicted, labels, { zeroDivision: 1 })).toBe(
    `                     precision    recall  f1-score   support

                  a       0.50      0.50      0.50         2
                  b       0.50      0.50      0.50         2
                  c       0.50      0.33      0.40         3
                  d       0.50      1.00      0.67         1
a rather long label       1.00      1.00      1.00         0

           accuracy                           0.50         8
          macro avg       0.60      0.67      0.61         8
       weighted avg       0.50      0.50      0.48         8
`,
  );
});

test('ties are rounded to the even digit, as Python does: 1/8 is 0.12', () => {
  const one = ['x', ...Array<string>(7).fill('y')];
  const all = Array<string>(8).fill('x');
  expect(classificationReportText(one, all, ['x', 'y'])).toBe(
    `              precision    recall  f1-score   support

           x       0.12      1.00      0.22         1
           y       0.00      0.00      0.00         7

    accuracy                           0.12         8
   macro avg       0.06      0.50      0.11         8
weighted avg       0.02      0.12      0.03         8
`,
  );
  expect(classificationReportText(one, all, ['x', 'y'], { digits: 0 })).toContain(
    '           x          0         1         0         1\n',
  );
  expect(classificationReportText(one, all, ['x', 'y'], { digits: 0 })).toContain(
    '   macro avg          0         0         0         8\n',
  );
});
