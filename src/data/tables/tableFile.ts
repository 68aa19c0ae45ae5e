import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { parquetMetadata, parquetRead } from 'hyparquet';
import type { FileMetaData } from 'hyparquet';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import type { ColumnSource } from 'hyparquet-writer';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { writeFileAtomic } from '../../files/files.ts';
import { parseJson } from '../../files/json.ts';
import { readFileSet, replaceFileSet } from '../../files/fileSet.ts';
import { GENDERS } from '../clip.ts';
import { knownCorpus, labelsOf } from '../corpora/corpora.ts';
import type { Protocol } from '../protocols/protocols.ts';
import { checkFooter, checkPages } from './parquetSizes.ts';
import { checkSameFeatures, checkTable, hashContent, hashTable, joinTables, ROW_FIELDS, storedField } from './table.ts';
import type { FeatureTable, TableRow } from './table.ts';

const REMEDY = 'Restore it from the repository, or rebuild it with `npm run features`.';

/** What each text column may hold; the others may hold any text. */
const VOCABULARY: Partial<Record<keyof TableRow, readonly string[]>> = {
  channel: ['speech', 'song'],
  gender: [...GENDERS, ''],
};
const TEXTS: readonly string[] = ROW_FIELDS.filter((field) => field !== 'copy');
/** The others can be made up for. */
const NEEDED = ['id', 'copy', 'emotion', 'speaker', 'gender'] as const satisfies readonly (keyof TableRow)[];

/**
 * Writes a table as Parquet: clip columns, then one FLOAT column a feature; the rest is key-value metadata of the file.
 * The same table gives the same bytes. Any Parquet reader (pandas, DuckDB, …) opens it.
 * @throws {SerError} `table` for a table that does not hold together
 */
export function writeTable(path: string, table: FeatureTable): void {
  writeFileAtomic(path, encodeTable(table));
}

/**
 * Writes the tables of a corpus and of its augmented copies in one step: who reads the pair finds the old one or the new one. Both keep
 * the hash of the other's content.
 * @throws {SerError} as `writeTable`
 */
export function writeTablePair(
  [path, augmentedPath]: readonly [string, string],
  table: FeatureTable,
  augmented: FeatureTable | undefined,
): void {
  if (!augmented) return writeTable(path, table);
  const know = (one: FeatureTable, fact: 'augmentedSha256' | 'originalSha256', other: FeatureTable): Uint8Array =>
    encodeTable({ ...one, provenance: { ...one.provenance, [fact]: hashTable(other) } });
  const files = new Map([
    [basename(path), know(table, 'augmentedSha256', augmented)],
    [basename(augmentedPath), know(augmented, 'originalSha256', table)],
  ]);
  replaceFileSet(dirname(path), { head: basename(path), others: () => [basename(augmentedPath)] }, files);
}

/** The bytes that `writeTable` writes. */
export function encodeTable(table: FeatureTable): Uint8Array {
  checkTable(table);
  const size = table.names.length;
  const clipColumns = ROW_FIELDS.map((name): ColumnSource => {
    const data = table.clips.map((row) => storedField(row, name));
    return { name, type: name === 'copy' ? 'INT32' : 'STRING', nullable: false, data };
  });
  const featureColumns = table.names.map((name, column): ColumnSource => {
    const data = Float32Array.from(table.clips, (_, row) => table.values[row * size + column]);
    // Splitting the bytes by significance is what lets Snappy find anything to compress in floats.
    return { name, type: 'FLOAT', nullable: false, encoding: 'BYTE_STREAM_SPLIT', data };
  });
  const { featureSet, labels, provenance } = table;
  const facts = { ...provenance, featureSet, labels: JSON.stringify(labels), contentSha256: hashTable(table) };
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    columnData: [...clipColumns, ...featureColumns],
    rowGroupSize: Math.max(1, table.clips.length),
    statistics: false,
    createdBy: 'gender-ser',
    kvMetadata: Object.entries(facts)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => ({ key, value })),
  });
  return writer.getBytes();
}

/** The table, and that of the corpus that the protocol tests on, as one. @throws {SerError} as `readTable` and `joinTables` */
export async function readProtocolTable(protocol: Protocol, path: string): Promise<FeatureTable> {
  return joinTestCorpus(protocol, await readTable(path));
}

/** `readProtocolTable` of a table that has been read. */
export async function joinTestCorpus({ testCorpus }: Protocol, table: FeatureTable): Promise<FeatureTable> {
  return testCorpus ? joinTables(table, await readTable(testCorpus.table)) : table;
}

/**
 * A table of clips and one of their augmented copies, to learn from both; the first alone if the second holds no copy of its clips.
 * @throws {SerError} `table` if they are of two feature sets, or one of them knows its partner and the other is another one: they are of
 * two builds; else as `readTable`
 */
