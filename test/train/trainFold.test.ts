import { expect, test } from 'vitest';
import { getProtocol } from '../../src/data/protocols/protocols.ts';
import { tableVector } from '../../src/data/tables/table.ts';
import type { FeatureTable, TableRow } from '../../src/data/tables/table.ts';
import type { Classifier, FitContext, Samples } from '../../src/train/classifiers/classifier.ts';
import { trainFold } from '../../src/train/trainFold.ts';
import { SIZE, syntheticTable } from './synthetic.ts';

const table = syntheticTable();
const augmented = syntheticTable(10, [1, 2, 3]);
const statement = getProtocol('statement');
const fold = statement.folds(table.clips)[0]; // tests sentence 1

/** One run, steered by the recordings of a tenth of the clips: what the tests below count. */
const STEERED_ONLY = { validationFraction: 0.1, validationCopies: false, refit: false };

interface Call {
  train: Samples;
  validation?: Samples;
  options: object;
  context: FitContext;
}

/** Learns nothing, but remembers what it was given. */
function spy(): { classifier: Classifier; calls: Call[] } {
  const calls: Call[] = [];
  const classifier: Classifier = {
    name: 'spy',
    accepts: ['functionals'],
    augmentation: true,
    options: {},
    fit: async (_, train, validation, options, { seed, refitOf }) => {
      calls.push({ train, validation, options, context: { seed, refitOf } });
      const predictProba = (x: Float32Array) => new Float32Array((x.length / SIZE) * 8).fill(1 / 8);
      const history = [8, 4, 2].map((rate, i) => ({ epoch: i + 1, learningRate: rate / 1e4, loss: 2, accuracy: 0.1 }));
      return {
        model: { predictProba, files: async () => new Map() },
        history,
        notes: { found: calls.length },
      };
    },
    describe: () => 'A spy.',
    open: () => {
      throw new Error('not here');
    },
  };
  return { classifier, calls };
}

/** Puts the number of its clip and its copy into two features of every row, so that rows can be told apart later. */
function marked(source: FeatureTable, change?: (row: TableRow) => number | undefined): FeatureTable {
  const copy = { ...source, values: source.values.slice() };
  copy.clips.forEach((row, i) => {
    const vector = tableVector(copy, i);
    vector[0] = table.clips.findIndex((clip) => clip.id === row.id);
    vector[1] = row.copy;
    const value = change?.(row);
    if (value !== undefined) vector.fill(value, 2);
  });
  return copy;
}

test('no copy of a validation clip is learnt from, and only recordings steer', async () => {
  const { classifier, calls } = spy();
  const task = { table: marked(table), augmented: marked(augmented), protocol: statement, fold, classifier };
  const { scaler, data } = await trainFold(task, STEERED_ONLY);
  const [{ train, validation }] = calls;
  const rowsOf = ({ x, y }: Samples) =>
    Array.from(y, (_, i) =>
      [0, 1].map((f) => Math.abs(Math.round(x[i * SIZE + f] * scaler.scale[f] + scaler.mean[f]))),
    );
  const learnt = rowsOf(train);
  const steering = rowsOf(validation!);
  expect(steering.map(([, copy]) => copy)).toEqual(steering.map(() => 0));
  expect(steering).toHaveLength(8); // one of ten of every emotion
  const held = new Set(steering.map(([clip]) => clip));
  expect(learnt.filter(([clip]) => held.has(clip))).toEqual([]);
  const trainIds = new Set(fold.train.map((clip) => clip.id));
  expect(new Set(learnt.map(([clip]) => table.clips[clip].id))).toEqual(
    new Set([...trainIds].filter((id) => !held.has(table.clips.findIndex((clip) => clip.id === id)))),
  );
  expect(learnt).toHaveLength((fold.train.length - held.size) * 4);
  expect(data).toMatchObject({ clips: 72, rows: 288, validationClips: 8 });
});

test('neither test nor validation rows reach the scaler, nor test rows anything', async () => {
  const first = spy();
  const second = spy();
  const run = (change: ((row: TableRow) => number | undefined) | undefined, { classifier }: ReturnType<typeof spy>) => {
    const [a, b] = [marked(table, change), marked(augmented, change)];
    return trainFold({ table: a, augmented: b, protocol: statement, fold, classifier }, STEERED_ONLY);
  };
  const plain = await run(undefined, first);
  const huge = await run((row) => (row.sentence === '1' ? 1e30 : undefined), second);
  expect(huge.scaler).toEqual(plain.scaler);
  expect(second.calls).toEqual(first.calls);
  expect(huge.data).toEqual(plain.data);

  const held = new Set(plain.validation.rows.map((row) => row.id));
  const hugeHeld = await run((row) => (held.has(row.id) ? 1e30 : undefined), spy());
  expect(hugeHeld.scaler).toEqual(plain.scaler);
});

