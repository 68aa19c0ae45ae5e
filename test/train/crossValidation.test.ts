import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ravdess } from '../../src/data/corpora/ravdess.ts';
import { getProtocol } from '../../src/data/protocols/protocols.ts';
import { selectRows, type TableRow } from '../../src/data/tables/table.ts';
import { writeTable } from '../../src/data/tables/tableFile.ts';
import { parseModelPredictionsCsv } from '../../src/eval/systems/modelPredictions.ts';
import type { Report } from '../../src/eval/reports/report.ts';
import { readReport } from '../../src/eval/reports/reportFiles.ts';
import { createRandom } from '../../src/random.ts';
import {
  type CrossModel,
  type CrossOptions,
  findTraining,
  planTrainings,
  runTraining,
} from '../../src/train/crossValidation.ts';
import { collectPredictions } from '../../src/train/collect.ts';
import { tellGender } from '../../src/train/tellGender.ts';
import { CNN } from '../../src/train/classifiers/cnn/fit.ts';
import { loadEngine } from '../../src/train/engine/engine.ts';
import { forwardPass } from '../../src/train/network/forwardPass.ts';
import { stagesOf } from '../../src/train/network/layers.ts';
import { initialWeights } from '../../src/train/network/network.ts';
import { syntheticTable } from './synthetic.ts';
import { SER } from '../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-cross-'));
const tables = { table: syntheticTable(6), augmented: syntheticTable(6, [1]) };
afterAll(() => rmSync(folder, { recursive: true }));

const optionsOf = (protocol: string, model: CrossModel, seeds = [1]): CrossOptions => ({
  protocol: getProtocol(protocol),
  model,
  seeds,
  classifier: 'cnn',
  train: { epochs: 12, batchSize: 8, learningRate: 2e-3 },
  folder: join(folder, 'trainings'),
});

describe('the plan', () => {
  test('each fold has a model a gender, which answers for all of its test clips', () => {
    const plan = planTrainings(tables, optionsOf('statement', 'pair', [1, 2]));
    expect(plan.map(({ seed, member, fold }) => `${seed} ${member} ${fold.name}`)).toEqual([
      ...['1 male sentence 1', '1 female sentence 1', '1 male sentence 2', '1 female sentence 2'],
      ...['2 male sentence 1', '2 female sentence 1', '2 male sentence 2', '2 female sentence 2'],
    ]);
    for (const { member, fold } of plan) {
      expect(new Set(fold.train.map((clip) => clip.gender))).toEqual(new Set([member]));
      expect(fold.test).toHaveLength(48);
    }
  });

  test('folds that leave a model the same training clips share it: with one speaker out, those of the other gender', () => {
    const plan = planTrainings(tables, optionsOf('loso', 'pair'));
    expect(plan).toHaveLength(3 + 3 + 2); // each speaker out of the own gender's model; all of the other gender, twice
    const shared = plan.filter(({ fold }) => new Set(fold.test.map((clip) => clip.speaker)).size > 1);
    expect(shared.map(({ member, fold }) => [member, fold.train.length, fold.test.length])).toEqual([
      ['female', 48, 48],
      ['male', 48, 48],
    ]);
    for (const { fold } of plan) {
      const learnt = new Set(fold.train.map((clip) => clip.speaker));
      expect(fold.test.filter((clip) => learnt.has(clip.speaker))).toEqual([]);
    }
  });

  test('a pooled model learns from both genders', () => {
    const [first, ...others] = planTrainings(tables, optionsOf('statement', 'pooled-gender'));
    expect(others).toHaveLength(1);
    expect(new Set(first.fold.train.map((clip) => clip.gender)).size).toBe(2);
  });
});

test('what a model is told of the gender reaches its output', async () => {
  const told = tellGender(tables.table);
  const features = told.names.length;
  const stages = stagesOf(CNN, { level: 'functionals', features, classes: 8 });
  const run = forwardPass(stages, initialWeights(await loadEngine(), stages, createRandom(1)));
  const other = tellGender({ ...tables.table, clips: tables.table.clips.map((clip) => ({ ...clip, gender: clip.gender === 'male' ? 'female' : 'male' })) }); // prettier-ignore
  const [as, swapped] = [told, other].map(({ values }) => run(values.subarray(0, features)));
  expect(Math.max(...as.map((p, i) => Math.abs(p - swapped[i])))).toBeGreaterThan(1e-3);
});

