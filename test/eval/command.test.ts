import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GENDERS } from '../../src/data/clip.ts';
import { getProtocol } from '../../src/data/protocols.ts';
import { writeTable } from '../../src/data/tableFile.ts';
import { readReport, type Report } from '../../src/eval/report.ts';
import { loadEngine } from '../../src/train/engine.ts';
import { testModels } from '../../src/train/testModels.ts';
import { trainModel } from '../../src/train/trainModel.ts';
import { syntheticTable } from '../train/synthetic.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-eval-'));
const table = syntheticTable();
const models = join(folder, 'models');

beforeAll(async () => {
  writeTable(join(folder, 'table.parquet'), table);
  const engine = await loadEngine();
  for (const gender of GENDERS) {
    const task = {
      gender,
      table,
      protocol: 'statement',
      fold: 'sentence 2',
      out: join(models, gender),
      command: 'test',
    };
    await trainModel(task, { epochs: 30, batchSize: 8, learningRate: 2e-3 }, { engine });
  }
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true }));

function ser(...words: string[]) {
  const common = ['--models', models, '--protocol', 'statement', '--table', join(folder, 'table.parquet')];
  return promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/cli.ts', 'eval', ...words, ...common]);
}

test('eval combined: every test clip of the fold by the model of its gender; report, words and cards agree', async () => {
  const out = join(folder, 'combined');
  const { stdout } = await ser('combined', '--out', out);
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report;
  const { predictions, manifest, history } = readReport(out);

  expect(report.protocol).toBe('statement');
  expect([report.male!.n, report.female!.n, report.combined!.n]).toEqual([40, 40, 80]);
  expect(predictions.rows.every((row) => row.id.split('-')[4] === '02')).toBe(true); // sentence 2 is the test set
  expect(report.combined!.correct).toBe(report.male!.correct + report.female!.correct);
  expect(report.combined!.accuracy).toBeGreaterThan(0.8); // the table is made to be learnt
  expect(report.overlap.speakers).toEqual({ test: 10, shared: 10 });
  expect(report.overlap.sentences).toEqual({ test: 1, shared: 0 });
  expect(history.male).toHaveLength(30);
  expect(Object.keys(manifest.models)).toEqual(['male', 'female']);
  expect(manifest.data.sha256).toMatch(/^[0-9a-f]{64}$/);

  expect(stdout.startsWith('**Protocol `statement`.**')).toBe(true);
  expect(stdout.match(/ {14}precision {4}recall {2}f1-score {3}support/g)).toHaveLength(3);
  expect(stdout.trimEnd().endsWith(`report: ${out}`)).toBe(true);
  for (const gender of GENDERS) {
    const card = readFileSync(join(models, gender, 'MODEL_CARD.md'), 'utf8');
    const section = card.slice(card.indexOf('## Test'), card.indexOf('## Data and licence'));
    expect(section).toContain(`| ${gender} | 40 | 5 | ${report[gender]!.correct} | `);
    expect(section).toMatch(/\*\*Protocol `statement`\.\*\*/);
    expect(section).not.toMatch(/Not evaluated yet/);
  }
}, 240_000);

test('eval male --json prints report.json, with that part alone; --no-card leaves the card as it is', async () => {
  const out = join(folder, 'male');
  const path = join(models, 'male', 'MODEL_CARD.md');
  const before = readFileSync(path, 'utf8');
  const { stdout, stderr } = await ser('male', '--out', out, '--json', '--no-card', '--resamples', '50');
  expect(stdout).toBe(readFileSync(join(out, 'report.json'), 'utf8'));
  expect(Object.keys(JSON.parse(stdout) as Report).slice(0, 3)).toEqual(['protocol', 'male', 'labels']);
  expect(stderr).toContain(`report: ${out}`);
  expect(readFileSync(path, 'utf8')).toBe(before);
}, 240_000);

test('a model is not tested under a protocol whose test clips it may have learnt from', async () => {
  const engine = await loadEngine();
  const tested = testModels(models, ['male'], table, getProtocol('loso'), engine);
  await expect(tested).rejects.toThrow(/trained under statement: it may have learnt from test clips of loso/);
  const elsewhere = testModels(join(folder, 'none'), ['male'], table, getProtocol('statement'), engine);
  await expect(elsewhere).rejects.toThrow(/no model folder/);
});
