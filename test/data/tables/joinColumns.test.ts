import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENCODER_SHA256 } from '../../../src/data/embeddings/layers.ts';
import { featureSet } from '../../../src/data/embeddings/load.ts';
import { tableOf, type FeatureTable, type TableRow } from '../../../src/data/tables/table.ts';
import { areHalves } from '../../../src/half.ts';
import { readTable, writeTable } from '../../../src/data/tables/tableFile.ts';
import { createRandom } from '../../../src/random.ts';

const JOINED = 'librosa186+speech-embedding';

/** Clips of a made-up corpus with values of a real feature set. */
function makeTable(name: string, ids: readonly string[], provenance: Record<string, string> = {}): FeatureTable {
  const set = featureSet(name);
  const random = createRandom(name);
  const rows = ids.map((id) => {
    const clip: TableRow = {
      ...{ id, copy: 0, corpus: 'made-up', emotion: 'calm', speaker: id, gender: null, recording: id },
      ...{ sentence: null, channel: 'speech' },
    };
    return { clip, values: Float32Array.from(set.names, () => random.normal()) };
  });
  return tableOf(set, ['calm'], rows, { corpus: 'made-up', ...provenance });
}

function inFolder(...tables: FeatureTable[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'ser-joined-'));
  for (const table of tables) writeTable(join(folder, `made-up-${table.featureSet}.parquet`), table);
  return join(folder, `made-up-${JOINED}.parquet`);
}

describe('a table of joined feature sets that is not there', () => {
  const librosa = makeTable('librosa186', ['a', 'b', 'c'], { toolkit: '1' });
  const encoder = makeTable('speech-embedding-functionals', ['c', 'a', 'd'], { toolkit: '2' });

  test('is put together from the tables of its parts, for the clips that both have', async () => {
    const table = await readTable(inFolder(librosa, encoder));
    expect(table).toMatchObject({ featureSet: JOINED, names: featureSet(JOINED).names, labels: ['calm'] });
    expect(table.clips).toEqual([librosa.clips[0], librosa.clips[2]]);
    expect(table.provenance).toEqual({ corpus: 'made-up', encoder: ENCODER_SHA256 });
    const [left, right] = [librosa.names.length, encoder.names.length];
    const row = (values: Float32Array, index: number, size: number): number[] => [
      ...values.subarray(index * size, (index + 1) * size),
    ];
    const expected = [
      [0, 1],
      [2, 0],
    ].flatMap(([a, b]) => [...row(librosa.values, a, left), ...row(encoder.values, b, right)]);
    expect(Array.from(table.values)).toEqual(expected);
  });

  test('is refused in words where a part is missing, of other columns, or of other clips', async () => {
    await expect(readTable(inFolder(librosa))).rejects.toThrow(/speech-embedding-functionals\.parquet cannot be read/);
    const foreign = makeTable('speech-embedding-functionals', ['x']);
    await expect(readTable(inFolder(librosa, foreign))).rejects.toThrow(/have no clip in common/);
    const other = { ...encoder, names: encoder.names.map((name) => `${name}_old`) };
    await expect(readTable(inFolder(librosa, other))).rejects.toMatchObject({
      code: 'table',
      message: expect.stringMatching(
        /build it again with `ser features build --features speech-embedding-functionals`/,
      ),
    });
  });
});

test('values of the speech encoder are kept in 16 bits, in a file half as large', async () => {
  const table = makeTable('speech-embedding-functionals', ['a', 'b']);
  expect(areHalves(table.values)).toBe(true);
  const path = join(mkdtempSync(join(tmpdir(), 'ser-half-')), 'made-up-speech-embedding-functionals.parquet');
  writeTable(path, table);
  expect(await readTable(path)).toEqual(table);
});

test('the committed tables hold all clips of RAVDESS and EmoDB', async () => {
  const [ravdess, emodb] = await Promise.all(
    ['ravdess', 'emodb'].map((corpus) => readTable(`data/features/${corpus}-${JOINED}.parquet`)),
  );
  expect(ravdess.clips).toHaveLength(2452);
  expect(ravdess.names).toHaveLength(186 + 1728);
  expect(emodb.names).toEqual(ravdess.names);
  expect(emodb.clips.length).toBe((await readTable('data/features/emodb-librosa186.parquet')).clips.length);
});
