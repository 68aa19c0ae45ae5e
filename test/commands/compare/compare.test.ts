import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ReportComparison } from '../../../src/eval/systems/compare.ts';
import { type ReportInput, writeReport } from '../../../src/eval/reports/reportFiles.ts';
import { METRICS } from '../../../src/eval/metrics/metrics.ts';
import { sample } from '../../eval/samplePredictions.ts';
import { runSer } from '../../runSer.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'ser-compare-'));
const [one, half, other] = ['one', 'half', 'other'].map((name) => join(folder, name));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const zero = { test: 6, shared: 0 };
  const rest: Omit<ReportInput, 'predictions'> = {
    ...{
      kind: 'models',
      description: 'Made up.',
      overlap: { speakers: zero, sentences: zero, recordings: zero },
      notes: [],
    },
    manifest: { command: 'ser eval', options: {}, seed: 4, versions: {}, data: {}, models: {} },
    options: { resamples: 20 },
  };
  const rows = sample.rows.map((row) => ({ ...row, fold: 'test', temperature: 1 }));
  const pooled = { ...sample, model: 'pooled', seed: 4, rows, validation: [] };
  await writeReport(one, { ...rest, predictions: [pooled] });
  await writeReport(half, { ...rest, predictions: [{ ...pooled, rows: rows.slice(0, 30) }] });
  await writeReport(other, { ...rest, predictions: [{ ...pooled, protocol: 'loso' }] });
});

test('words, JSON, Markdown and a page of the same figures', async () => {
  const words = await runSer(['compare', one, half, '--common', '--out', join(folder, 'both.html')]);
  expect(words.code).toBe(0);
  expect(words.stdout).toContain('compared on 30 clips of 6 speakers: those that both have');
  const page = readFileSync(join(folder, 'both.html'), 'utf8');
  expect(page).toContain('<figure id="chart-recalls"');
  expect(page).toContain('protocol reference, seed 4, 30 test clips');

  const asJson = await runSer(['compare', one, half, '--common', '--json', '--resamples', '50', '--out', join(folder, 'both.md')]); // prettier-ignore
  const { clips, first, differences, interval } = JSON.parse(asJson.stdout) as ReportComparison;
  expect([clips, differences.uar.value, interval.resamples]).toEqual([30, 0, 50]);
  const markdown = readFileSync(join(folder, 'both.md'), 'utf8');
  for (const { name, title } of METRICS) {
    expect(words.stdout).toMatch(new RegExp(`^${title.replace(/[()]/g, '\\$&')} +[\\d.]+`, 'm'));
    expect(markdown).toContain(`| ${title} | ${first.scores.figures[name].mean.toFixed(3)}`);
  }
});

test.each([
  ['other clips', () => [one, half], 2, /30 clips are in both; 30 are in .*one only/],
  ['other protocols', () => [one, other], 2, /tested under reference, .* under loso/],
  ['a system that is not there', () => [one, one, '--system', 'hard'], 2, /has no system hard; it has pooled/],
  ['three systems', () => [one, one, '--system', 'a,b,c'], 2, /one or two names/],
  ['a file of another kind', () => [one, one, '--out', join(folder, 'both.pdf')], 2, /must end in \.md or \.html/],
  ['no report', () => [one, folder], 1, /is not a report folder/],
])('%s: refused in words and by the exit code', async (_, words, exitCode, message) => {
  const { code, stderr, stdout } = await runSer(['compare', ...words()]);
  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
  expect(existsSync(join(folder, 'both.pdf'))).toBe(false);
});
