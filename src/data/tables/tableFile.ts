import { expectText } from '../../messages/arguments.ts';
import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { SerError } from '../../error.ts';
import { readWhole, writeFileAtomic } from '../../files/files.ts';
import { fileOfSet, readFileSet, replaceFileSet } from '../../files/fileSet.ts';
import type { FeatureSet } from '../../features/types.ts';
import { FEATURE_SET_NAMES, featureSet } from '../embeddings/load.ts';
import { PUBLISHED_ENCODERS } from '../embeddings/published/encoders.ts';
import { isSystemError } from '../../messages/systemErrors.ts';
import { knownCorpus } from '../corpora/corpora.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { type FeatureTable, checkSameFeatures, expectTable, hashTable, joinTables } from './table.ts';
import { nameInTable, tablePaths } from './tablePaths.ts';
import { joinTablesOf } from './joinColumns.ts';
import { tableParts } from './encodeTable.ts';
import { bytesOfFile, tableMemory } from './longTables.ts';
import { decodeRows, decodeTable, type LongTables, TABLE_REMEDY } from './tableParquet.ts';
import { type TableFacts, tableFacts, type TableRows } from './tableRows.ts';

/**
 * Writes a table as Parquet; see `encodeTable`.
 * @throws {SerError} `table` for an inconsistent table
 * @example
 * const table = await readTable('data/features/ravdess-librosa186.parquet');
 * writeTable('actor.parquet', selectRows(table, ({ speaker }) => speaker === '01'));
 * (await readTable('actor.parquet')).clips.length // → 104
 */
export function writeTable(path: string, table: FeatureTable): void {
  expectText(path, 'writeTable: path', 'the path of a Parquet file');
  expectTable(table, 'writeTable: table');
  writeFileAtomic(path, tableParts(table));
}

/**
 * Writes the tables of a corpus and of its augmented copies in one step: readers of the pair find either the old or the new one. Each stores
 * the hash of the other's content.
 * @throws {SerError} as `writeTable`
 */
export function writeTablePair(
  [path, augmentedPath]: readonly [string, string],
  table: TableRows,
  augmented: TableRows | undefined,
): void {
  if (!augmented) return writeFileAtomic(path, tableParts(table));
  const [facts, augmentedFacts] = [tableFacts(table), tableFacts(augmented)];
  const know = (one: TableRows, own: TableFacts, fact: 'augmentedSha256' | 'originalSha256', other: TableFacts) =>
    tableParts({ ...one, provenance: { ...one.provenance, [fact]: other.sha256 } }, own);
  const files = new Map([
    [basename(path), know(table, facts, 'augmentedSha256', augmentedFacts)],
    [basename(augmentedPath), know(augmented, augmentedFacts, 'originalSha256', facts)],
  ]);
  replaceFileSet(dirname(path), { head: basename(path), others: () => [basename(augmentedPath)] }, files);
}

/** The table, joined with that of the protocol's test corpus. @throws {SerError} as `readTable` and `joinTables` */
export async function readProtocolTable(protocol: Protocol, path: string): Promise<FeatureTable> {
  return joinTestCorpus(protocol, await readTable(path), readTable);
}

/**
 * The same for a table that has been read. The table of the test corpus is the one with the same features.
 * @param read  `openTable` for a table that may be too large for the memory
 */
export async function joinTestCorpus<Table extends TableRows>(
  { testCorpus }: Protocol,
  table: Table,
  read: (path: string) => Promise<Table>,
): Promise<Table> {
  if (!testCorpus || table.clips.some(({ corpus }) => corpus === testCorpus.name)) return table;
  if (!knownCorpus(testCorpus.name)) {
    const corpora = [...new Set(table.clips.map(({ corpus }) => corpus))].join(', ');
    throw new SerError('protocol', `There is no clip of the corpus ${testCorpus.name}, which is to be tested; there are clips of ${corpora}: name its manifest or folder with a further --data.`); // prettier-ignore
  }
  return joinTables(table, await read(tablePaths(testCorpus.name, table.featureSet).original));
}

/**
 * A table of clips and that of their augmented copies, for training on both; the first alone if there is no second, or it has no copies of its clips.
 * @throws {SerError} `table` if their feature sets differ, or one of them stores a partner that is not the other, so that they are of
 * two builds; else as `readTable`
 * @example
 * const [table, augmented] = await readTablePair('data/features/ravdess-librosa186.parquet', 'data/features/ravdess-librosa186-augmented.parquet');
 * augmented.clips.length / table.clips.length // → 3
 */
export async function readTablePair(
  path: string,
  augmentedPath?: string,
): Promise<[table: FeatureTable] | [table: FeatureTable, augmented: FeatureTable]> {
  if (augmentedPath === undefined) return [await readTable(path)];
  const [folder, name, augmentedName] = [dirname(path), basename(path), basename(augmentedPath)];
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile();
  const isPair = isFile && resolve(folder) === resolve(dirname(augmentedPath));
  // Both from the same moment, even if a build that published them was killed.
  const files = isPair
    ? readFileSet(folder, { head: name, others: () => [augmentedName] })
    : new Map<string, Uint8Array>();
  const read = (one: string): Promise<FeatureTable> => {
    const bytes = files.get(basename(one));
    return bytes ? decodeTable(bytes, one) : readTable(one);
  };
  const [table, augmented] = await Promise.all([read(path), read(augmentedPath)]);
  return checkPair([path, augmentedPath], table, augmented);
}

/**
 * The same for tables that may be too large for the memory (`openTable`).
 * @throws {SerError} as `readTablePair` and `openTable`
 */
