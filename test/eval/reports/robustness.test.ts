import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Predictions } from '../../../src/eval/systems/predictions.ts';
import { renderSvg } from '../../../src/eval/charts/render.ts';
import { type ConditionPredictions, robustnessReport } from '../../../src/eval/reports/robustness.ts';
import { robustnessChart } from '../../../src/eval/charts/robustnessChart.ts';
import { readRobustnessFolder, type RobustnessInput, writeRobustnessFolder } from '../../../src/eval/reports/robustnessFolder.ts';
import { predictionsOf, sample } from '../samplePredictions.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-robustness-'));
afterAll(() => rmSync(folder, { recursive: true }));

const condition = (name: string, predictions: Predictions): ConditionPredictions => {
  return { name, label: `the ${name}`, what: `What ${name} is.`, predictions };
};

/** Eight clips of two speakers: the truth, and which label gets .8; the others get .1. */
const said = (...labels: string[]): Predictions =>
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

test('accuracy, UAR, flips, calibration and what is predicted, by hand', () => {
  const report = robustnessReport([clean, fog, dark], { resamples: 200 });
  expect(report).toMatchObject({ protocol: 'reference', n: 8, speakers: 2, interval: { resamples: 200, level: 0.95 } });
  const [first, second, third] = report.conditions;
  expect(first.accuracy.value).toBe(7 / 8);
  expect(first.uar.value).toBeCloseTo((3 / 4 + 1) / 2, 12);
  expect(first).toMatchObject({ change: null, flips: { value: 0, clips: 0, lost: 0, won: 0 } });
  expect(first.confidence).toBeCloseTo(0.8, 12);
  expect(first.ece).toBeCloseTo(7 / 8 - 0.8, 12);

  expect(second.accuracy.value).toBe(5 / 8);
  expect(second.uar.value).toBeCloseTo((3 / 4 + 2 / 4) / 2, 12);
  expect(second.change!.accuracy.value).toBeCloseTo(-2 / 8, 12);
  expect(second.change!.uar.value).toBeCloseTo(-1 / 4, 12);
  expect(second.flips).toMatchObject({ value: 4 / 8, clips: 4, lost: 3, won: 1 });
  expect(second.predicted).toEqual({ a: 3, b: 3, c: 2 });
  expect(second.ece).toBeCloseTo(0.8 - 5 / 8, 12);
  expect(second.nll).toBeCloseTo(-(5 * Math.log(0.8) + 3 * Math.log(0.1)) / 8, 12);

  expect(third).toMatchObject({ accuracy: { value: 0 }, uar: { value: 0 }, flips: { value: 7 / 8, lost: 7, won: 0 } });
  expect(third.predicted).toEqual({ a: 0, b: 0, c: 8 });
});

test('the interval of a difference is paired: a condition against itself differs by nothing at all', () => {
  const shifted = condition('same', sample);
  const [first, second] = robustnessReport([condition('clean', sample), shifted], { resamples: 300 }).conditions;
  expect(first.uar.interval!.high - first.uar.interval!.low).toBeGreaterThan(0.05);
  expect(second.change!.uar).toEqual({ value: 0, interval: { low: 0, high: 0 } });
  expect(second.flips.interval).toEqual({ low: 0, high: 0 });
});

test('the intervals hold the values; of one speaker there are none', () => {
  const [, second] = robustnessReport([clean, fog], { resamples: 500 }).conditions;
  for (const { value, interval } of [second.uar, second.accuracy, second.flips, second.change!.uar]) {
    expect(interval!.low).toBeLessThanOrEqual(value);
    expect(interval!.high).toBeGreaterThanOrEqual(value);
  }
  const alone = ({ predictions, ...about }: ConditionPredictions) => ({
    ...about,
    predictions: { ...predictions, rows: predictions.rows.filter((row) => row.speaker === '1') },
  });
  const [, one] = robustnessReport([alone(clean), alone(fog)]).conditions;
  expect([one.uar.interval, one.flips.interval, one.change!.uar.interval]).toEqual([null, null, null]);
});

test('conditions of other clips, labels or truths are refused', () => {
  const { rows } = fog.predictions;
  const refused = (change: Partial<Predictions>) => () =>
    robustnessReport([clean, condition('fog', { ...fog.predictions, ...change })]);
  expect(refused({ rows: rows.slice(1) })).toThrow(/fog is not of the same clips as the first one, from row 1 on/);
  expect(refused({ rows: rows.slice(0, -1) })).toThrow(/from row 8 on/);
  expect(refused({ rows: rows.map((row, i) => (i === 2 ? { ...row, label: 'c' } : row)) })).toThrow(/from row 3 on/);
  expect(refused({ protocol: 'loso' })).toThrow(/another protocol/);
  expect(() => robustnessReport([])).toThrow(/no condition/);
});

test('the chart shows every condition, and how many predictions change', async () => {
  const { conditions } = robustnessReport([clean, fog, dark], { resamples: 100 });
  const text = { title: 'What fog does', subtitle: 'protocol reference, 8 test clips' };
  const svg = await renderSvg(robustnessChart({ conditions, ...text }));
  const texts = [...svg.matchAll(/<(?:tspan|text)[^>]*>([^<]+)</g)].map((match) => match[1]);
  expect(texts).toEqual(expect.arrayContaining([text.title, text.subtitle, 'the clean', 'the fog', 'the dark']));
  expect(texts).toEqual(expect.arrayContaining(['50 % (4)', '88 % (7)', 'UAR', 'accuracy', 'mean confidence']));
  expect(texts.filter((one) => one === 'the fog')).toHaveLength(1);
  expect(/NaN|undefined|null/.exec(svg)).toBeNull();
});

const input: RobustnessInput = {
  conditions: [clean, fog],
  description: 'A split.',
  overlap: {
    speakers: { test: 2, shared: 0 },
    sentences: { test: 1, shared: 1 },
    recordings: { test: 8, shared: 0 },
  },
  notes: ['Half of it is made up.'],
  manifest: { command: 'ser robustness', options: {}, seed: { male: 1 }, versions: {}, data: {}, models: {} },
  bootstrap: { resamples: 100, seed: 7, level: 0.9 },
};

test('a report folder holds what its report is made of, and says what a reader must know', async () => {
  const dir = join(folder, 'report');
  const report = await writeRobustnessFolder(dir, input);
  expect(report).toEqual(JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8')));
  expect(readRobustnessFolder(dir)).toEqual(input);
  const markdown = readFileSync(join(dir, 'report.md'), 'utf8');
  for (const words of [
    'Protocol `reference`.',
    'none of the 2 test speakers',
    'Half of it is made up.',
    '| the fog | 0.625 [',
    '| 50.0 % [',
    '90 % intervals',
    '- **the fog** (`fog`): What fog is.',
    '`ser robustness`',
  ])
    expect(markdown).toContain(words);
  expect(readFileSync(join(dir, 'report.html'), 'utf8')).toContain('the fog');
  for (const name of ['robustness.png', 'robustness.svg']) expect(existsSync(join(dir, 'figures', name))).toBe(true);
});

test('a folder without such a report is refused in words', () => {
  expect(() => readRobustnessFolder(folder)).toThrow(/no report folder: it has no report\.json/);
});