export async function readTablePair(
  path: string,
  augmentedPath: string,
): Promise<[table: FeatureTable] | [table: FeatureTable, augmented: FeatureTable]> {
  const [folder, name, augmentedName] = [dirname(path), basename(path), basename(augmentedPath)];
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile();
  const isPair = isFile && resolve(folder) === resolve(dirname(augmentedPath));
  // Of one moment, and though a build that published them was killed.
  const files = isPair
    ? readFileSet(folder, { head: name, others: () => [augmentedName] })
    : new Map<string, Uint8Array>();
  const read = (one: string): Promise<FeatureTable> => {
    const bytes = files.get(basename(one));
    return bytes ? decodeTable(bytes, one) : readTable(one);
  };
  const [table, augmented] = await Promise.all([read(path), read(augmentedPath)]);
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
 * Reads a table that `writeTable` wrote, and checks it against the hash of its content.
 * @throws {SerError} `table` for a file that is missing, damaged, truncated or no feature table, with the remedy
 */
export async function readTable(path: string): Promise<FeatureTable> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new SerError('table', `The feature table ${path} cannot be read (${reason(cause)}). ${REMEDY}`, { cause });
  }
  return decodeTable(bytes, path);
}

/** `readTable` on bytes; `origin` names them in messages. */
export async function decodeTable(bytes: Uint8Array, origin: string): Promise<FeatureTable> {
  const file = bytes.slice().buffer;
  let metadata: FileMetaData;
  let columns: Map<string, ArrayLike<unknown>>;
  try {
    checkFooter(file);
    metadata = parquetMetadata(file, { geoparquet: false });
    checkPages(file, metadata);
    columns = await readColumns(file, metadata);
  } catch (cause) {
    throw new SerError('table', `${origin} is damaged or no Parquet file (${reason(cause)}). ${REMEDY}`, { cause });
  }
  const facts = Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? '']));
  const { featureSet, contentSha256, labels, ...provenance } = facts;
  const isFeature = new Map(metadata.schema.map(({ name, type }) => [name, type === 'FLOAT']));
  const about = [...columns.keys()].filter((name) => !isFeature.get(name));
  const names = [...columns.keys()].filter((name) => isFeature.get(name));
  const missing = NEEDED.filter((field) => !about.includes(field));
  if (!featureSet || !contentSha256 || missing.length > 0) {
    const lacks = missing.length > 0 ? `no column ${missing.join(', ')}` : 'no feature set in its metadata';
    throw new SerError('table', `${origin} is a Parquet file, but no feature table: it has ${lacks}. ${REMEDY}`);
  }
  const rows = Array.from({ length: Number(metadata.num_rows) }, (_, row) => about.map((name) => columns.get(name)![row])); // prettier-ignore
  const values = featureValues(columns, names, rows.length, origin);
  const clips = rows.map((fields, row) => {
    about.forEach((name, i) => checkField(name as keyof TableRow, fields[i], row, origin));
    return completeRow(Object.fromEntries(about.map((name, i) => [name, fields[i]])), provenance.corpus);
  });
  const table: FeatureTable = {
    ...{ featureSet, names, clips, values, provenance },
    labels: labels ? parseJson(labels, v.array(v.string()), `${origin}, labels`, 'table') : labelsOf(clips),
  };
  checkTable(table, origin);
  if (hashContent([featureSet, names, rows, ...(labels ? [table.labels] : [])], values) !== contentSha256) {
    throw new SerError('table', `${origin} does not match the hash of its content that it carries. ${REMEDY}`);
  }
  return table;
}

async function readColumns(file: ArrayBuffer, metadata: FileMetaData): Promise<Map<string, ArrayLike<unknown>>> {
  const columns = new Map<string, unknown[]>();
  for (const { name, num_children } of metadata.schema) if (!num_children) columns.set(name, []);
  const rows = Number(metadata.num_rows);
  await parquetRead({
    file: { byteLength: file.byteLength, slice: (start, end) => file.slice(start, end) },
    metadata,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const column = columns.get(columnName)!;
      for (let i = 0; i < columnData.length; i++) column[rowStart + i] = columnData[i];
    },
  });
  for (const [name, column] of columns) {
    if (column.length !== rows) throw new Error(`column ${name} holds ${column.length} of ${rows} rows`);
  }
  return columns;
}

/** What the file does not say of a clip, its corpus does: tables of earlier versions have fewer columns, and some that are of no use any more. */
function completeRow(fields: Record<string, unknown>, corpus = 'unknown'): TableRow {
  const id = fields.id as string;
  const told = knownCorpus(corpus)?.parseName?.(id) ?? { corpus, recording: `${corpus}/${id}`, sentence: null, channel: 'speech' }; // prettier-ignore
  const known: Record<string, unknown> = { ...told, ...fields };
  for (const field of ['gender', 'sentence']) known[field] ||= null;
  return Object.fromEntries(ROW_FIELDS.map((field) => [field, known[field]])) as unknown as TableRow;
}

function checkField(name: keyof TableRow, value: unknown, row: number, origin: string): void {
  const fits = TEXTS.includes(name)
    ? typeof value === 'string' && (VOCABULARY[name]?.includes(value) ?? true)
    : name !== 'copy' || Number.isInteger(value);
  if (!fits) refuseCell(row, name, value, origin);
}

function featureValues(
  columns: ReadonlyMap<string, ArrayLike<unknown>>,
  names: readonly string[],
  rows: number,
  origin: string,
): Float32Array {
  const values = new Float32Array(rows * names.length);
  names.forEach((name, column) => {
    const source = columns.get(name)!;
    for (let row = 0; row < rows; row++) {
      const value = source[row];
      values[row * names.length + column] = typeof value === 'number' ? value : refuseCell(row, name, value, origin);
    }
  });
  return values;
}

function refuseCell(row: number, column: string, value: unknown, origin: string): never {
  throw new SerError('table', `${origin}: row ${row + 1}, column ${column} holds ${String(value)}. ${REMEDY}`);
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
