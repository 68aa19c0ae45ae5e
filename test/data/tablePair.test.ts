import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { TABLE_PATHS } from '../../src/data/corpora/corpora.ts';
import { type FeatureTable, hashTable } from '../../src/data/tables/table.ts';
import { readTablePair, writeTable, writeTablePair } from '../../src/data/tables/tableFile.ts';
import { killAfter } from '../killedWriter.ts';
import { syntheticTable } from '../train/synthetic.ts';

vi.mock('node:fs', async (original) => (await import('../killedWriter.ts')).killableFs(original));

const root = mkdtempSync(join(tmpdir(), 'ser-pair-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Two builds: of two speakers, and of four. */
const [old, young] = [2, 4].map((speakers) => [syntheticTable(speakers), syntheticTable(speakers, [1, 2])] as const);
const pathsIn = (folder: string) =>
  [join(root, folder, 'c.parquet'), join(root, folder, 'c-augmented.parquet')] as const;
const write = (folder: string, [table, augmented]: readonly [FeatureTable, FeatureTable]): void =>
  writeTablePair(pathsIn(folder), table, augmented);
const hashes = (tables: readonly FeatureTable[]): string[] => tables.map(hashTable);

test('a build that is killed anywhere leaves the old pair or the new one, and the next build repairs it', async () => {
  const seen = new Set<string>();
  for (let changes = 0; ; changes++) {
    const folder = `killed-${changes}`;
    write(folder, old);
    const killed = await killAfter(changes, () => write(folder, young));
    const read = hashes(await readTablePair(...pathsIn(folder)));
    expect([hashes(old), hashes(young)]).toContainEqual(read);
    seen.add(read[0]);
    write(folder, young);
    expect(hashes(await readTablePair(...pathsIn(folder)))).toEqual(hashes(young));
    expect(readdirSync(join(root, folder)).sort()).toEqual(['c-augmented.parquet', 'c.parquet']);
    if (!killed) break;
  }
  expect([...seen]).toEqual([hashTable(old[0]), hashTable(young[0])]);
});

test('a first build that is killed leaves no table of clips without its copies', async () => {
  for (let changes = 0; ; changes++) {
    const paths = pathsIn(`first-${changes}`);
    const killed = await killAfter(changes, () => write(`first-${changes}`, young));
    if (existsSync(paths[0])) expect(hashes(await readTablePair(...paths))).toEqual(hashes(young));
    if (!killed) break;
  }
  expect.hasAssertions();
});

describe('tables of two builds', () => {
  write('one', old);
  write('two', young);
  const [[original, copies], [laterOriginal, laterCopies]] = [pathsIn('one'), pathsIn('two')];

  test('are refused, wherever they lie', async () => {
    for (const [first, second] of [
      [original, laterCopies],
      [laterOriginal, copies],
    ] as const)
      // prettier-ignore
      await expect(readTablePair(first, second)).rejects.toThrow(
        expect.objectContaining({ code: 'table', message: expect.stringMatching(/come from different builds.*ser features build/) }), // prettier-ignore
      );
    const mixed = pathsIn('two');
    copyFileSync(copies, mixed[1]);
    await expect(readTablePair(...mixed)).rejects.toThrow(/come from different builds/);
    write('two', young);
  });

  test('are read where the clips are the same, and the copies other ones', async () => {
    const others = syntheticTable(2, [1, 2, 3]);
    write('three', [old[0], others]);
    expect(hashes(await readTablePair(original, pathsIn('three')[1]))).toEqual(hashes([old[0], others]));
  });

  test('are read where neither knows its partner, as tables of earlier versions do not', async () => {
    const paths = [join(root, 'earlier.parquet'), join(root, 'other.parquet')] as const;
    writeTable(paths[0], old[0]);
    writeTable(paths[1], young[1]);
    expect(hashes(await readTablePair(...paths))).toEqual(hashes([old[0], young[1]]));
  });
});

test('copies of other clips are no copies of these: the clips come alone', async () => {
  const own = { ...old[0], clips: old[0].clips.map((clip) => ({ ...clip, id: `own/${clip.id}` })) };
  const paths = [join(root, 'own.parquet'), join(root, 'copies.parquet')] as const;
  writeTable(paths[0], own);
  writeTable(paths[1], old[1]);
  expect(hashes(await readTablePair(...paths))).toEqual(hashes([own]));
});

test('the committed tables are a pair', async () => {
  const [table, augmented] = await readTablePair(TABLE_PATHS.original, TABLE_PATHS.augmented);
  expect([table, augmented].map((one) => one?.clips.length)).toEqual([2452, 7356]);
});