describe('a training', () => {
  const options = optionsOf('statement', 'pooled-gender');
  const plan = planTrainings(tables, options);
  beforeAll(async () => {
    for (const training of plan) await runTraining(training, tables, options);
  }, 120_000);

  test('is found again with the same data and options only', () => {
    expect(findTraining(plan[0], tables, options)!.name).toBe('statement-pooled-gender-sentence-1-seed-1');
    const other = { ...options, train: { ...options.train, epochs: 13 } };
    expect(findTraining(plan[0], tables, other)).toBeUndefined();
    expect(findTraining(plan[0], { table: tables.table }, options)).toBeUndefined();
  });

  test('leaves predictions for every test clip once, softened by the temperature of its fold', () => {
    const results = plan.map((training) => findTraining(training, tables, options)!);
    const [first, ...others] = collectPredictions(plan, results, tables, options);
    expect(others).toEqual([]);
    expect(first.rows.map((row) => row.id)).toEqual(tables.table.clips.map((clip) => clip.id));
    expect(first.rows.filter((row) => row.predicted === row.label).length).toBeGreaterThan(80); // of 96: made to be learnt
    for (const [i, { fold, temperature, test: raw }] of results.map(
      (one, i) => [i, { ...one, fold: plan[i].fold.name }] as const,
    )) {
      const row = first.rows.find((one) => one.id === raw.rows[i].id)!;
      expect(row).toMatchObject({ fold, temperature: Number(temperature.toPrecision(5)) });
      const powers = raw.rows[i].probabilities.map((p) => p ** (1 / temperature));
      const sum = powers.reduce((a, b) => a + b);
      row.probabilities.forEach((p, k) => expect(Math.abs(p / (powers[k] / sum) - 1)).toBeLessThan(1e-4));
    }
  });
});

test('a corpus of five emotions is tested on those five', () => {
  const five = ['neutral', 'happy', 'sad', 'angry', 'fearful'];
  const own = { table: selectRows(tables.table, ({ emotion }) => five.includes(emotion)) };
  const options = optionsOf('statement', 'pooled');
  const plan = planTrainings(own, options);
  const probabilities = ravdess.labels.map((emotion) => (emotion === 'surprised' ? 0.3 : 0.1));
  const results = plan.map(({ name, fold }) => {
    const rows = fold.test.map(({ id, speaker, gender, emotion }) => ({ id, speaker, gender, label: emotion, predicted: 'surprised', probabilities })); // prettier-ignore
    return {
      ...{ name, temperature: 1, importance: [], seconds: 0, notes: {} },
      data: { clips: 0, rows: 0, validationClips: 0, sha256: '' },
      ...{ validation: { protocol: 'statement', labels: ravdess.labels, rows }, test: { protocol: 'statement', labels: ravdess.labels, rows } }, // prettier-ignore
    };
  });
  const [first] = collectPredictions(plan, results, own, options);
  expect(first.labels).toEqual(five);
  expect(first.rows).toHaveLength(own.table.clips.length);
  for (const row of first.rows) row.probabilities.forEach((p) => expect(p).toBeCloseTo(0.2, 12));
});