test('nor do test rows reach the run on all training clips, whose model is the one that is tested', async () => {
  const run = async (change?: (row: TableRow) => number | undefined) => {
    const { classifier, calls } = spy();
    const [a, b] = [marked(table, change), marked(augmented, change)];
    const task = { table: a, augmented: b, protocol: statement, fold, classifier };
    const trained = await trainFold(task, { ...STEERED_ONLY, refit: true });
    return { calls, scaler: trained.scaler, data: trained.data, validation: trained.validation };
  };
  const plain = await run();
  expect(plain.calls).toHaveLength(2);
  expect(await run((row) => (row.sentence === '1' ? 1e30 : undefined))).toEqual(plain);
});

test('one recording under two names, on both sides: refused', async () => {
  const [learnt, tested] = [fold.train[3], fold.test[5]].map(({ id }) =>
    table.clips.findIndex((clip) => clip.id === id),
  );
  const values = table.values.slice();
  values.set(table.values.subarray(learnt * SIZE, (learnt + 1) * SIZE), tested * SIZE);
  const { classifier, calls } = spy();
  const task = { table: { ...table, values }, protocol: statement, fold, classifier };
  await expect(trainFold(task, STEERED_ONLY)).rejects.toThrow(
    `the test clip ${fold.test[5].id} has exactly the features of the training clip ${fold.train[3].id}`,
  );
  expect(calls).toEqual([]);
});

test('the scaler standardises the training rows', async () => {
  const { classifier, calls } = spy();
  await trainFold({ table, protocol: statement, fold, classifier }, STEERED_ONLY);
  const column = Array.from(calls[0].train.y, (_, i) => calls[0].train.x[i * SIZE + 5]);
  const mean = column.reduce((a, b) => a + b) / column.length;
  expect(mean).toBeCloseTo(0, 5);
  expect(column.reduce((a, b) => a + (b - mean) ** 2, 0) / column.length).toBeCloseTo(1, 5);
});

test('where speakers are tested, whole speakers are held out; where they are shared, clips', async () => {
  const speakersOf = async (name: string) => {
    const protocol = getProtocol(name);
    const [one] = protocol.folds(table.clips);
    const { validation } = await trainFold(
      { table, protocol, fold: one, classifier: spy().classifier },
      { ...STEERED_ONLY, validationFraction: 0.25 },
    );
    return new Set(validation.rows.map((row) => row.speaker)).size;
  };
  expect(await speakersOf('loso')).toBe(2); // a quarter of 4 and of 5, at least one of each gender
  expect(await speakersOf('statement')).toBeGreaterThan(4);
});

test('refit learns from all training clips without validation, and is handed what the first run found out', async () => {
  const { classifier, calls } = spy();
  const task = { table, augmented, protocol: statement, fold, classifier };
  const trained = await trainFold(task, { ...STEERED_ONLY, refit: true });
  expect(calls).toHaveLength(2);
  const [, again] = calls;
  expect(again.validation).toBeUndefined();
  expect(again.train.y).toHaveLength(fold.train.length * 4);
  expect(calls[0].context.refitOf).toBeUndefined();
  expect(again.context.refitOf).toMatchObject({ notes: { found: 1 }, history: trained.history });
  expect(again.context.seed).toBe(calls[0].context.seed);
  expect(again.options).toEqual(calls[0].options);
  expect(trained.notes).toEqual({ found: 2 });
  expect(trained.data).toMatchObject({ clips: 80, rows: 320, validationClips: 8 });
  expect(trained.validation.rows).toHaveLength(8);
});

test('with validationCopies the copies of the held clips steer too, and are still not learnt from', async () => {
  const { classifier, calls } = spy();
  const task = { table, augmented, protocol: statement, fold, classifier };
  const { validation } = await trainFold(task, { ...STEERED_ONLY, validationCopies: true });
  const [{ train, validation: steering }] = calls;
  expect(steering!.y).toHaveLength(8 * 4);
  expect(train.y).toHaveLength(72 * 4);
  expect(validation.rows).toHaveLength(8);
});

test('the CNN trained on a fold recognises the clips of the other sentence', async () => {
  const options = { ...STEERED_ONLY, epochs: 15, learningRate: 2e-3 };
  const { validation, history } = await trainFold({ table, augmented, protocol: statement, fold }, options); // prettier-ignore
  expect(history).toHaveLength(15);
  expect(validation.rows.filter((row) => row.predicted === row.label).length).toBeGreaterThanOrEqual(7);
  expect(validation.protocol).toBe('statement');
});

test('a fold that leaks, or whose clips are not in the table, is refused', async () => {
  const leaking = { ...fold, test: [...fold.test, fold.train[0]] };
  await expect(trainFold({ table, protocol: statement, fold: leaking }, {})).rejects.toThrow(/leaks/);
  const loso = getProtocol('loso');
  await expect(trainFold({ table, protocol: loso, fold }, {})).rejects.toThrow(/share a speaker/);
  const few = syntheticTable(9);
  await expect(trainFold({ table: few, protocol: statement, fold }, {})).rejects.toThrow(/8 of them are not/);
});

test('tables of different feature sets are refused', async () => {
  const other = { ...augmented, featureSet: 'meyda' };
  await expect(trainFold({ table, augmented: other, protocol: statement, fold }, {})).rejects.toThrow(
    /synthetic features, the other meyda/,
  );
});
