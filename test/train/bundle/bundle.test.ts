import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinTables } from '../../../src/data/tables/table.ts';
import type { SerError } from '../../../src/error.ts';
import { checkModelFolder, loadBundle, saveBundle } from '../../../src/train/bundle/bundle.ts';
import type { Bundle } from '../../../src/train/bundle/bundle.ts';
import { fillTestResults } from '../../../src/train/bundle/modelCard.ts';
import { predictTable } from '../../../src/train/predictTable.ts';
import { trainModel } from '../../../src/train/trainModel.ts';
import { SIZE, syntheticTable } from '../synthetic.ts';

let bundle: Bundle;
const HASH = /^[0-9a-f]{64}$/;
const folder = mkdtempSync(join(tmpdir(), 'ser-bundle-'));
const out = join(folder, 'male');
const table = syntheticTable();
const features = { name: table.featureSet, names: table.names };
const task = {
  gender: 'male' as const,
  table,
  protocol: 'statement',
  fold: 'sentence 1',
  out,
  command: 'ser train male',
};

beforeAll(async () => {
  bundle = await trainModel(
    { ...task, augmented: syntheticTable(10, [1, 2, 3]) },
    { epochs: 15, learningRate: 2e-3, seed: 3, validationFraction: 0.1, validationCopies: false, refit: false },
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the folder holds the model, what it needs and its card; no checkpoint is left', () => {
  expect(readdirSync(out).sort()).toEqual(['MODEL_CARD.md', 'bundle.json', 'model.json', 'weights.bin']);
  expect(readdirSync(folder)).toEqual(['male']);
  const read = JSON.parse(readFileSync(join(out, 'bundle.json'), 'utf8'));
  expect(read).toEqual(JSON.parse(JSON.stringify(bundle)));
  expect(read).toMatchObject({
    format: 2,
    files: { 'model.json': expect.stringMatching(HASH), 'weights.bin': expect.stringMatching(HASH) },
    classifier: 'cnn',
    gender: 'male',
    protocol: 'statement',
    fold: 'sentence 1',
    seed: 3,
    temperature: expect.closeTo(0.396, 2),
    data: { clips: 32, rows: 128, validationClips: 8 }, // five men; of every emotion one clip is held out
    options: {
      epochs: 15,
      learningRate: 2e-3,
      batchSize: 32,
      validationFraction: 0.1,
      keep: 'last',
      augmentation: true,
    },
    notes: { keptEpoch: 15, engine: { threads: 1 } },
    features: { set: 'synthetic' },
    validation: { n: 8 },
  });
  expect(read.history).toHaveLength(15);
  expect(read.data.sha256).toMatch(HASH);
});

test('only clips of its gender are learnt from', async () => {
  const women = { ...table, values: table.values.slice() };
  women.clips.forEach((clip, row) => clip.gender === 'female' && women.values.fill(1e9, row * SIZE, (row + 1) * SIZE));
  const other = join(folder, 'other');
  const same = await trainModel({ ...task, table: women, out: other }, { epochs: 1 });
  const plain = await trainModel({ ...task, out: other }, { epochs: 1 });
  expect({ ...same, cost: undefined }).toEqual({ ...plain, cost: undefined });
  rmSync(other, { recursive: true });
});

test('a loaded model takes raw vectors and recognises what it was trained for', () => {
  const model = loadBundle(out, features);
  const test = joinTables(table);
  const { rows, labels } = predictTable(model, test, 'statement');
  expect(rows).toHaveLength(160);
  expect(rows.filter((row) => row.predicted === row.label).length).toBeGreaterThan(150);
  expect(labels).toEqual(bundle.labels);
  for (const { probabilities } of rows) expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  expect(() => model.predictProba(new Float32Array(SIZE + 1))).toThrow(/17 values are not whole rows/);
  expect(() => model.predictProba(new Float32Array(2 * SIZE).fill(NaN, 20))).toThrow(/Row 2, feature feature_4 is NaN/);
  expect(model.predictProba(new Float32Array(0))).toHaveLength(0);
});

test('the temperature flattens the probabilities: p^(1/T), normalised', () => {
  const [plain, flat] = [1, 2].map((temperature) => {
    const dir = damaged((copy) => edit(copy, (json) => (json.temperature = temperature)));
    return loadBundle(dir, features);
  });
  const x = table.values.slice(0, SIZE);
  const p = Array.from(plain.predictProba(x), Math.sqrt);
  const sum = p.reduce((a, b) => a + b);
  flat.predictProba(x).forEach((value, i) => expect(value).toBeCloseTo(p[i] / sum, 5));
});

let copies = 0;

/** A copy of the folder with something broken. */
function damaged(damage: (dir: string) => void): string {
  const dir = join(folder, `damaged-${copies++}`);
  cpSync(out, dir, { recursive: true });
  damage(dir);
  return dir;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- damage needs no types
function edit(dir: string, change: (json: any) => void): void {
  const path = join(dir, 'bundle.json');
  const json = JSON.parse(readFileSync(path, 'utf8'));
  change(json);
  writeFileSync(path, JSON.stringify(json));
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- damage needs no types
function editModel(dir: string, change: (config: any) => void): void {
  const path = join(dir, 'model.json');
  const json = JSON.parse(readFileSync(path, 'utf8'));
  change(json);
  writeFileSync(path, JSON.stringify(json));
}

function editText(dir: string, name: string, pattern: RegExp, by: string): void {
  const path = join(dir, name);
  const text = readFileSync(path, 'utf8');
  expect(text).toMatch(pattern);
  writeFileSync(path, text.replace(pattern, by));
}

function editWeights(dir: string, change: (bytes: Buffer) => Buffer): void {
  const path = join(dir, 'weights.bin');
  writeFileSync(path, change(readFileSync(path)));
}

describe('refused, in words:', () => {
  test.each<[string, (dir: string) => void, RegExp]>([
    [
      'no bundle.json',
      (dir) => rmSync(join(dir, 'bundle.json')),
      /not a model folder: it has no bundle\.json.*ser train/,
    ],
    ['no weights', (dir) => rmSync(join(dir, 'weights.bin')), /weights\.bin is missing/],
    ['no model.json', (dir) => rmSync(join(dir, 'model.json')), /model\.json is missing/],
    [
      'half a bundle.json',
      (dir) => writeFileSync(join(dir, 'bundle.json'), '{"format":'),
      /bundle\.json: it is not JSON/,
    ],
    [
      'a bundle.json of null',
      (dir) => writeFileSync(join(dir, 'bundle.json'), 'null'),
      /bundle\.json: it is null where an object belongs/,
    ],
    [
      'a temperature of 1e-320',
      (dir) => edit(dir, (json) => (json.temperature = 1e-320)),
      /0\.001 to 1000; it is 1e-320/,
    ],
    [
      'a temperature of NaN',
      (dir) => edit(dir, (json) => (json.temperature = NaN)),
      /`temperature` is null where a number/,
    ],
    [
      'a scale of 1e-320',
      (dir) => edit(dir, (json) => (json.scaler.scale[2] = 1e-320)),
      /scale of feature_2 is 1e-320/,
    ],
    [
      'a mean as text',
      (dir) => edit(dir, (json) => (json.scaler.mean[3] = '1')),
      /`scaler\.mean\.3` is "1" where a number/,
    ],
    [
      'a mean of 1e999',
      (dir) => editText(dir, 'bundle.json', /("mean": \[\s*)[^,]+/, '$11e999'),
      /`scaler\.mean\.0` must be a finite/,
    ],
    ['no scaler', (dir) => edit(dir, (json) => delete json.scaler), /bundle\.json: `scaler` is missing/],
    [
      'a layer without its taps',
      (dir) => editModel(dir, (json) => delete json.layers[0].taps),
      /model\.json: `layers\.0\.taps` is missing/,
    ],
    [
      'a layer of a negative size',
      (dir) => editModel(dir, (json) => (json.layers[2].units = -5)),
      /`layers\.2\.units` must be 0 or more; it is -5/,
    ],
    [
      'a layer of a huge size',
      (dir) => editModel(dir, (json) => (json.layers[2].units = 2 ** 53 - 1)),
      /model\.json: layer 3 gives 1 × 9007199254740991 numbers, too many/,
    ],
    [
      'a layer less',
      (dir) => editModel(dir, (json) => json.layers.pop()),
      /weights\.bin has \d+ bytes; the layers of model\.json take \d+ for 16 features and 8 labels/,
    ],
    ['half a model.json', (dir) => writeFileSync(join(dir, 'model.json'), '{'), /model\.json: it is not JSON/],
    [
      'a newer format',
      (dir) => edit(dir, (json) => (json.format = 3)),
      /format is 3, this version reads 2: a newer version/,
    ],
    [
      'the format of version 0.1.0',
      (dir) => edit(dir, (json) => (json.format = 1)),
      /format is 1, this version reads 2: train the model again/,
    ],
    ['no format', (dir) => edit(dir, (json) => delete json.format), /format is undefined.*train the model again/],
    [
      'another feature set',
      (dir) => edit(dir, (json) => (json.features.set = 'meyda')),
      /trained on meyda.*input is synthetic/,
    ],
    [
      'features in another order',
      (dir) => edit(dir, (json) => json.features.names.reverse()),
      /feature 1 is feature_15, but synthetic now has feature_0/,
    ],
    [
      'a feature less',
      (dir) => edit(dir, (json) => json.features.names.pop()),
      /scaler has 16 values of `mean` for 15 features/,
    ],
    ['a cut scaler', (dir) => edit(dir, (json) => json.scaler.scale.pop()), /scaler has 15 values of `scale` for 16/],
    ['a scale of 0', (dir) => edit(dir, (json) => (json.scaler.scale[2] = 0)), /scaler's scale of feature_2 is 0/],
    [
      'a label less',
      (dir) => edit(dir, (json) => json.labels.pop()),
      /weights\.bin has \d+ bytes; the layers .* take \d+ for 16 features and 7 labels/,
    ],
    ['a label twice', (dir) => edit(dir, (json) => (json.labels[0] = json.labels[1])), /different labels/],
    [
      'a temperature of 0',
      (dir) => edit(dir, (json) => (json.temperature = 0)),
      /temperature` must be a number from 0.001 to 1000; it is 0/,
    ],
    [
      'features of a speech encoder that this version has not',
      (dir) => edit(dir, (json) => (json.features.encoder = 'ab12cd34ef')),
      /its features .* came from the encoder ab12cd34, and the one here is none/,
    ],
    ['an unknown classifier', (dir) => edit(dir, (json) => (json.classifier = 'oracle')), /no classifier "oracle"/],
    [
      'weights cut off',
      (dir) => editWeights(dir, (bytes) => bytes.subarray(0, -4)),
      /weights\.bin has \d+ bytes; .* cut off/,
    ],
    [
      'weights with NaN',
      (dir) => editWeights(dir, (bytes) => (bytes.writeFloatLE(NaN, 40), bytes)),
      /weights\.bin: value 11 is not a finite/,
    ],
    [
      'weights of another run',
      (dir) => editWeights(dir, (bytes) => (bytes.writeFloatLE(0.5, 40), bytes)),
      /not the file that bundle\.json describes/,
    ],
  ])('%s', (_, damage, message) => {
    const dir = damaged(damage);
    let error: SerError | undefined;
    try {
      loadBundle(dir, features);
    } catch (thrown) {
      error = thrown as SerError;
    }
    expect(error?.message).toMatch(message);
    expect(error?.message).toContain(error?.code === 'usage' ? 'oracle' : dir);
  });

  test('features that this code does not compute', () => {
    expect(() => loadBundle(out)).toThrow(/synthetic features, which this version does not compute/);
  });

  test('a folder with other files, before anything is trained or lost', async () => {
    const dir = damaged((copy) => writeFileSync(join(copy, 'notes.txt'), 'mine'));
    await expect(trainModel({ ...task, out: dir }, { epochs: 1 })).rejects.toThrow(/other files.*notes\.txt/);
    expect(existsSync(join(dir, 'notes.txt'))).toBe(true);
  });

  test('a file that bundle.json names outside its folder', () => {
    const dir = damaged((copy) => edit(copy, (json) => (json.files = { '../weights.bin': 'x' })));
    expect(() => loadBundle(dir, features)).toThrow(/must be the name of a file/);
  });

  test('a protocol with several folds, without saying which', async () => {
    const run = trainModel({ ...task, fold: undefined }, { epochs: 1 });
    await expect(run).rejects.toThrow(/"sentence 1", "sentence 2".*--fold/);
  });
});

test('a folder of format 1, which does not name its files, is one to train into again', () => {
  const dir = damaged((copy) =>
    edit(copy, (json) => {
      json.format = 1;
      delete json.files;
    }),
  );
  expect(() => checkModelFolder(dir)).not.toThrow();
});

test('saving replaces a model whole, and keeps the old one if it fails', async () => {
  const dir = damaged(() => undefined);
  const model = {
    predictProba: () => new Float32Array(),
    files: () => Promise.reject(new Error('disk full')),
  };
  await expect(saveBundle(dir, { model, bundle, card: '' })).rejects.toThrow('disk full');
  expect(loadBundle(dir, features).labels).toEqual(bundle.labels);
});

describe('the card', () => {
  const card = () => readFileSync(join(out, 'MODEL_CARD.md'), 'utf8');

  test('states protocol and speaker overlap first, and data, licence, seed, command and what it is not for', () => {
    expect(card().split('\n').slice(0, 5).join('\n')).toMatch(/Protocol `statement`[^]*Speakers overlap/);
    for (const word of ['CC BY-NC-SA 4.0', 'Seed 3', 'ser train male', 'hiring', 'surveillance', 'not a test result']) {
      expect(card()).toContain(word);
    }
    expect(card()).toContain(bundle.data.sha256);
  });

  test('takes the results of an evaluation, and takes them again', () => {
    const once = fillTestResults(card(), 'Protocol statement: 12 of 20.');
    expect(once).toContain('12 of 20');
    expect(once).not.toContain('Not evaluated yet');
    expect(fillTestResults(once, 'Not evaluated yet: `ser eval` fills this in.')).toBe(card());
    expect(() => fillTestResults('# A card', 'x')).toThrow(/no place for test results/);
  });
});
