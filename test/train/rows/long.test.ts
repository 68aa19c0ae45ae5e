import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { getProtocol } from '../../../src/data/protocols/protocols.ts';
import { type FeatureTable, hashTable, selectRows, type TableRow } from '../../../src/data/tables/table.ts';
import { openTable, openTablePair, readTable, readTablePair, writeTable } from '../../../src/data/tables/tableFile.ts';
import { isShort, loadRows, type TableRows } from '../../../src/data/tables/tableRows.ts';
import { createRandom } from '../../../src/random.ts';
import type { Bundle } from '../../../src/train/bundle/bundle.ts';
import { findTraining, planTrainings, runTraining } from '../../../src/train/crossValidation.ts';
import { type ModelTask, trainModel } from '../../../src/train/trainModel.ts';
import type { TrainOptions } from '../../../src/train/trainFold.ts';
import { runSer } from '../../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-long-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  vi.stubEnv('SER_TABLE_MEMORY', '0');
  vi.stubEnv('SER_SCRATCH', join(folder, 'scratch'));
  return () => vi.unstubAllEnvs();
});

const TABLE = 'data/features/ravdess-librosa186.parquet';
const AUGMENTED = 'data/features/ravdess-librosa186-augmented.parquet';
const [path, copies, framesPath] = ['own.parquet', 'copies.parquet', 'frames.parquet'].map((name) =>
  join(folder, name),
);
const actors = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10'];
const isKept = ({ speaker }: TableRow): boolean => actors.includes(speaker);
const [whole, augmented] = await readTablePair(TABLE, AUGMENTED);
writeTable(path, selectRows(whole, isKept));
writeTable(
  copies,
  selectRows(augmented!, (row) => isKept(row) && row.copy === 1),
);

/** Clips of different numbers of frames, in more row groups than one. */
const random = createRandom('long');
const framed = selectRows(whole, ({ speaker, channel }) => isKept(whole.clips[0]) && actors.slice(0, 4).includes(speaker) && channel === 'speech'); // prettier-ignore
const frames = Uint32Array.from(framed.clips, (_, i) => 500 + (i % 500));
const total = frames.reduce((sum, count) => sum + count);
const values = Float32Array.from({ length: 2 * total }, () => random.normal());
const framesTable: FeatureTable = { ...framed, featureSet: 'made-up', names: ['a', 'b'], frames, values };
writeTable(framesPath, framesTable);

/** The files of the model that is trained from tables in memory, and from tables that are read. */
async function trainBoth(
  name: string,
  paths: readonly string[],
  task: Partial<ModelTask>,
  options: TrainOptions,
): Promise<{ bundle: Pick<Bundle, 'data'> }[]> {
  const train = async (kind: string, tables: readonly TableRows[]) => {
    const out = join(folder, name, kind);
    const [table, augmented, also] = tables;
    const more = { augmented, also: also && [{ table: also, weight: 0.5 }] };
    await trainModel({ gender: 'combined', table, ...more, out, command: 'ser train', ...task }, options);
    const { cost, ...bundle } = JSON.parse(readFileSync(join(out, 'bundle.json'), 'utf8')) as Bundle & {
      cost: unknown;
    };
    expect(cost).toBeDefined(); // seconds
    const files = ['model.json', 'weights.bin'].map((file) => [file, readFileSync(join(out, file), 'latin1')]);
    return { bundle, ...Object.fromEntries(files) };
  };
  const short = await Promise.all(paths.map(readTable));
  const long = await Promise.all(paths.map((one) => openTable(one)));
  expect(long.some(isShort)).toBe(false);
  return [await train('short', short), await train('long', long)];
}

test.each([
  ['mlp', { epochs: 1, networks: 2, units: 8, batchSize: 64, validationAlso: true, copyWeight: 0.5 }],
  ['cnn', { epochs: 1, batchSize: 64, keep: 'best', refit: false }],
])('a %s that reads its rows from the disk has the same files as one that learns from memory', async (classifier, options) => {
  const further = join(folder, 'further.parquet');
  const renamed = selectRows(whole, ({ speaker }) => ['11', '12', '13', '14'].includes(speaker));
  writeTable(further, { ...renamed, clips: renamed.clips.map((clip) => ({ ...clip, corpus: 'other' })) });
  const task = { classifier, protocol: 'statement' };
  const fold = getProtocol('statement').folds(selectRows(whole, isKept).clips)[0].name;
  const [short, long] = await trainBoth(classifier, [path, copies, further], { ...task, fold }, options);
  expect(short.bundle.data.rows).toBeGreaterThan(800);
  expect(long).toEqual(short);
}); // prettier-ignore

