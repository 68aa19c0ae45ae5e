import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { classifierOptions, givenOptions, optionWords, typedOptions } from '../../../src/commands/classifierOptions.ts';
import { getProtocol } from '../../../src/data/protocols/protocols.ts';
import { selectRows } from '../../../src/data/tables/table.ts';
import { finite } from '../../../src/files/json.ts';
import { checkModelFolder, loadBundle } from '../../../src/train/bundle/bundle.ts';
import { openModel } from '../../../src/train/bundle/openModel.ts';
import { type Classifier, fileOf, type OpenedClassifier } from '../../../src/train/classifiers/classifier.ts';
import { CLASSIFIERS, getClassifier } from '../../../src/train/classifiers/classifiers.ts';
import { type CrossOptions, findTraining, planTrainings, runTraining } from '../../../src/train/crossValidation.ts';
import { collectPredictions } from '../../../src/train/collect.ts';
import { predictTable } from '../../../src/train/predictTable.ts';
import { trainFold } from '../../../src/train/trainFold.ts';
import { trainModel } from '../../../src/train/trainModel.ts';
import { syntheticTable } from '../synthetic.ts';

interface Options {
  sharpness: number;
}

interface Notes {
  rows: number;
  /** Whether a first run was handed on. */
  again: boolean;
}

/** A classifier as somebody would add it: the class whose mean is nearest is the most probable one. */
const nearestMean: Classifier<Options, Notes> = {
  name: 'nearest-mean',
  accepts: ['functionals'],
  augmentation: false,
  options: {
    sharpness: {
      schema: v.pipe(finite, v.gtValue(0, 'must be above 0')),
      default: 1,
      describe: 'How fast the probability falls with the squared distance',
    },
  },
  async fit({ features, classes }, { x, y }, _validation, { sharpness }, { refitOf, onProgress }) {
    const means = new Float32Array(1 + classes * features);
    means[0] = sharpness;
    y.forEach((label, row) => {
      const rows = y.filter((other) => other === label).length;
      for (let i = 0; i < features; i++) means[1 + label * features + i] += x[row * features + i] / rows;
    });
    onProgress?.({ done: 1, total: 1 });
    const content = new Map([['means.bin', new Uint8Array(means.buffer)]]);
    const opened = nearestMean.open({ dir: '', content }, { level: 'functionals', features, classes });
    return {
      model: { ...opened, files: async () => new Map(content) },
      notes: { rows: y.length, again: refitOf !== undefined },
    };
  },
  describe: ({ notes }, { sharpness }) => `The nearest class mean of ${notes.rows} rows, sharpness ${sharpness}.`,
  open(files, { features, classes }): OpenedClassifier {
    const { bytes } = fileOf(files, 'means.bin');
    const [sharpness, ...means] = new Float32Array(bytes.slice().buffer);
    return {
      parameters: means.length,
      predictProba(x) {
        const powers = Float32Array.from({ length: (x.length / features) * classes }, (_, at) => {
          const [row, label] = [Math.floor(at / classes), at % classes];
          let distance = 0;
          for (let i = 0; i < features; i++) distance += (x[row * features + i] - means[label * features + i]) ** 2;
          return Math.exp(-sharpness * distance);
        });
        return powers.map((power, at) => {
          const from = at - (at % classes);
          return power / powers.subarray(from, from + classes).reduce((a, b) => a + b);
        });
      },
    };
  },
};

