import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getProtocol } from '../../src/data/protocols/protocols.ts';
import { selectRows } from '../../src/data/tables/table.ts';
import { loadBundle } from '../../src/train/bundle/bundle.ts';
import { collectPredictions } from '../../src/train/collect.ts';
import {
  type CrossModel,
  type CrossOptions,
  findTraining,
  planTrainings,
  runTraining,
  trainedModel,
} from '../../src/train/crossValidation.ts';
import { predictFolds } from '../../src/train/predictConditions.ts';
import { syntheticTable } from './synthetic.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-kept-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tables = { table: syntheticTable(6) };
const optionsOf = (model: CrossModel, more: Partial<CrossOptions> = {}): CrossOptions => ({
  ...{ protocol: getProtocol('loso'), model, seeds: [1, 2], classifier: 'svm', train: {} },
  ...{ folder: join(folder, 'trainings'), keepModels: 'ser eval', importance: false, ...more },
});

for (const model of ['pooled', 'pair'] as const) {
  const options = optionsOf(model);
  const plan = planTrainings(tables, options);
  const folders = plan.map((training) => trainedModel(training, tables, options));
  beforeAll(async () => {
    for (const training of plan) await runTraining(training, tables, options);
  }, 60_000);

  test(`kept models (${model}) say of test clips what their trainings said, each of its own fold`, () => {
    const results = plan.map((training) => findTraining(training, tables, options)!);
    const answered = collectPredictions(plan, results, tables, options);
    const again = predictFolds(plan, folders, new Map([['clean', tables.table]]), tables, options);
    expect(again.map(({ model, seed }) => [model, seed])).toEqual([['clean', 1], ['clean', 2]]); // prettier-ignore
    for (const { seed, rows } of again) {
      expect(rows.map(({ id }) => id).sort()).toEqual(tables.table.clips.map(({ id }) => id).sort());
      for (const row of rows) {
        const whose = model === 'pair' ? row.gender : 'pooled';
        const before = answered.find((one) => one.seed === seed && one.model === whose)!.rows.find(({ id }) => id === row.id)!; // prettier-ignore
        expect(row.fold).toBe(`speaker ${row.speaker}`);
        row.probabilities.forEach((p, i) => expect(Math.abs(p - before.probabilities[i])).toBeLessThan(1e-4));
      }
    }
  });

  test(`a kept model (${model}) is a model folder that names its protocol, fold and training clips`, () => {
    const { bundle } = loadBundle(folders[0], { name: 'synthetic', names: tables.table.names });
    const [{ member, fold, seed }] = plan;
    expect(bundle).toMatchObject({ gender: member === 'pooled' ? 'combined' : member, protocol: 'loso', fold: fold.name, seed }); // prettier-ignore
    expect(bundle.data).toMatchObject({ clips: fold.train.length, corpora: [{ name: 'ravdess' }] });
  });
}

test('disturbed clips that are only a part of the test clips are all that is predicted', () => {
  const options = optionsOf('pooled');
  const plan = planTrainings(tables, options);
  const folders = plan.map((training) => trainedModel(training, tables, options));
  const some = selectRows(tables.table, ({ speaker, emotion }) => speaker === '02' && emotion === 'sad');
  const under = new Map([['clean', some], ['noise', { ...some, values: some.values.map(() => 0) }]]); // prettier-ignore
  const predicted = predictFolds(plan, folders, under, tables, options);
  expect(predicted.map(({ model, seed, rows }) => `${model} ${seed} ${rows.length}`)).toEqual(['clean 1 2', 'clean 2 2', 'noise 1 2', 'noise 2 2']); // prettier-ignore
  expect(predicted[0].rows[0].probabilities).not.toEqual(predicted[2].rows[0].probabilities);
});

test('a training whose model is missing is not done; without models it is, and leaves none', async () => {
  const kept = optionsOf('pooled', { folder: join(folder, 'apart'), seeds: [1] });
  const { keepModels, ...plain } = kept;
  expect(keepModels).toBeDefined();
  const [training] = planTrainings(tables, plain);
  await runTraining(training, tables, plain);
  expect(findTraining(training, tables, plain)).toBeDefined();
  expect(readdirSync(plain.folder)).toHaveLength(1);
  expect(findTraining(training, tables, kept)).toBeUndefined();
  await runTraining(training, tables, kept);
  expect(findTraining(training, tables, kept)).toEqual({ ...findTraining(training, tables, plain)! });
  expect(readdirSync(plain.folder)).toHaveLength(2);
});

test('models that take the gender as a feature are not kept', () => {
  expect(() => planTrainings(tables, optionsOf('pooled-gender'))).toThrow(/are not kept: take --model pooled or pair/);
});
