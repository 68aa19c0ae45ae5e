import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { featureSet } from '../../../src/data/embeddings/load.ts';
import { getProtocol } from '../../../src/data/protocols/protocols.ts';
import { joinInputs } from '../../../src/data/tables/joinColumns.ts';
import { type FeatureTable, selectRows } from '../../../src/data/tables/table.ts';
import { createRandom } from '../../../src/random.ts';
import { loadBundle } from '../../../src/train/bundle/bundle.ts';
import { getClassifier } from '../../../src/train/classifiers/classifiers.ts';
import { completeOptions } from '../../../src/train/classifiers/options.ts';
import { type CrossOptions, findTraining, planTrainings, runTraining } from '../../../src/train/crossValidation.ts';
import { predictTable } from '../../../src/train/predictTable.ts';
import type { MemberTask } from '../../../src/train/trainFold.ts';
import { trainModel } from '../../../src/train/trainModel.ts';
import { syntheticTable } from '../synthetic.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-members-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SET = 'voice-mel,log-mel';
const { inputs = [] } = featureSet(SET);

/** A table whose emotions show in a vector, or in the frames, at every eighth value. */
function tableOf(name: string, copies: readonly number[] = [0]): FeatureTable {
  const { level, names } = featureSet(name);
  const { clips, labels } = syntheticTable(8, copies);
  const random = createRandom(name);
  const frames = level === 'frames' ? Uint32Array.from(clips, () => 6 + random.integer(5)) : undefined;
  const rows = clips.flatMap((clip, row) => Array.from({ length: frames?.[row] ?? 1 }, () => labels.indexOf(clip.emotion))); // prettier-ignore
  const values = new Float32Array(rows.length * names.length);
  rows.forEach((label, row) => {
    for (let i = 0; i < names.length; i++) values[row * names.length + i] = random.normal() + (i % 8 === label ? 2 : 0);
  });
  return { featureSet: name, names, labels, clips, values, ...(frames && { frames }) };
}

const vectors = tableOf('voice-mel');
const frames = tableOf('log-mel');
const member = (classifier: string, options: object, data: Omit<MemberTask, 'classifier' | 'options'>): MemberTask => ({
  classifier: getClassifier(classifier),
  options: completeOptions(getClassifier(classifier), { ...options }),
  ...data,
});
const members = [
  member('svm', {}, { table: vectors, augmented: tableOf('voice-mel', [1]) }),
  member(
    'tcn',
    { epochs: 4, batchSize: 16, learningRate: 0.01, width: 16, pooled: 16, attention: 8, dense: 16 },
    { table: frames },
  ),
];
const table = joinInputs({ name: SET, inputs }, [vectors, frames]);
const text = 'svm:of=voice-mel,tcn:of=log-mel:copies=false';

test('a stack whose members have features and tables of their own is trained, stored and opened as one model', async () => {
  const out = join(folder, 'model');
  const task = { table, members, gender: 'combined', protocol: 'loso', fold: 'speaker 02', classifier: 'stack', out, command: 'train' } as const; // prettier-ignore
  const bundle = await trainModel(task, { members: text, validationBy: 'speaker' });
  expect(bundle.features).toMatchObject({ set: SET, level: 'frames', names: inputs[1].names });
  expect(bundle.options).toMatchObject({ members: text, augmentation: true });
  expect(bundle.selective!.distance).toBeGreaterThan(0);
  expect(bundle.selective!.rows).toBeGreaterThan(bundle.data.validationClips); // copies too, which one member knows
  const model = loadBundle(out);
  const test = selectRows(table, ({ speaker }) => speaker === '02');
  const { rows } = predictTable(model, test, 'loso');
  expect(rows.filter(({ label, predicted }) => label === predicted).length / rows.length).toBeGreaterThan(0.8);
  const [near] = model.distances!(test.values, test.frames);
  const far = model.distances!(test.values.map((value) => 20 * value), test.frames)[0]; // prettier-ignore
  expect(near).toBeLessThan(bundle.selective!.distance!);
  expect(far).toBeGreaterThan(bundle.selective!.distance!);
});

test('a cross-validation trains such a stack in each fold, and again where a member’s options or data change', async () => {
  const options: CrossOptions = {
    ...{ protocol: getProtocol('statement'), model: 'pooled', seeds: [1], classifier: 'stack' },
    ...{ train: { members: text }, folder: join(folder, 'trainings') },
  };
  const tables = { table, members };
  const [training] = planTrainings(tables, options);
  await runTraining(training, tables, options);
  const { test } = findTraining(training, tables, options)!;
  expect(test.rows).toHaveLength(64);
  expect(test.rows.filter(({ label, predicted }) => label === predicted).length).toBeGreaterThan(50);
  const without = [members[0], { ...members[1], options: { ...members[1].options, epochs: 5 } }];
  expect(findTraining(training, { table, members: without }, options)).toBeUndefined();
  const fewer = [{ ...members[0], augmented: undefined }, members[1]];
  expect(findTraining(training, { table, members: fewer }, options)).toBeUndefined();
  expect(() => planTrainings(tables, { ...options, model: 'pooled-gender' })).toThrow(/not told the gender/);
});

test('what such a stack does not have is refused in words', async () => {
  const fold = { name: 'x', train: table.clips, test: [] };
  const train = (options: object) =>
    import('../../../src/train/trainFold.ts').then(
      ({ trainFold }) =>
      trainFold({ table, members, protocol: getProtocol('loso'), fold, classifier: getClassifier('stack') }, { members: text, ...options }), // prettier-ignore
    );
  await expect(train({ combine: 'regression' })).rejects.toThrow(/no regression/);
  await expect(train({ speakerAdapt: true })).rejects.toThrow(/no --speaker-adapt/);
});
