import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isOf } from '../../src/data/clip.ts';
import { TABLE_PATHS } from '../../src/data/corpora/corpora.ts';
import { getProtocol } from '../../src/data/protocols/protocols.ts';
import { hashTable, joinTables, selectRows } from '../../src/data/tables/table.ts';
import { readTablePair } from '../../src/data/tables/tableFile.ts';
import { parseBundle } from '../../src/train/bundle/bundleCheck.ts';

test('the rows that the reference models learnt from are those of the committed tables, with the labels that they give', async () => {
  const tables = await readTablePair(TABLE_PATHS.original, TABLE_PATHS.augmented);
  for (const name of ['male', 'female', 'pooled']) {
    const path = `models/reference/${name}/bundle.json`;
    const { gender, labels, data } = parseBundle(readFileSync(path, 'utf8'), path);
    const own = tables.map((table) => selectRows(table, (row) => isOf(gender, row)));
    const [fold] = getProtocol('reference').folds(own[0].clips);
    const ids = new Set(fold.train.map(({ id }) => id));
    const rows = joinTables(...own.map((table) => selectRows(table, ({ id }) => ids.has(id))));
    expect([rows.clips.length, hashTable(rows)], name).toEqual([data.rows, data.sha256]);
    expect(rows.labels).toEqual(labels);
  }
});