export async function openTablePair(
  path: string,
  augmentedPath?: string,
  onLong?: LongTables['onLong'],
): Promise<[table: TableRows] | [table: TableRows, augmented: TableRows]> {
  if (augmentedPath === undefined) return [await openTable(path, onLong)];
  const [folder, name] = [dirname(path), basename(path)];
  const isPair = resolve(folder) === resolve(dirname(augmentedPath)) && existsSync(path);
  for (;;) {
    const state = stateOf(path);
    // Where a build that published both was killed, the second has another name.
    const current = isPair ? fileOfSet(folder, { head: name, others: () => [] }, basename(augmentedPath)) : augmentedPath; // prettier-ignore
    const [table, augmented] = [await openTable(path, onLong), await openTable(current, onLong)];
    // It may have been replaced meanwhile, so that the two belong to different builds.
    if (stateOf(path) === state) return checkPair([path, augmentedPath], table, augmented);
  }
}

function stateOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stats && [stats.ino, stats.size, stats.mtimeNs].join();
}

/** @throws {SerError} as `readTablePair` */
function checkPair<Table extends TableRows>(
  [path, augmentedPath]: readonly [string, string],
  table: Table,
  augmented: Table,
): [table: Table] | [table: Table, augmented: Table] {
  checkSameFeatures(table, augmented);
  const claims = [
    [table.provenance?.augmentedSha256, augmented],
    [augmented.provenance?.originalSha256, table],
  ] as const;
  const known = claims.filter(([sha256]) => sha256 !== undefined);
  if (known.length === 0 || known.some(([sha256, partner]) => hashTable(partner) === sha256)) {
    const ids = new Set(table.clips.map(({ id }) => id));
    return augmented.clips.some(({ id }) => ids.has(id)) ? [table, augmented] : [table];
  }
  throw new SerError(
    'table',
    `${path} and ${augmentedPath} come from different builds: the copies in the second are not of the clips in the first. ` +
      'Build both again with `ser features build`, or name the table that belongs to the first with `--augmented-table`.',
  );
}

/**
 * Reads a table that `writeTable` wrote, and checks it against the hash of its content. If a joined feature set has no table, it is
 * assembled from those of its parts: `ravdess-librosa186+meyda.parquet` from `ravdess-librosa186.parquet` and `ravdess-meyda.parquet`.
 * @throws {SerError} `table` with the remedy for a file that is missing, damaged, truncated or not a feature table
 * @example
 * const { clips, names } = await readTable('data/features/ravdess-librosa186.parquet');
 * [clips.length, names.length] // → [2452, 186]
 */
export async function readTable(path: string): Promise<FeatureTable> {
  expectText(path, 'readTable: path', 'the path of a Parquet file');
  let bytes: Uint8Array;
  try {
    bytes = readWhole(path);
  } catch (cause) {
    const joined = isSystemError(cause) && cause.code === 'ENOENT' && joinedAt(path);
    if (joined) return joinTablesOf(joined.set, await Promise.all(joined.paths.map(readTable)));
    throw new SerError(
      'table',
      `The feature table ${path} cannot be read (${(cause as Error).message}). ${TABLE_REMEDY}`,
      { cause },
    );
  }
  return decodeTable(bytes, path);
}

/**
 * Like `readTable`, for a training: the values of a table that takes more than `tableMemory` are copied into a file, from which their rows are read
 * as they are needed.
 * @param onLong  called for such a table before its values are read, with their bytes
 * @throws {SerError} as `readTable`; `file` where there is no space for the values; what `onLong` throws
 * @example
 * const table = await openTable('data/features/ravdess-librosa186.parquet');
 * table.values.subarray(0, 186).length // → 186
 */
export async function openTable(path: string, onLong?: LongTables['onLong']): Promise<TableRows> {
  expectText(path, 'openTable: path', 'the path of a Parquet file');
  const joined = !existsSync(path) && joinedAt(path);
  if (joined) return joinTablesOf(joined.set, await Promise.all(joined.paths.map((one) => openTable(one, onLong))));
  const most = tableMemory();
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return readTable(path);
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return readTable(path); // which says why it cannot be read
  }
  try {
    return await decodeRows(bytesOfFile(file, path), path, { most, onLong });
  } finally {
    closeSync(file);
  }
}

const SET = [
  ...FEATURE_SET_NAMES,
  ...PUBLISHED_ENCODERS.map(({ name }) => `${name}(?:#[^+]+?)?(?:-functionals)?`),
  'onnx%3A(?:[\\w.#-]|%[0-9A-F]{2})+?',
]
  .toSorted((a, b) => b.length - a.length)
  .join('|');
/** Whether there is a table at a path, or those of the parts of its joined feature set. */
export function tableExists(path: string): boolean {
  return existsSync(path) || (joinedAt(path)?.paths.every(tableExists) ?? false);
}

/** Corpus, joined feature sets, and what follows, of a table's file name. */
const JOINED_TABLE = new RegExp(`^(.+?)-((?:${SET})(?:[+,](?:${SET}))+?)((?:-augmented)?\\.parquet)$`);

/** The joined feature set of a table that lies there, by its name, and where the tables of its parts are. */
function joinedAt(path: string): { set: FeatureSet; paths: string[] } | undefined {
  const [, corpus, features, ending] = JOINED_TABLE.exec(basename(path)) ?? [];
  if (!features) return undefined;
  const set = featureSet(nameInTable(features));
  const paths = (set.inputs ?? set.parts ?? []).map((part) => tablePaths(corpus, part.name, dirname(path)));
  return { set, paths: paths.map((pair) => (ending === '.parquet' ? pair.original : pair.augmented)) }; // prettier-ignore
}
