import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { GENDERS, type Gender } from '../../../src/data/clip.ts';
import { ravdess } from '../../../src/data/corpora/ravdess.ts';
import { evaluate } from '../../../src/eval/metrics/evaluate.ts';
import type { Prediction } from '../../../src/eval/systems/predictions.ts';
import { readReport, type ReportInput, writeReport } from '../../../src/eval/reports/report.ts';
import { reportFigures } from '../../../src/eval/reports/reportFigures.ts';
import { replaceReportFolder } from '../../../src/eval/reports/reportFolder.ts';
import { createRandom } from '../../../src/random.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

function input(genders: readonly Gender[]): ReportInput {
  const random = createRandom('report');
  const rows = genders.flatMap((gender) =>
    Array.from({ length: 40 }, (_, i): Prediction => {
      const raw = ravdess.labels.map(() => random.uniform());
      const probabilities = raw.map((value) => value / raw.reduce((sum, one) => sum + one, 0));
      const predicted = ravdess.labels[probabilities.indexOf(Math.max(...probabilities))];
      const speaker = `${gender[0]}${i % 5}`;
      return { id: `${gender}, clip ${i}`, speaker, gender, label: ravdess.labels[i % 7], predicted, probabilities };
    }),
  );
  const epochs = [1, 2, 3].map((epoch) => ({ epoch, learningRate: 5e-4, loss: 2 / epoch, accuracy: epoch / 4 }));
  return {
    predictions: { protocol: 'reference', labels: ravdess.labels, rows },
    description: 'Random 80/20. Speakers overlap.',
    overlap: {
      speakers: { test: 10, shared: 10 },
      sentences: { test: 2, shared: 2 },
      recordings: { test: 80, shared: 0 },
    },
    notes: ['Each clip goes to the model of its gender.'],
    history: Object.fromEntries(genders.map((gender) => [gender, epochs])),
    bootstrap: { resamples: 200, seed: 3 },
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

/** What a report on these parts consists of. */
const filesOf = (...parts: string[]): string[] =>
  [
    ...['report.json', 'report.md', 'report.html', 'predictions.csv', 'manifest.json', 'training.json', 'figures'],
    ...parts.flatMap((part) =>
      ['confusion', 'confusion-normalised', 'classes', 'reliability', 'training'].flatMap((kind) =>
        ['svg', 'png'].map((type) => `figures/${part}-${kind}.${type}`),
      ),
    ),
  ].sort();
const list = (dir: string): string[] => readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort();

test('a report on both genders has figures for each and for both together', async () => {
  const dir = join(folder, 'combined');
  const report = await writeReport(dir, input(GENDERS));
  expect(list(dir)).toEqual(filesOf('male', 'female', 'combined'));
  expect(readdirSync(folder)).toEqual(['combined']); // nothing is left beside it
  expect(JSON.parse(read(dir, 'report.json'))).toEqual(report);
  expect(Object.keys(report).slice(0, 4)).toEqual(['protocol', 'male', 'female', 'combined']);
  for (const part of ['male', 'female', 'combined'] as const)
    expect(Object.keys(report[part]!)).toEqual(
      expect.arrayContaining(['n', 'correct', 'accuracy', 'uar', 'macroF1', 'confusion', 'report']),
    );
  expect(report.combined!.n).toBe(80);
}, 240_000);

test('a report is written again, byte for byte, from its folder alone; on one gender it has that part alone', async () => {
  const [first, second] = ['first', 'second'].map((name) => join(folder, name));
  const report = await writeReport(first, input(['female']));
  expect(report).toHaveProperty('female');
  expect(report).not.toHaveProperty('male');
  expect(report).not.toHaveProperty('combined');
  await writeReport(second, readReport(first));
  expect(list(first)).toEqual(filesOf('female'));
  expect(list(second)).toEqual(list(first));
  for (const name of list(first).filter((one) => one !== 'figures'))
    expect(readFileSync(join(second, name)).equals(readFileSync(join(first, name))), name).toBe(true);
}, 240_000);

test('with routing, report.json keeps its keys and gains one; the folder has all that it takes to make it again', async () => {
  const [first, second] = ['routed', 'routed-again'].map((name) => join(folder, name));
  const one = input(GENDERS);
  const { rows } = one.predictions;
  const labels = ravdess.labels;
  const flip = rows.map((row) => {
    const probabilities = row.probabilities.toReversed();
    return { ...row, probabilities, predicted: labels[probabilities.indexOf(Math.max(...probabilities))] };
  });
  const pick = (own: Gender) => rows.map((row, i) => (row.gender === own ? row : flip[i]));
  const routing = {
    answers: {
      male: { protocol: 'reference', labels, rows: pick('male') },
      female: { protocol: 'reference', labels, rows: pick('female') },
    },
    maleProbability: Object.fromEntries(
      rows.map(({ id, gender }, i) => [id, gender === 'male' ? (i === 7 ? 0.3 : 0.8) : 0.2]),
    ),
    posteriors: 'Of a model that never heard them.',
  };
  const report = await writeReport(first, { ...one, routing });
  expect(Object.keys(report).slice(0, 8)).toEqual([
    ...['protocol', 'male', 'female', 'combined', 'labels', 'interval', 'gap', 'routing'],
  ]);
  expect(report.routing!.systems.oracle!.combined!.correct).toBe(report.combined!.correct);
  expect(report.routing!.errors).toMatchObject({ combined: { n: 80, wrong: 1 }, clips: [{ id: rows[7].id }] });
  expect(list(first)).toEqual(
    [
      ...filesOf('male', 'female', 'combined'),
      'routing',
      ...['female-model', 'male-model', 'voices'].map((name) => `routing/${name}.csv`),
    ].sort(),
  );
  expect(read(first, 'report.md')).toContain('## Routing: the true gender against the predicted one');
  await writeReport(second, readReport(first));
  for (const name of list(first).filter((name) => /\.(json|md|csv)$/.test(name)))
    expect(read(second, name) === read(first, name), name).toBe(true);
}, 240_000);

test('without a training there are no curves', () => {
  const { predictions, overlap } = input(['male']);
  const figures = reportFigures(predictions, evaluate(predictions), { overlap, history: {} });
  expect(figures.map((figure) => figure.name)).toEqual(
    ['confusion', 'confusion-normalised', 'classes', 'reliability'].map((name) => `male-${name}`),
  );
});

test('report.md says the protocol and what it shares before any figure, and shows every picture that is there', () => {
  const text = read(join(folder, 'combined'), 'report.md');
  const lines = text.split('\n');
  expect(lines[0]).toBe('# Evaluation under the protocol `reference`');
  expect(lines[2]).toBe(
    '**Protocol `reference`.** Random 80/20. Speakers overlap. Counted on these clips: 10 of the 10 test speakers, ' +
      '2 of the 2 test sentences and none of the 80 test recordings are also in training.',
  );
  expect(text).toContain('95 % intervals, percentile bootstrap over speakers, 200 resamples, seed 3');
  expect(text.match(/weighted avg/g)).toHaveLength(3);
  const images = [...text.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map((match) => match[1]);
  expect(images).toHaveLength(15);
  for (const image of images) expect(existsSync(join(folder, 'combined', image)), image).toBe(true);
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
  expect(() => replaceReportFolder(precious, files())).toThrow(/something else than a report, such as thesis\.tex/);
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
  broken.predictions.rows[3].probabilities[0] = NaN;
  await expect(writeReport(dir, broken)).rejects.toThrow(/NaN as the probability of neutral/);
  expect(read(dir, 'report.json')).toBe(before);
});

test('a folder that is no report, or a damaged one, is refused with the file', () => {
  expect(() => readReport(folder)).toThrow(/no report folder: it has no report\.json/);
  const dir = join(folder, 'damaged');
  cpSync(join(folder, 'first'), dir, { recursive: true });
  writeFileSync(join(dir, 'manifest.json'), '{');
  expect(() => readReport(dir)).toThrow(/manifest\.json: it is not JSON/);
  writeFileSync(join(dir, 'report.json'), '{}');
  expect(() => readReport(dir)).toThrow(/report\.json: `protocol` is missing/);
});
