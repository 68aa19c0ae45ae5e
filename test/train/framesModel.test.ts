import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { clipMap } from '../../src/eval/charts/clips/clipMap.ts';
import { type FeatureTable, selectRows, tableVector, timeMeans } from '../../src/data/tables/table.ts';
import { createRandom } from '../../src/random.ts';
import { predictEmotions } from '../../src/serve/predict/predictEmotion.ts';
import { loadBundle } from '../../src/train/bundle/bundle.ts';
import { fitScaler } from '../../src/train/bundle/scaler.ts';
import { type Classifier, fileOf } from '../../src/train/classifiers/classifier.ts';
import { CLASSIFIERS } from '../../src/train/classifiers/classifiers.ts';
import { tellGender } from '../../src/train/tellGender.ts';
import { permutationImportance } from '../../src/train/permutationImportance.ts';
import { predictTable } from '../../src/train/predictTable.ts';
import { trainModel } from '../../src/train/trainModel.ts';
import { SIZE, syntheticTable } from './synthetic.ts';

/** The means over time of each row of frames. */
function rowMeans(x: Float32Array, frames: Uint32Array, size: number): Float32Array[] {
  let at = 0;
  return Array.from(frames, (count) => {
    const mean = new Float32Array(size);
    for (const end = at + count * size; at < end; at += size)
      for (let i = 0; i < size; i++) mean[i] += x[at + i] / count;
    return mean;
  });
}

/** The class whose mean is nearest to the mean of a clip's frames. */
const frameMeans: Classifier<object, object> = {
  name: 'frame-means',
  accepts: ['frames'],
  augmentation: false,
  options: {},
  async fit({ features, classes }, { x, y, frames }) {
    const means = new Float32Array(classes * features);
    rowMeans(x, frames!, features).forEach((mean, row) => {
      const rows = y.filter((label) => label === y[row]).length;
      for (let i = 0; i < features; i++) means[y[row] * features + i] += mean[i] / rows;
    });
    const content = new Map([['means.bin', new Uint8Array(means.buffer)]]);
    const opened = frameMeans.open({ dir: '', content }, { level: 'frames', features, classes });
    return { model: { ...opened, files: async () => new Map(content) }, notes: {} };
  },
  describe: () => 'Means of frames.',
  open(files, { features, classes }) {
    const means = new Float32Array(fileOf(files, 'means.bin').bytes.slice().buffer);
    return {
      parameters: means.length,
      predictProba: (x, frames) =>
        Float32Array.from(
          rowMeans(x, frames!, features).flatMap((mean) => {
            const powers = Array.from({ length: classes }, (_, label) =>
              Math.exp(-mean.reduce((sum, value, i) => sum + (value - means[label * features + i]) ** 2, 0) / 4),
            );
            return powers.map((power) => power / powers.reduce((a, b) => a + b));
          }),
        ),
    };
  },
};

/** The vectors of a synthetic table as one to five frames each, under noise. */
function framed(table: FeatureTable): FeatureTable {
  const random = createRandom('frames');
  const frames = Uint32Array.from(table.clips, (_, row) => 1 + (row % 5));
  const values = table.clips.flatMap((_, row) =>
    Array.from({ length: frames[row] }, () =>
      Array.from(tableVector(table, row), (value) => value + 0.1 * random.normal()),
    ).flat(),
  );
  return { ...table, featureSet: 'made-up-frames', values: Float32Array.from(values), frames };
}

const folder = mkdtempSync(join(tmpdir(), 'ser-frames-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => void CLASSIFIERS.push(frameMeans));
afterEach(() => void CLASSIFIERS.splice(CLASSIFIERS.indexOf(frameMeans), 1));

const table = framed(syntheticTable());
const features = { name: table.featureSet, names: table.names };
const task = {
  gender: 'male' as const,
  table,
  protocol: 'statement',
  fold: 'sentence 1',
  command: 'ser',
  out: join(folder, 'male'),
};

test('a model of frames is trained on clips of any length, kept, opened, and right on clips and windows of other lengths', async () => {
  const bundle = await trainModel({ ...task, classifier: 'frame-means' }, {});
  expect(bundle.features).toMatchObject({ set: 'made-up-frames', level: 'frames' });
  const tested = selectRows(table, ({ sentence, gender }) => sentence === '1' && gender === 'male');
  const model = loadBundle(task.out, features);
  const { rows } = predictTable(model, tested, 'statement');
  expect(rows.filter(({ label, predicted }) => label === predicted).length).toBeGreaterThan(36); // of 40

  const [first, second] = [0, 3].map((row) => tableVector(tested, row));
  expect(first.length).not.toBe(second.length);
  const window = { start: 0, end: 1, vector: second };
  const predictions = predictEmotions(
    { family: 'mine/', emotions: new Map([['male', model]]) },
    [{ vector: first, windows: [window] }, { vector: second }],
    { gender: 'male' },
  );
  expect(predictions.map(({ emotion }) => emotion)).toEqual([rows[0].predicted, rows[3].predicted]);
  expect(predictions[0].timeline![0].emotion).toBe(rows[3].predicted);
});

test('its scaler has the mean and the deviation of each column over all frames', () => {
  const { mean, scale } = fitScaler(table.values, SIZE);
  const column = Array.from({ length: table.values.length / SIZE }, (_, t) => table.values[t * SIZE + 3]);
  const average = column.reduce((a, b) => a + b) / column.length;
  expect(mean[3]).toBeCloseTo(average, 6);
  expect(scale[3] ** 2).toBeCloseTo(column.reduce((sum, value) => sum + (value - average) ** 2, 0) / column.length, 6);
});

test('a classifier of vectors refuses frames, and says so', async () => {
  await expect(trainModel({ ...task, classifier: 'svm' }, {})).rejects.toThrow(
    /vector per frame.*svm takes one vector per clip.*frame-means/,
  );
});

test('what looks at vectors takes the frames’ means over time, or says that it cannot', () => {
  const means = timeMeans(table);
  expect(means.frames).toBeUndefined();
  const own = tableVector(table, 2);
  expect(tableVector(means, 2)[4]).toBeCloseTo((own[4] + own[SIZE + 4] + own[2 * SIZE + 4]) / 3, 5);
  const ids = new Set(table.clips.map(({ id }) => id));
  expect(clipMap(table, ids)).toEqual(clipMap(means, ids));
  const model = { labels: table.labels, predictProba: () => new Float32Array() };
  expect(() => permutationImportance(model, table, { seed: 1 })).toThrow(
    /importance of features is defined .*made-up-frames/,
  );
});

test('a frame is told the gender of its clip', () => {
  const told = tellGender(table);
  const [own, before] = [tableVector(told, 1), tableVector(table, 1)];
  const size = told.names.length;
  expect(own.length).toBe(2 * size);
  for (const t of [0, 1]) {
    expect(new Set(own.subarray(t * size, t * size + size - SIZE))).toEqual(
      new Set([table.clips[1].gender === 'male' ? 1 : -1]),
    );
    expect(own.subarray((t + 1) * size - SIZE, (t + 1) * size)).toEqual(before.subarray(t * SIZE, (t + 1) * SIZE));
  }
});