test('where only some emotions are tested, the others leave clips and probabilities, and the rest sum to 1', () => {
  const labels = ravdess.labels.filter((emotion) => !['calm', 'surprised'].includes(emotion));
  const protocol = getProtocol('cross-corpus');
  const other = protocol.testCorpus!.name;
  // Sentence 2 is the other corpus here, of other speakers; two emotions have no clips there: these are not tested.
  const others = selectRows(tables.table, ({ sentence, emotion }) => sentence !== '2' || labels.includes(emotion));
  const clips = others.clips.map((clip) =>
    clip.sentence === '2'
      ? { ...clip, corpus: other, speaker: `${other}-${clip.speaker}`, recording: `${other}/${clip.id}` }
      : clip,
  );
  const own = { table: { ...others, clips } };
  const options = { ...optionsOf('statement', 'pooled'), protocol };
  const plan = planTrainings(own, options);
  // Half for calm; of the others the first in the list of emotions is the most probable.
  const probabilities = ravdess.labels.map((emotion, i) => (emotion === 'calm' ? 0.5 : (0.5 * (8 - i)) / 29));
  const predictions = (clips: TableRow[]) => ({
    ...{ protocol: 'statement', labels: ravdess.labels },
    rows: clips.map(({ id, speaker, gender, emotion }) => ({ id, speaker, gender, label: emotion, predicted: 'calm', probabilities })), // prettier-ignore
  });
  const results = plan.map(({ name, fold }) => ({
    ...{ name, temperature: 1, importance: [], seconds: 0, notes: {} },
    data: { clips: 0, rows: 0, validationClips: 0, sha256: '' },
    ...{ validation: predictions(fold.train.slice(0, 5)), test: predictions(fold.test) },
  }));
  const [first] = collectPredictions(plan, results, own, options);
  expect(first.labels).toEqual(labels);
  expect(first.rows.map(({ id }) => id)).toEqual(clips.flatMap(({ id, corpus }) => (corpus === other ? [id] : [])));
  for (const row of first.rows) {
    expect(row.predicted).toBe('neutral');
    expect(row.probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    expect(row.probabilities[0] / row.probabilities[1]).toBeCloseTo(8 / 6, 4); // neutral and happy
  }
});

describe('ser eval --protocol --model', () => {
  const out = join(folder, 'report');
  const words = [
    'eval',
    '--protocol',
    'statement',
    '--model',
    'pair',
    '--epochs',
    '4',
    '--seeds',
    '2',
    '--resamples',
    '50',
  ];
  const ser = (...more: string[]) => {
    const paths = ['--table', join(folder, 'table.parquet'), '--augmented-table', join(folder, 'augmented.parquet')];
    const where = ['--trainings', join(folder, 'by-command'), '--out', out];
    return promisify(execFile)(process.execPath, [...SER, ...words, ...paths, ...where, ...more]);
  };
  beforeAll(() => {
    writeTable(join(folder, 'table.parquet'), tables.table);
    writeTable(join(folder, 'augmented.parquet'), tables.augmented);
  });

  test('trains what is missing, and writes a report that can be read back', async () => {
    const { stdout } = await ser();
    expect(stdout).toMatch(/^oracle +UAR \.?0?\.\d+ ± /m);
    const trainings = readdirSync(join(folder, 'by-command'));
    expect(trainings).toHaveLength(8); // 2 folds, 2 genders, 2 seeds; no checkpoint is left
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report;
    expect(report.seeds).toEqual([1, 2]);
    expect(report.systems.map(({ name }) => name)).toEqual(['oracle', 'hard', 'soft', 'swapped']);
    expect(report.systems[0].parts.combined).toMatchObject({ n: 96, speakers: 6 });
    expect(readFileSync(join(out, 'report.md'), 'utf8')).toContain('none of the 2 test sentences');
    const { predictions, manifest } = readReport(out);
    expect(predictions).toEqual(parseModelPredictionsCsv(readFileSync(join(out, 'predictions.csv'), 'utf8'), 'statement')); // prettier-ignore
    expect(Object.keys(manifest.models)).toHaveLength(8);

    const before = trainings.map((name) => statSync(join(folder, 'by-command', name)).mtimeMs);
    const { stderr } = await ser('--json');
    expect(stderr).not.toContain('to be done');
    expect(trainings.map((name) => statSync(join(folder, 'by-command', name)).mtimeMs)).toEqual(before);
  }, 240_000);

  test('neither whose models nor what to train: says what to give', async () => {
    const nothing = promisify(execFile)(process.execPath, [...SER, 'eval']);
    await expect(nothing).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('--model') as string });
  });
});