const folder = mkdtempSync(join(tmpdir(), 'ser-classifier-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => void CLASSIFIERS.push(nearestMean));
afterEach(() => void CLASSIFIERS.splice(CLASSIFIERS.indexOf(nearestMean), 1));

const table = syntheticTable();
const augmented = syntheticTable(10, [1, 2, 3]);
const features = { name: table.featureSet, names: table.names };
const task = { gender: 'male' as const, table, augmented, protocol: 'statement', fold: 'sentence 1', command: 'ser' };

test('a line in CLASSIFIERS makes a classifier whole: trained, described, kept in a folder, opened from bytes, right', async () => {
  const out = join(folder, 'male');
  const bundle = await trainModel({ ...task, out, classifier: 'nearest-mean' }, { sharpness: 0.25, seed: 4 });
  expect(bundle).toMatchObject({
    classifier: 'nearest-mean',
    options: { sharpness: 0.25, seed: 4, refit: true },
    notes: { rows: 160, again: true }, // all 40 clips of the men and their copies
    files: { 'means.bin': expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(bundle.history).toBeUndefined();
  expect(readdirSync(out).sort()).toEqual(['MODEL_CARD.md', 'bundle.json', 'means.bin']);
  const card = readFileSync(join(out, 'MODEL_CARD.md'), 'utf8');
  expect(card).toContain('\nThe nearest class mean of 160 rows, sharpness 0.25.\n');
  expect(card).not.toMatch(/epoch|learning rate|network/i);

  // As the page does it: from bytes alone.
  const read = (name: string) => [name, new Uint8Array(readFileSync(join(out, name)))] as const;
  const content = new Map(['bundle.json', 'means.bin'].map(read));
  const tested = selectRows(table, ({ sentence, gender }) => sentence === '1' && gender === 'male');
  const answers = [loadBundle(out, features), openModel({ dir: '/models/male', content }, features)].map((model) =>
    predictTable(model, tested, 'statement'),
  );
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[0].rows).toHaveLength(40);
  expect(answers[0].rows.filter(({ label, predicted }) => label === predicted).length).toBeGreaterThan(36);
});

test('it is cross-validated like any other', async () => {
  const options: CrossOptions = {
    protocol: getProtocol('statement'),
    model: 'pooled',
    seeds: [1],
    classifier: 'nearest-mean',
    train: {},
    folder: join(folder, 'trainings'),
  };
  const plan = planTrainings({ table }, options);
  for (const training of plan) await runTraining(training, { table }, options);
  const results = plan.map((training) => findTraining(training, { table }, options)!);
  expect(results.map(({ notes }) => notes)).toEqual([80, 80].map((rows) => ({ rows, again: true })));
  const [{ rows }] = collectPredictions(plan, results, { table }, options);
  expect(rows.filter(({ label, predicted }) => label === predicted).length).toBeGreaterThan(150); // of 160
});

test('the command line offers its options, and refuses those of another classifier', () => {
  expect(classifierOptions()).toMatchObject({
    classifier: { choices: expect.arrayContaining(['cnn', 'nearest-mean']) },
    sharpness: { type: 'number', defaultDescription: 'nearest-mean: 1' },
    'batch-size': { type: 'number', defaultDescription: 'cnn: 32, tcn: 32, gru: 32, mlp: 64' },
    dilations: { type: 'number', array: true, defaultDescription: 'tcn: 1 2 4' },
  });
  const args = { classifier: 'nearest-mean', sharpness: 2, epochs: undefined, table: 'x' };
  expect(givenOptions(getClassifier('nearest-mean'), args)).toEqual({ sharpness: 2 });
  expect(typedOptions({ batchSize: 8, C: 2, averaging: false })).toEqual({ 'batch-size': 8, C: 2, averaging: false });
  expect(optionWords({ dilations: [1, 2], C: 2 })).toEqual(['--dilations=1', '--dilations=2', '--C=2']);
  expect(() => givenOptions(getClassifier('nearest-mean'), { ...args, batchSize: 8 })).toThrow(
    expect.objectContaining({ code: 'usage', message: 'The classifier nearest-mean has no option --batch-size.' }),
  );
});

test('options that it does not have, or that make no sense, are refused before anything is trained', async () => {
  const train = (options: object) =>
    trainModel({ ...task, out: join(folder, 'never'), classifier: 'nearest-mean' }, { ...options });
  await expect(train({ epochs: 3 })).rejects.toThrow(/nearest-mean has no option `epochs`; it has sharpness/);
  await expect(train({ sharpness: 0 })).rejects.toThrow(/`sharpness` must be above 0; it is 0/);
});

test('a classifier of vectors refuses frames, and names one that takes them; one of frames is handed their counts', async () => {
  const frames = new Uint32Array(table.clips.length).fill(2);
  const values = Float32Array.from({ length: 2 * table.values.length }, (_, i) => Math.sin(i));
  const protocol = getProtocol('statement');
  const [fold] = protocol.folds(table.clips);
  const given: (Uint32Array | undefined)[] = [];
  const ofFrames: Classifier = {
    ...(nearestMean as Classifier),
    name: 'of-frames',
    accepts: ['frames'],
    options: {},
    fit: async ({ level, classes }, { x, y, frames }) => {
      given.push(frames);
      expect({ level, values: x.length, rows: y.length }).toEqual({
        level: 'frames',
        values: 2 * y.length * table.names.length,
        rows: frames!.length,
      });
      const predictProba = (_: Float32Array, counts?: Uint32Array) =>
        new Float32Array(counts!.length * classes).fill(1 / classes);
      return { model: { predictProba, files: async () => new Map() }, notes: {} };
    },
    describe: () => 'Says that all are as probable.',
  };
  CLASSIFIERS.push(ofFrames);
  try {
    const framed = { table: { ...table, values, frames }, protocol, fold };
    await expect(trainFold({ ...framed, classifier: nearestMean as Classifier }, {})).rejects.toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringMatching(
          /^The table of synthetic features has a vector per frame; the classifier nearest-mean takes one vector per clip\. Choose another feature set, or .*of-frames\.$/,
        ),
      }),
    );
    await expect(trainFold({ table, protocol, fold, classifier: ofFrames }, {})).rejects.toThrow(
      /has one vector per clip; the classifier of-frames takes a vector per frame/,
    );
    const { validation } = await trainFold({ ...framed, classifier: ofFrames }, { validationFraction: 0.1 });
    expect(given.map((counts) => counts!.length)).toEqual([72, 80]);
    expect(validation.rows).toHaveLength(8);
  } finally {
    CLASSIFIERS.splice(CLASSIFIERS.indexOf(ofFrames), 1);
  }
});

test('a model of another kind takes the place of the old one, whose files go', async () => {
  const out = join(folder, 'changed');
  await trainModel({ ...task, out, classifier: 'cnn' }, { epochs: 1 });
  expect(readdirSync(out).sort()).toEqual(['MODEL_CARD.md', 'bundle.json', 'model.json', 'weights.bin']);
  await trainModel({ ...task, out, classifier: 'nearest-mean' }, {});
  expect(readdirSync(out).sort()).toEqual(['MODEL_CARD.md', 'bundle.json', 'means.bin']);
  expect(() => checkModelFolder(out)).not.toThrow();
});
