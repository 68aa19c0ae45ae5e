import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ModelPredictions } from '../../../src/eval/systems/modelPredictions.ts';
import { wholeOf } from '../../../src/eval/systems/scores.ts';
import type { SystemName } from '../../../src/eval/systems/systems.ts';
import { renderSvg } from '../../../src/eval/charts/render.ts';
import { robustnessChart } from '../../../src/eval/charts/robustnessChart.ts';
import { makeReport, type Report } from '../../../src/eval/reports/report.ts';
import { readReport, type ReportInput, writeReport } from '../../../src/eval/reports/reportFiles.ts';
import { conditionLines } from '../../../src/eval/text/conditionLines.ts';
import { reportMarkdown } from '../../../src/eval/text/reportMarkdown.ts';
import { predictionsOf, sample } from '../samplePredictions.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-robustness-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Condition {
  name: SystemName;
  predictions: ModelPredictions;
}
const condition = (name: string, { rows, ...about }: typeof sample): Condition => ({
  name: { name, title: `the ${name}`, what: `What ${name} is.` },
  predictions: {
    ...{ ...about, model: name, seed: 1, validation: [] },
    rows: rows.map((row) => ({ ...row, fold: 'test', temperature: 1 })),
  },
});
const inputOf = (...conditions: Condition[]) => ({
  kind: 'conditions' as const,
  predictions: conditions.map(({ predictions }) => predictions),
  names: conditions.map(({ name }) => name),
  description: 'A split.',
  overlap: {
    speakers: { test: 2, shared: 0 },
    sentences: { test: 1, shared: 1 },
    recordings: { test: 8, shared: 0 },
  },
  notes: ['Half of it is made up.'],
});
const reportOf = (conditions: Condition[], resamples: number): Report =>
  makeReport({ ...inputOf(...conditions), options: { resamples } }).report;

/** Eight clips of two speakers: the truth, and which label gets .8; the others get .1. */
const said = (...labels: string[]) =>
  predictionsOf(
    labels.map((label, i) => ({
      label: 'aaaabbbb'[i],
      probabilities: [...'abc'].map((one) => (one === label ? 0.8 : 0.1)),
      speaker: 1 + (i % 2),
    })),
  );
const clean = condition('clean', said('a', 'a', 'a', 'c', 'b', 'b', 'b', 'b')); // 7 of 8
const fog = condition('fog', said('a', 'a', 'b', 'a', 'b', 'b', 'c', 'c')); // loses 3, wins 1
const dark = condition('dark', said('c', 'c', 'c', 'c', 'c', 'c', 'c', 'c'));

test('accuracy, UAR, changed predictions, calibration and what is predicted, by hand', () => {
  const report = reportOf([clean, fog, dark], 200);
  expect(report).toMatchObject({
    protocol: 'reference',
    interval: { resamples: 200, level: 0.95 },
    temperatures: null,
  });
  const [first, second, third] = report.systems.map(wholeOf);
  expect(first).toMatchObject({ n: 8, speakers: 2, correct: 7 });
  expect(first.figures.accuracy.mean).toBe(7 / 8);
  expect(first.figures.uar.mean).toBeCloseTo((3 / 4 + 1) / 2, 12);
  expect(first.confidence).toBeCloseTo(0.8, 12);
  expect(first.figures.ece.mean).toBeCloseTo(7 / 8 - 0.8, 12);

  expect(second.figures.accuracy.mean).toBe(5 / 8);
  expect(second.figures.uar.mean).toBeCloseTo((3 / 4 + 2 / 4) / 2, 12);
  expect(second.figures.ece.mean).toBeCloseTo(0.8 - 5 / 8, 12);
  expect(second.figures.logLoss.mean).toBeCloseTo(-(5 * Math.log(0.8) + 3 * Math.log(0.1)) / 8, 12);
  expect(third.figures).toMatchObject({ accuracy: { mean: 0 }, uar: { mean: 0 } });

  // Each with the first, no other pairs.
  expect(report.comparisons.map(({ first, second }) => [first, second])).toEqual([['clean', 'fog'], ['clean', 'dark']]); // prettier-ignore
  const [inFog, inTheDark] = report.comparisons;
  expect(inFog.differences.accuracy.value).toBeCloseTo(-2 / 8, 12);
  expect(inFog.differences.uar.value).toBeCloseTo(-1 / 4, 12);
  expect(inFog).toMatchObject({ changed: { value: 4 / 8, clips: 4 }, mcnemar: { onlyFirst: 3, onlySecond: 1 } });
  expect(inFog.share!.value).toBeCloseTo(5 / 7, 12);
  expect(inTheDark.share!.value).toBe(0);
  expect(inTheDark).toMatchObject({ changed: { value: 7 / 8, clips: 7 }, mcnemar: { onlyFirst: 7, onlySecond: 0 } });

  const manifest = { command: 'ser robustness', options: {}, versions: {}, data: {}, models: {} };
  const markdown = reportMarkdown(makeReport(inputOf(clean, fog, dark)), [], { manifest });
  expect(markdown).toMatch(/\| the clean +\| the fog +\| 71\.4 % \[[\d., ]+\] +\|/);
  const lines = conditionLines(report).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/^the clean +0\.875 \[.*\] +0\.875 \[.*\] +– +– +0\.800$/);
  expect(lines[2]).toMatch(/^the fog +0\.625 \[.*\] +0\.625 \[.*\] +71\.4 % \[.*\] +50\.0 % \[.*\] +0\.800$/);
  const predicted = markdown.slice(markdown.indexOf('## Predicted emotions'));
  expect(predicted).toContain('| the fog | 3 | 3 | 2 |');
  expect(predicted).toContain('| the dark | 0 | 0 | 8 |');
});

