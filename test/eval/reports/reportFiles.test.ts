import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { GENDERS, type Gender } from '../../../src/data/clip.ts';
import { ravdess } from '../../../src/data/corpora/ravdess.ts';
import type { ModelPrediction, ModelPredictions } from '../../../src/eval/systems/modelPredictions.ts';
import { wholeOf } from '../../../src/eval/systems/scores.ts';
import { makeReport } from '../../../src/eval/reports/report.ts';
import { reportCharts } from '../../../src/eval/reports/reportCharts.ts';
import { readReport, type ReportInput, writeReport } from '../../../src/eval/reports/reportFiles.ts';
import { replaceReportFolder } from '../../../src/eval/reports/reportFolder.ts';
import { METRICS } from '../../../src/eval/metrics/metrics.ts';
import { reportMarkdown } from '../../../src/eval/text/reportMarkdown.ts';
import { createRandom } from '../../../src/random.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the models of these genders predict; of both, each for the other's clips as well. */
function input(genders: readonly Gender[]): ReportInput {
  const random = createRandom('report');
  const rowsOf = (gender: Gender): ModelPrediction[] =>
    Array.from({ length: 40 }, (_, i) => {
      const raw = ravdess.labels.map(() => random.uniform());
      const probabilities = raw.map((value) => value / raw.reduce((sum, one) => sum + one, 0));
      const predicted = ravdess.labels[probabilities.indexOf(Math.max(...probabilities))];
      const speaker = `${gender[0]}${i % 5}`;
      return {
        ...{ id: `${gender}, clip ${i}`, speaker, gender, label: ravdess.labels[i % 7], predicted, probabilities },
        ...{ fold: 'test', temperature: 1 },
      };
    });
  const epochs = [1, 2, 3].map((epoch) => ({ epoch, learningRate: 5e-4, loss: 2 / epoch, accuracy: epoch / 4 }));
  return {
    kind: 'models',
    predictions: genders.map((model): ModelPredictions => ({
      ...{ protocol: 'reference', labels: ravdess.labels, model, seed: 1, validation: [] },
      rows: genders.flatMap(rowsOf),
    })),
    description: 'Random 80/20. Speakers overlap.',
    overlap: {
      speakers: { test: 10, shared: 10 },
      sentences: { test: 2, shared: 2 },
      recordings: { test: 80, shared: 0 },
    },
    notes: ['Each clip goes to the model of its gender.'],
    history: Object.fromEntries(genders.map((gender) => [gender, epochs])),
    options: { resamples: 200, seed: 3 },
    manifest: {
      command: 'ser eval combined',
      options: { who: 'combined' },
      seed: 1,
      versions: { node: '20' },
      data: {},
      models: {},
    },
  };
}

const read = (dir: string, name: string): string => readFileSync(join(dir, name), 'utf8');

/** What a report on these parts consists of; of both genders it has their systems beside each other. */
const filesOf = (...parts: string[]): string[] =>
  [
    ...['report.json', 'report.md', 'report.html', 'predictions.csv', 'manifest.json', 'training.json', 'figures'],
    ...[
      ...parts.flatMap((part) => ['confusion', 'confusion-normalised', 'classes', 'reliability', 'training'].map((kind) => `${part}-${kind}`)), // prettier-ignore
      ...(parts.length > 1 ? ['systems', 'confusion-by-gender'] : []),
      ...['risk-coverage', 'recall-by-speaker'],
    ].flatMap((name) => ['svg', 'png'].map((type) => `figures/${name}.${type}`)),
  ].sort();
const list = (dir: string): string[] => readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort();

test('a report on both genders has figures of every metric for each and for both together', async () => {
  const dir = join(folder, 'combined');
  const report = await writeReport(dir, input(GENDERS));
  expect(list(dir)).toEqual(filesOf('male', 'female', 'combined'));
  expect(readdirSync(folder)).toEqual(['combined']); // nothing is left beside it
  expect(JSON.parse(read(dir, 'report.json'))).toEqual(report);
  const [oracle] = report.systems;
  expect(Object.keys(oracle.parts)).toEqual(['male', 'female', 'combined']);
  for (const { figures } of Object.values(oracle.parts)) expect(Object.keys(figures)).toEqual(METRICS.map(({ name }) => name)); // prettier-ignore
  expect(oracle.parts.combined!.n).toBe(80);
}, 240_000);

test('a metric of the table is in the JSON, the words and the page without another line', () => {
  const dir = join(folder, 'combined');
  for (const { title, formula } of METRICS) {
    expect(read(dir, 'report.md')).toContain(` ${title} |`);
    expect(read(dir, 'report.md')).toContain(`${title}: ${formula}`);
    expect(read(dir, 'report.html').replaceAll('&#39;', "'")).toContain(`>${title}</th>`);
  }
});

test('a report is written again, byte for byte, from its folder alone; on one gender it has that part alone', async () => {
  const [first, second] = ['first', 'second'].map((name) => join(folder, name));
  const report = await writeReport(first, input(['female']));
  expect(report.systems.map(({ name, parts }) => [name, Object.keys(parts)])).toEqual([['oracle', ['female']]]);
  await writeReport(second, readReport(first));
  expect(list(first)).toEqual(filesOf('female'));
  expect(list(second)).toEqual(list(first));
  for (const name of list(first).filter((one) => one !== 'figures'))
    expect(readFileSync(join(second, name)).equals(readFileSync(join(first, name))), name).toBe(true);
}, 240_000);

