import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Clip } from '../../src/data/clip.ts';
import { labelsOf } from '../../src/data/corpora/corpora.ts';
import { getProtocol } from '../../src/data/protocols/protocols.ts';
import type { FeatureTable } from '../../src/data/tables/table.ts';
import { createRandom } from '../../src/random.ts';
import { getClassifier } from '../../src/train/classifiers/classifiers.ts';
import { planTrainings } from '../../src/train/crossValidation.ts';
import { overLabels } from '../../src/train/predictTable.ts';
import { trainFold } from '../../src/train/trainFold.ts';
import { trainModel } from '../../src/train/trainModel.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-own-labels-'));
afterAll(() => rmSync(folder, { recursive: true }));

const loso = getProtocol('loso');
const svm = getClassifier('svm');

/** Clips of nobody's list, of unknown gender, whose features say their emotion aloud. */
function tableOf(said: readonly (readonly [speaker: string, emotion: string])[]): FeatureTable {
  const clips = said.map(([speaker, emotion], i): Clip => {
    const id = `${speaker}/${i}`;
    return { id, corpus: 'mine', emotion, speaker, gender: null, recording: id, sentence: null, channel: 'speech' };
  });
  const labels = labelsOf(clips);
  const random = createRandom('own labels');
  const values = clips.flatMap(({ emotion }) => labels.map((label) => Number(label === emotion) + 0.1 * random.normal())); // prettier-ignore
  return {
    ...{ featureSet: 'tones', names: labels.map((_, i) => `tone_${i}`), labels },
    ...{ clips: clips.map((clip) => ({ ...clip, copy: 0 })), values: Float32Array.from(values) },
  };
}

const everybody = ['s1', 's2', 's3', 's4'];
const said = everybody.flatMap((speaker) =>
  ['angry', 'calm', 'wistful', 'angry', 'calm', 'wistful'].map((emotion) => [speaker, emotion] as const),
);

test('a model knows the emotions of its training clips, in the order of the table, whatever genders they have', async () => {
  const table = tableOf([...said, ['s1', 'boredom']]);
  expect(table.labels).toEqual(['calm', 'angry', 'boredom', 'wistful']);
  const [fold] = loso.folds(table.clips);
  const { labels, model, validation } = await trainFold({ table, protocol: loso, fold, classifier: svm }, {}, {});
  expect(labels).toEqual(['calm', 'angry', 'wistful']); // only the tested speaker is ever bored
  expect(validation.labels).toEqual(labels);
  const predictor = { labels, predictProba: (x: Float32Array) => model.predictProba(x) };
  const values = Float32Array.of(0, 9, 0, 0);
  const [calm, angry, boredom, wistful] = overLabels(predictor, table.labels).predictProba(values);
  expect(boredom).toBe(0);
  expect([calm, angry, wistful]).toEqual(Array.from(model.predictProba(values)));
});

test('clips of one emotion alone teach nothing', async () => {
  const table = tableOf(everybody.map((speaker) => [speaker, 'calm']));
  const [fold] = loso.folds(table.clips);
  await expect(trainFold({ table, protocol: loso, fold, classifier: svm }, {}, {})).rejects.toThrow(
    'the training clips of fold "speaker s1" are all calm: a model needs at least two emotions.',
  );
});

test('models of one gender refuse clips of unknown gender, with what to do', async () => {
  const table = tableOf(said);
  const lacking = /The clip s\d\/\d+ has no gender, .*manifest.*--fill-genders.*pooled/;
  const task = { gender: 'male', table, protocol: 'loso', fold: 'speaker s1', classifier: 'svm', command: '' } as const;
  await expect(trainModel({ ...task, out: join(folder, 'model') }, {})).rejects.toThrow(lacking);
  const plan = (model: 'pair' | 'pooled') =>
    planTrainings({ table }, { protocol: loso, model, seeds: [1], classifier: 'svm', train: {}, folder: '' });
  expect(() => plan('pair')).toThrow(lacking);
  expect(plan('pooled').map(({ fold }) => fold.train.length)).toEqual([18, 18, 18, 18]);
});