test('so has a network of frames, whose rows are cut from several row groups', async () => {
  expect(total).toBeGreaterThan(2 ** 17);
  const task = { classifier: 'tcn', protocol: 'loso', fold: 'speaker 01' };
  const options = { epochs: 1, width: 8, pooled: 8, attention: 4, dense: 8, dilations: [1], crop: 40, refit: false };
  const [short, long] = await trainBoth('tcn', [framesPath], task, options);
  expect(long).toEqual(short);
});

test('a cross-validation of a long table has the same predictions and importances', async () => {
  const results = await Promise.all(
    [await readTable(path), await openTable(path)].map(async (table, i) => {
      const options = { protocol: getProtocol('statement'), model: 'pooled-gender', seeds: [1], classifier: 'mlp', train: { epochs: 1, networks: 1, units: 8, refit: false }, folder: join(folder, `cross-${i}`) } as const; // prettier-ignore
      const [training] = planTrainings({ table }, options);
      await runTraining(training, { table }, options);
      return { ...findTraining(training, { table }, options)!, seconds: 0 };
    }),
  );
  expect(results[0].test.rows.length).toBeGreaterThan(256);
  expect(results[0].importance.length).toBeGreaterThan(3);
  expect(results[1]).toEqual(results[0]);
});

test('a long table is the same as in memory, selected or not, and leaves no file behind', async () => {
  for (const one of [path, framesPath]) {
    const [short, long] = [await readTable(one), await openTable(one)];
    expect(hashTable(long)).toBe(hashTable(short));
    const some = (row: TableRow): boolean => row.emotion === 'sad';
    expect(loadRows(selectRows(long, some))).toEqual(selectRows(short, some));
  }
  const [table, partner] = await openTablePair(TABLE, AUGMENTED);
  expect([table, partner!].map(isShort)).toEqual([false, false]);
  expect(readdirSync(join(folder, 'scratch'))).toEqual([]);
});

test('up to the limit a table is in memory, and a limit that is no number is refused', async () => {
  vi.stubEnv('SER_TABLE_MEMORY', '4');
  const [some, all] = [await openTable(path), await openTable(AUGMENTED)];
  expect([some, all].map(isShort)).toEqual([true, false]);
  vi.stubEnv('SER_TABLE_MEMORY', 'much');
  await expect(openTable(path)).rejects.toThrow('SER_TABLE_MEMORY is "much": give a size in millions of bytes');
});

test('a long table that is cut short or missing is refused as in memory', async () => {
  const damaged = join(folder, 'damaged.parquet');
  writeTable(damaged, framesTable);
  truncateSync(damaged, 100_000);
  await expect(openTable(damaged)).rejects.toThrow(/damaged or not a Parquet file/);
  await expect(openTable(join(folder, 'missing.parquet'))).rejects.toThrow(/cannot be read/);
});

test('classifiers that learn from memory alone, and speaker adaptation, refuse it and say what to do', async () => {
  const table = await openTable(path);
  const task = { gender: 'combined', table, protocol: 'loso', fold: 'speaker 01', out: join(folder, 'none'), command: 'ser train' } as const; // prettier-ignore
  await expect(trainModel({ ...task, classifier: 'forest' }, {})).rejects.toThrow(
    /takes 1 MB, more than a training keeps in memory, and forest learns from memory alone: set SER_TABLE_MEMORY=1 .*\(cnn, tcn, gru, mlp\)/,
  );
  await expect(trainModel({ ...task, classifier: 'mlp' }, { speakerAdapt: true })).rejects.toThrow(/leave --speaker-adapt out/); // prettier-ignore
  const words = ['train', 'pooled', '--protocol=loso', '--fold=speaker 01', `--table=${path}`, '--classifier=svm'];
  const { code, stderr } = await runSer([...words, `--out=${join(folder, 'none')}`]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/own\.parquet takes 1 MB, .* svm learns from memory alone/)]); // prettier-ignore
});
