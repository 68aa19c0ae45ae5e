import { expect, test, vi } from 'vitest';
import { AUGMENT_DEFAULTS } from '../../src/data/augment/augment.ts';
import type { PureFeatureSet } from '../../src/features/types.ts';

/** A feature set as somebody would add it: the level of a clip, once over the whole of it and once every 10 ms. */
const { level, levels } = vi.hoisted(() => {
  const decibels = (signal: Float32Array): number =>
    10 * Math.log10(1e-12 + signal.reduce((sum, sample) => sum + sample * sample, 0) / signal.length);
  const level: PureFeatureSet = {
    name: 'level',
    level: 'functionals',
    names: ['level'],
    extract: (signal) => Float64Array.of(decibels(signal)),
  };
  const levels: PureFeatureSet = {
    ...level,
    name: 'levels',
    level: 'frames',
    frameRate: 100,
    extract: (signal) =>
      Float64Array.from({ length: Math.ceil(signal.length / 160) }, (_, t) =>
        decibels(signal.subarray(160 * t, 160 * (t + 1))),
      ),
  };
  return { level, levels };
});

vi.mock(import('../../src/features/index.ts'), async (load) => {
  const original = await load();
  return { ...original, FEATURE_SETS: [...original.FEATURE_SETS, level, levels] };
});

const { FEATURE_SET_NAMES, featureSet } = await import('../../src/data/embeddings/load.ts');
const { extractVectors } = await import('../../src/data/tables/extractVectors.ts');
const { formatVectors } = await import('../../src/data/tables/formatVectors.ts');
const { tableOf, tableVector } = await import('../../src/data/tables/table.ts');
const { decodeTable, encodeTable } = await import('../../src/data/tables/tableParquet.ts');

const job = { path: 'data/demo/female.wav', id: 'female', copies: 1, seed: 1, augmentation: AUGMENT_DEFAULTS };
const row = (copy: number) => ({ id: 'female', corpus: 'mine', emotion: 'calm', speaker: 'anna', gender: null, recording: 'female', sentence: null, channel: 'speech' as const, copy }); // prettier-ignore

test('a feature set is one object in the list: it has a name for the options and can be joined to others', async () => {
  expect(FEATURE_SET_NAMES).toEqual(expect.arrayContaining(['level', 'levels']));
  const { vectors } = await extractVectors({ ...job, featureSet: 'level+librosa186' });
  expect(vectors.map((vector) => vector.length)).toEqual([187, 187]);
});

test.each(['level', 'levels'])(
  '%s is extracted from clips and copies, formatted, and stored in a table',
  async (name) => {
    const set = featureSet(name);
    const { vectors, warnings } = await extractVectors({ ...job, featureSet: name });
    const table = tableOf(set, ['calm'], vectors.map((values, copy) => ({ clip: row(copy), values: Float32Array.from(values) }))); // prettier-ignore
    const read = await decodeTable(encodeTable(table), 'table');
    expect({ set: read.featureSet, frames: read.frames !== undefined }).toEqual({
      set: name,
      frames: set.level === 'frames',
    });
    vectors.forEach((values, i) => expect([...tableVector(read, i)]).toEqual([...Float32Array.from(values)]));
    const csv = formatVectors([{ file: job.path, vector: vectors[0], warnings }], set, 'csv') as string;
    expect(csv.trim().split('\n')).toHaveLength(1 + vectors[0].length);
    expect(csv).toMatch(set.level === 'frames' ? /^file,time,level\n/ : /^file,level\n/);
  },
);
