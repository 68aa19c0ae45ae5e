import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GENDERS } from '../../src/data/clip.ts';
import { getProtocol } from '../../src/data/protocols/protocols.ts';
import { writeTable } from '../../src/data/tables/tableFile.ts';
import type { Report } from '../../src/eval/reports/report.ts';
import { readReport } from '../../src/eval/reports/reportFiles.ts';
import { TEST_RESULTS } from '../../src/eval/systems/testResults.ts';
import { checkShape } from '../../src/files/json.ts';
import { predictTestClips } from '../../src/train/predictTestClips.ts';
import { trainModel } from '../../src/train/trainModel.ts';
import { syntheticTable } from '../train/synthetic.ts';
import { SER } from '../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-eval-'));
const table = syntheticTable();
const models = join(folder, 'models');

beforeAll(async () => {
  writeTable(join(folder, 'table.parquet'), table);
  for (const gender of [...GENDERS, 'combined'] as const) {
    const task = {
      gender,
      table,
      protocol: 'statement',
      fold: 'sentence 2',
      out: join(models, gender === 'combined' ? 'pooled' : gender),
      command: 'test',
    };
    await trainModel(task, { epochs: 30, batchSize: 8, learningRate: 2e-3 });
  }
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true }));

function ser(...words: string[]) {
  const common = ['--models', models, '--protocol', 'statement', '--table', join(folder, 'table.parquet')];
  return promisify(execFile)(process.execPath, [...SER, 'eval', ...words, ...common]);
}

test('eval combined: every test clip of the fold by the model of its gender; report, words and cards agree', async () => {
  const out = join(folder, 'combined');
  const { stdout, stderr } = await ser('combined', '--out', out, '--gender-posteriors', join(folder, 'none.csv'));
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report;
  const { predictions, manifest, history } = readReport(out);
  const [oracle, ...others] = report.systems;
  const { male, female, combined } = oracle.parts;

  expect(report.protocol).toBe('statement');
  expect([male!.n, female!.n, combined!.n]).toEqual([40, 40, 80]);
  expect([oracle, ...others].map(({ name }) => name)).toEqual(['oracle', 'swapped', 'pooled']);
  expect(predictions[0].rows.every((row) => row.id.split('-')[4] === '02')).toBe(true); // sentence 2 is the test set
  expect(combined!.correct).toBe(male!.correct + female!.correct);
  expect(combined!.figures.accuracy.mean).toBeGreaterThan(0.8); // the table is made to be learnt
  expect(report.overlap.speakers).toEqual({ test: 10, shared: 10 });
  expect(report.overlap.sentences).toEqual({ test: 1, shared: 0 });
  expect(history!.male).toHaveLength(30);
  expect(Object.keys(manifest.models)).toEqual(['male', 'female', 'pooled']);
  expect(manifest.data.sha256).toMatch(/^[0-9a-f]{64}$/);

  expect(report.routing).toBeNull(); // the clips are made up: no gender model has heard them
  expect(stderr).toMatch(/not routed by predicted gender: .*\.csv/);

  expect(stdout.startsWith('**Protocol `statement`.**')).toBe(true);
  expect(stdout.match(/ {14}precision {4}recall {2}f1-score {3}support/g)).toHaveLength(3);
  expect(stdout.trimEnd().endsWith(`report: ${out}`)).toBe(true);
  for (const gender of GENDERS) {
    const card = readFileSync(join(models, gender, 'MODEL_CARD.md'), 'utf8');
    const section = card.slice(card.indexOf('## Test'), card.indexOf('## Data and licence'));
    expect(section).toContain(`| ${gender} | 40 | 5 | ${oracle.parts[gender]!.correct} | `);
    const bundle = JSON.parse(readFileSync(join(models, gender, 'bundle.json'), 'utf8')) as unknown;
    const { results } = checkShape(bundle, v.object({ results: TEST_RESULTS }), gender, 'model');
    expect(results).toMatchObject({
      protocol: 'statement',
      part: gender,
      n: 40,
      figures: oracle.parts[gender]!.figures,
    });
    expect(section).toMatch(/\*\*Protocol `statement`\.\*\*/);
    expect(section).not.toMatch(/Not evaluated yet/);
  }
}, 240_000);