test('with voices, clips are routed by them too; the folder has all that it takes to make that again', async () => {
  const [first, second] = ['routed', 'routed-again'].map((name) => join(folder, name));
  const one = input(GENDERS);
  const [{ rows }] = one.predictions;
  const [men, women] = [0.8, 0.2];
  const maleProbability = Object.fromEntries(rows.map(({ id, gender }, i) => [id, gender === 'male' && i !== 7 ? men : women])); // prettier-ignore
  const report = await writeReport(first, { ...one, maleProbability, posteriors: 'Of a model without them.' });
  expect(report.systems.map(({ name }) => name)).toEqual(['oracle', 'hard', 'soft', 'swapped']);
  expect(report.routing).toMatchObject({ posteriors: 'Of a model without them.', counts: { male: { n: 40, wrong: 1 }, female: { n: 40, wrong: 0 } }, clips: [{ id: rows[7].id }] }); // prettier-ignore
  expect(list(first)).toEqual([...filesOf('male', 'female', 'combined'), 'gender-posteriors.csv'].sort());
  expect(read(first, 'report.md')).toContain('## Routing by predicted gender');
  await writeReport(second, readReport(first));
  for (const name of list(first).filter((name) => /\.(json|md|csv)$/.test(name)))
    expect(read(second, name) === read(first, name), name).toBe(true);
}, 240_000);

test('without a training there are no curves', () => {
  const charts = reportCharts(makeReport(input(['male'])), {});
  expect(charts.map(({ name }) => name).filter((name) => name.startsWith('male-'))).toEqual(
    ['confusion', 'confusion-normalised', 'classes', 'reliability'].map((name) => `male-${name}`),
  );
});

test('report.md says the protocol and what it shares before any figure, and shows every picture that is there', () => {
  const dir = join(folder, 'combined');
  const text = read(dir, 'report.md');
  const lines = text.split('\n');
  expect(lines[0]).toBe('# Evaluation under the protocol `reference`');
  expect(lines[2]).toBe(
    '**Protocol `reference`.** Random 80/20. Speakers overlap. Counted on these clips: 10 of the 10 test speakers, ' +
      '2 of the 2 test sentences and none of the 80 test recordings are also in training.',
  );
  expect(text).toContain('95 % intervals, percentile bootstrap over speakers, 200 resamples, seed 3');
  expect(text.match(/weighted avg/g)).toHaveLength(3);
  const images = [...text.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map((match) => match[1]);
  expect(images.toSorted()).toEqual(list(dir).filter((name) => name.endsWith('.png')));
});

test('clips without a gender, as of a pooled model: all figures, and none by gender', () => {
  const { predictions, ...rest } = input(GENDERS);
  const rows = predictions[0].rows.map((row) => ({ ...row, gender: null }));
  const scored = makeReport({ ...rest, predictions: [{ ...predictions[0], model: 'pooled', rows }] });
  const [pooled] = scored.report.systems;
  expect(pooled).toMatchObject({ name: 'pooled', gap: null });
  expect(Object.keys(pooled.parts)).toEqual(['combined']);
  expect(wholeOf(pooled).n).toBe(80);
  const charts = reportCharts(scored, {});
  expect(charts.map(({ name }) => name)).not.toContain('confusion-by-gender');
  const markdown = reportMarkdown(scored, charts, rest);
  expect(markdown).not.toMatch(/Men and women|null|undefined|NaN/);
});

test('a report takes the place of an earlier one as a whole, but never of anything else', () => {
  const dir = join(folder, 'place');
  const files = (...names: string[]) => new Map([...names, 'report.json', 'manifest.json'].map((name) => [name, name]));
  replaceReportFolder(dir, files('figures/old.svg'));
  replaceReportFolder(dir, files('figures/new.svg'));
  expect(readdirSync(join(dir, 'figures'))).toEqual(['new.svg']);

  const precious = join(folder, 'precious');
  mkdirSync(precious);
  writeFileSync(join(precious, 'thesis.tex'), '');
  expect(() => replaceReportFolder(precious, files())).toThrow(/something other than a report, such as thesis\.tex/);
  expect(readdirSync(precious)).toEqual(['thesis.tex']);
  expect(() => replaceReportFolder(join(precious, 'thesis.tex'), files())).toThrow(/is a file/);
});

test('what an interrupted run left behind is no part of the next report', () => {
  const dir = join(folder, 'interrupted');
  mkdirSync(`${dir}.partial`);
  writeFileSync(join(`${dir}.partial`, 'half'), '');
  replaceReportFolder(dir, new Map([['report.json', '{}']]));
  expect(readdirSync(dir)).toEqual(['report.json']);
  expect(existsSync(`${dir}.partial`)).toBe(false);
});

test('an earlier report stays if the new one cannot be made', async () => {
  const dir = join(folder, 'second');
  const before = read(dir, 'report.json');
  const broken = input(GENDERS);
  broken.predictions[0].rows[3].probabilities[0] = NaN;
  await expect(writeReport(dir, broken)).rejects.toThrow(/NaN as the probability of neutral/);
  expect(read(dir, 'report.json')).toBe(before);
});

test('a folder that is no report, or a damaged one, is refused with the file', () => {
  expect(() => readReport(folder)).toThrow(/not a report folder: it has no report\.json/);
  const dir = join(folder, 'damaged');
  cpSync(join(folder, 'first'), dir, { recursive: true });
  writeFileSync(join(dir, 'manifest.json'), '{');
  expect(() => readReport(dir)).toThrow(/manifest\.json: it is not JSON/);
  writeFileSync(join(dir, 'report.json'), '{"protocol": "reference"}');
  expect(() => readReport(dir)).toThrow(/a report of an earlier version: make it again/);
  writeFileSync(join(dir, 'report.json'), '{}');
  expect(() => readReport(dir)).toThrow(/report\.json: `protocol` is missing/);
});
