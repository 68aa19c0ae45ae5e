import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { EMOTIONS, GENDERS, type Gender } from '../../src/data/clip.ts';
import type { Prediction } from '../../src/eval/predictions.ts';
import { readReport, type ReportInput, writeReport } from '../../src/eval/report.ts';
import { replaceReportFolder } from '../../src/eval/reportFolder.ts';
import { createRandom } from '../../src/random.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

function input(genders: readonly Gender[]): ReportInput {
  const random = createRandom('report');
  const rows = genders.flatMap((gender) =>
    Array.from({ length: 40 }, (_, i): Prediction => {
      const raw = EMOTIONS.map(() => random.uniform());
      const probabilities = raw.map((value) => value / raw.reduce((sum, one) => sum + one, 0));
      const predicted = EMOTIONS[probabilities.indexOf(Math.max(...probabilities))];
      const speaker = `${gender[0]}${i % 5}`;
      return { id: `${gender}, clip ${i}`, speaker, gender, label: EMOTIONS[i % 7], predicted, probabilities };
    }),
  );
  const epochs = [1, 2, 3].map((epoch) => ({ epoch, learningRate: 5e-4, loss: 2 / epoch, accuracy: epoch / 4 }));
  return {
    predictions: { protocol: 'reference', labels: EMOTIONS, rows },
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

test('a report is written again, byte for byte, from its folder alone', async () => {
  const [first, second] = ['first', 'second'].map((name) => join(folder, name));
  const report = await writeReport(first, input(GENDERS));
  await writeReport(second, readReport(first));

  const names = readdirSync(first, { recursive: true, encoding: 'utf8' }).sort();
  expect(names).toEqual(
    [
      ...['report.json', 'report.md', 'predictions.csv', 'manifest.json', 'training.json', 'figures'],
      ...['male', 'female', 'combined'].flatMap((part) =>
        ['confusion', 'confusion-normalised', 'classes', 'training'].flatMap((kind) =>
          ['svg', 'png'].map((type) => `figures/${part}-${kind}.${type}`),
        ),
      ),
    ].sort(),
  );
  for (const name of names.filter((one) => one !== 'figures'))
    expect(readFileSync(join(second, name)).equals(readFileSync(join(first, name))), name).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(['first', 'second']); // nothing is left beside them

  expect(JSON.parse(read(first, 'report.json'))).toEqual(report);
  expect(Object.keys(report).slice(0, 4)).toEqual(['protocol', 'male', 'female', 'combined']);
  for (const part of ['male', 'female', 'combined'] as const)
    expect(Object.keys(report[part]!)).toEqual(
      expect.arrayContaining(['n', 'correct', 'accuracy', 'uar', 'macroF1', 'confusion', 'report']),
    );
  expect(report.combined!.n).toBe(80);
});

test('report.md says the protocol and what it shares before any figure, and shows every picture that is there', () => {
  const text = read(join(folder, 'first'), 'report.md');
  const lines = text.split('\n');
  expect(lines[0]).toBe('# Evaluation under the protocol `reference`');
  expect(lines[2]).toBe(
    '**Protocol `reference`.** Random 80/20. Speakers overlap. Counted on these clips: 10 of the 10 test speakers, ' +
      '2 of the 2 test sentences and none of the 80 test recordings are also in training.',
  );
  expect(text).toContain('95 % intervals, percentile bootstrap over speakers, 200 resamples, seed 3');
  expect(text.match(/weighted avg/g)).toHaveLength(3);
  const images = [...text.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map((match) => match[1]);
  expect(images).toHaveLength(12);
  for (const image of images) expect(existsSync(join(folder, 'first', image)), image).toBe(true);
});

test('a report on one gender has that part alone; without a training it has no curves', async () => {
  const dir = join(folder, 'female');
  const report = await writeReport(dir, { ...input(['female']), history: {} });
  expect(report).toHaveProperty('female');
  expect(report).not.toHaveProperty('male');
  expect(report).not.toHaveProperty('combined');
  expect(readdirSync(join(dir, 'figures')).sort()).toEqual(
    ['classes', 'confusion', 'confusion-normalised']
      .flatMap((kind) => [`female-${kind}.png`, `female-${kind}.svg`])
      .sort(),
  );
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

test('a folder that is no report, or a damaged one, is refused with the file', async () => {
  expect(() => readReport(folder)).toThrow(/no report folder: it has no report\.json/);
  const dir = join(folder, 'damaged');
  await writeReport(dir, { ...input(['male']), history: {} });
  writeFileSync(join(dir, 'manifest.json'), '{');
  expect(() => readReport(dir)).toThrow(/manifest\.json is not JSON/);
  writeFileSync(join(dir, 'report.json'), '{}');
  expect(() => readReport(dir)).toThrow(/lacks its protocol/);
});