test('eval combined with posteriors: the same clips by predicted gender, hard and soft, and by the pooled model', async () => {
  const posteriors = join(folder, 'posteriors.csv');
  const header = 'corpus,clip,speaker,gender,fold,logit_male,logit_female,temperature';
  // Sure and right but for one man, taken for a woman by a hair.
  const rows = table.clips.map(({ id, speaker, gender }) => {
    const male = id === '03-01-03-01-02-01-07' ? -0.01 : gender === 'male' ? 8 : -8;
    return `ravdess,${id},${speaker},${gender},${speaker},${male},0,1`;
  });
  writeFileSync(posteriors, `${[header, ...rows].join('\n')}\n`);
  const out = join(folder, 'routed');
  const { stdout } = await ser('combined', '--out', out, '--gender-posteriors', posteriors, '--no-card');
  const { routing, systems, comparisons } = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report;
  expect(systems.map(({ name }) => name)).toEqual(['oracle', 'hard', 'soft', 'swapped', 'pooled']);
  expect(routing!.counts).toEqual({ male: { n: 40, wrong: 1 }, female: { n: 40, wrong: 0 } });
  expect(routing!.clips[0]).toMatchObject({ id: '03-01-03-01-02-01-07', speaker: '07', gender: 'male' });
  const [{ mcnemar: hard }] = comparisons;
  expect(hard.onlyFirst + hard.onlySecond).toBeLessThanOrEqual(1); // one clip went another way
  const [oracle, byVoice] = systems.map(({ parts }) => parts.combined!.correct);
  expect(byVoice).toBe(oracle - hard.onlyFirst + hard.onlySecond);
  expect(stdout).toMatch(
    /routing: oracle \d+ right, hard .* soft .* swapped .* pooled \d+ right; 1 of 80 voices on the wrong side \(1 male, 0 female\)/,
  );
  expect(Object.keys(readReport(out).manifest.models)).toEqual(['male', 'female', 'pooled']);
}, 240_000);

test('eval male --json prints report.json, with that part alone; --no-card leaves the card as it is', async () => {
  const out = join(folder, 'male');
  const path = join(models, 'male', 'MODEL_CARD.md');
  const before = readFileSync(path, 'utf8');
  const { stdout, stderr } = await ser('male', '--out', out, '--json', '--no-card', '--resamples', '50');
  expect(stdout).toBe(readFileSync(join(out, 'report.json'), 'utf8'));
  expect((JSON.parse(stdout) as Report).systems.map(({ parts }) => Object.keys(parts))).toEqual([['male']]);
  expect(stderr).toContain(`report: ${out}`);
  expect(readFileSync(path, 'utf8')).toBe(before);
}, 240_000);

test('a model is not tested under a protocol whose test clips it may have learnt from', () => {
  const test = (dir: string, protocol: string) => predictTestClips(dir, ['male'], table, getProtocol(protocol));
  expect(() => test(models, 'loso')).toThrow(/trained under statement: it may have been trained on test clips of loso/);
  expect(() => test(join(folder, 'none'), 'statement')).toThrow(
    /neither a folder .*none nor a family of models of that name: choose default, reference, .*open/,
  );
  expect(() => test(models, 'cross-corpus')).toThrow(/`ser eval --protocol cross-corpus --model pair`/);
  // A clip less to learn from, one more that may be tested.
  const other = { ...table, clips: table.clips.filter(({ sentence, gender }, i) => sentence === '2' || gender === 'female' || i !== 0) }; // prettier-ignore
  expect(() => predictTestClips(models, ['male'], other, getProtocol('statement'))).toThrow(
    /was trained on other clips than .*"sentence 2" of statement/,
  );
});

test.each([
  [['male', '--model', 'pair'], /male and --model pair are too many/],
  [['--model', 'pair', '--predictions', 'a.csv'], /--model pair and --predictions a.csv are too many/],
  [['--model', 'pair'], /Give a --protocol: reference, luna-5fold/],
  [['--predictions', 'a.csv'], /Give a --protocol/],
  [
    ['--model', 'pair', '--protocol', 'loso', '--processes', '0'],
    /--processes must be a whole number, 1 or more; it is 0/,
  ],
])('refused before anything is trained: eval %j', async (words, message) => {
  const run = promisify(execFile)(process.execPath, [...SER, 'eval', ...words]);
  await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(message) as string });
});