test('the interval of a difference is paired: a condition against itself differs by nothing at all', () => {
  const { systems, comparisons } = reportOf([condition('clean', sample), condition('same', sample)], 300);
  const { low, high } = wholeOf(systems[0]).figures.uar.interval!;
  expect(high - low).toBeGreaterThan(0.05);
  const [{ differences, changed, share }] = comparisons;
  expect(share).toEqual({ value: 1, interval: { low: 1, high: 1 } });
  expect(differences.uar).toEqual({ value: 0, interval: { low: 0, high: 0 } });
  expect(changed.interval).toEqual({ low: 0, high: 0 });
});

test('the intervals hold the values; of one speaker there are none', () => {
  const [{ differences, changed, share }] = reportOf([clean, fog], 500).comparisons;
  for (const { value, interval } of [differences.uar, differences.accuracy, changed, share!]) {
    expect(interval!.low).toBeLessThanOrEqual(value);
    expect(interval!.high).toBeGreaterThanOrEqual(value);
  }
  const alone = ({ predictions, name }: Condition) => ({
    name,
    predictions: { ...predictions, rows: predictions.rows.filter((row) => row.speaker === '1') },
  });
  const { systems, comparisons: [one] } = reportOf([alone(clean), alone(fog)], 100); // prettier-ignore
  expect([wholeOf(systems[1]).figures.uar, one.changed, one.differences.uar].map(({ interval }) => interval)).toEqual([null, null, null]); // prettier-ignore
});

test('where nothing is right without a disturbance there is no share of it', () => {
  const [{ share }] = reportOf([dark, fog], 100).comparisons;
  expect(share).toEqual({ value: NaN, interval: null });
  expect(conditionLines(reportOf([dark, fog], 100))).toMatch(/the fog +0\.625 \[.*\] +0\.625 \[.*\] +– +/);
});

test('over several seeds the share is that of the mean UARs', () => {
  const again = (one: Condition, other: Condition): Condition => ({ ...one, predictions: { ...other.predictions, model: one.name.name, seed: 2 } }); // prettier-ignore
  const [{ share }] = reportOf([clean, fog, again(clean, clean), again(fog, dark)], 100).comparisons;
  expect(share!.value).toBeCloseTo((5 / 8 + 0) / (7 / 8 + 7 / 8), 12);
});

test('conditions of other clips, labels or truths are refused', () => {
  const { rows } = fog.predictions;
  const refused = (change: Partial<ModelPredictions>) => () =>
    reportOf([clean, { ...fog, predictions: { ...fog.predictions, ...change } }], 10);
  expect(refused({ rows: rows.slice(1) })).toThrow(/fog, seed 1 has no prediction for the test clip clip 0/);
  expect(refused({ rows: [...rows, { ...rows[0], id: 'more' }] })).toThrow(/has 9 test clips; clean has 8/);
  expect(refused({ rows: rows.map((row, i) => (i === 2 ? { ...row, label: 'c' } : row)) })).toThrow(/clip 2 has the label c in fog/); // prettier-ignore
  expect(refused({ protocol: 'loso' })).toThrow(/another protocol/);
  expect(() => reportOf([], 10)).toThrow(/no clip to score/);
});

test('the chart shows every condition, and how many predictions change', async () => {
  const report = reportOf([clean, fog, dark], 100);
  const text = { title: 'What fog does', subtitle: 'protocol reference, 8 test clips' };
  const svg = await renderSvg(robustnessChart({ report, ...text }));
  const texts = [...svg.matchAll(/<(?:tspan|text)[^>]*>([^<]+)</g)].map((match) => match[1]);
  expect(texts).toEqual(expect.arrayContaining([text.title, text.subtitle, 'the clean', 'the fog', 'the dark']));
  expect(texts).toEqual(
    expect.arrayContaining([
      '50 % (4)',
      '88 % (7)',
      '71 %',
      '0 %',
      'share of the UAR, the clean',
      'UAR',
      'accuracy',
      'mean confidence',
    ]),
  );
  expect(texts.filter((one) => one === 'the fog')).toHaveLength(1);
  expect(/NaN|undefined|null/.exec(svg)).toBeNull();
});

const input: ReportInput = {
  ...inputOf(clean, fog),
  manifest: { command: 'ser robustness', options: {}, seed: { male: 1 }, versions: {}, data: {}, models: {} },
  options: { resamples: 100, seed: 7, level: 0.9, maxError: 0.25 },
};

test('a report folder holds what its report is made of, and says what a reader must know', async () => {
  const dir = join(folder, 'report');
  const report = await writeReport(dir, input);
  expect(report).toEqual(JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8')));
  expect(readReport(dir)).toEqual(input);
  const markdown = readFileSync(join(dir, 'report.md'), 'utf8');
  for (const words of [
    'Protocol `reference`.',
    'none of the 2 test speakers',
    'Half of it is made up.',
    '| the fog | 8 | 5 | 0.625 [',
    '| 50.0 % [',
    '90 % intervals',
    '- **the fog** (`fog`): What fog is.',
    '`ser robustness`',
  ])
    expect(markdown).toContain(words);
  expect(readFileSync(join(dir, 'report.html'), 'utf8')).toContain('the fog');
  for (const name of ['robustness.png', 'robustness.svg']) expect(existsSync(join(dir, 'figures', name))).toBe(true);
});
