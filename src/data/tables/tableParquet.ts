import { parquetMetadata, parquetRead } from 'hyparquet';
import type { FileMetaData } from 'hyparquet';
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { ColumnSource } from 'hyparquet-writer';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { parseJson } from '../../files/json.ts';
import { GENDERS } from '../clip.ts';
import { knownCorpus, labelsOf } from '../corpora/corpora.ts';
import { areHalves } from '../../half.ts';
import { checkFooter, checkPages } from './parquetSizes.ts';
import { appendColumn, fromColumns, readColumn, toColumns } from './floatColumns.ts';
import { rowStarts } from './rowStarts.ts';
import { checkTable, hashContent, hashTable, ROW_FIELDS, rowFields, storedField } from './table.ts';
import type { FeatureTable, TableRow } from './table.ts';

/** Remedy for a table that cannot be used. */
export const TABLE_REMEDY =
  'Rebuild it with `ser features build`, or restore it from the repository, whose data/features the npm package does not contain.';

/** Allowed values of text columns; the others may contain any text. */
const VOCABULARY: Partial<Record<keyof TableRow, readonly string[]>> = {
  channel: ['speech', 'song'],
  gender: [...GENDERS, ''],
};
const TEXTS: readonly string[] = [...ROW_FIELDS.filter((field) => field !== 'copy'), 'more'];
const MORE = v.array(v.tuple([v.string(), v.string()]));
/** Required columns; the others have defaults. */
const NEEDED = ['id', 'copy', 'emotion', 'speaker', 'gender'] as const satisfies readonly (keyof TableRow)[];

/** Column with the number of the frame within its row, in a table of frames; the other clip columns are the same in all of them. */
const FRAME = 'frame';
/** Vectors per row group: the number held in addition to the table during writing or reading. */
const GROUP = 2 ** 17;

/**
 * A table as a Parquet file: clip columns, then one FLOAT column per feature (FLOAT16 if that is exact for every value); the rest is
 * key-value metadata of the file. A line is a row of the table, or a frame of one, numbered from 0 in the column `frame`.
 * Values of frames are stored as they are, those of vectors compressed. The same table gives the same bytes. Any Parquet reader (pandas, DuckDB, …) opens it.
 * @throws {SerError} `table` for an inconsistent table
 */
export function encodeTable(table: FeatureTable): Uint8Array {
  checkTable(table);
  const { featureSet, labels, provenance } = table;
  const type = areHalves(table.values) ? 'FLOAT16' : 'FLOAT';
  const facts = { ...provenance, featureSet, labels: JSON.stringify(labels), contentSha256: hashTable(table) };
  const { names } = table;
  const required = { nullable: false };
  const featureColumns = names.map((name): ColumnSource => ({ ...required, name, type, data: [] }));
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({ columnData: [...clipColumns(table, new Uint32Array(), 0), ...featureColumns] }),
    statistics: false,
    createdBy: 'gender-ser',
    kvMetadata: Object.entries(facts)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => ({ key, value })),
  });
  const rowOf = rowsOfVectors(table);
  for (let at = 0; at < rowOf.length; at += GROUP) {
    const rows = rowOf.subarray(at, at + GROUP);
    const columns = toColumns(
      table.values.subarray(at * names.length, (at + rows.length) * names.length),
      names.length,
    );
    const coarse = columns.map(isCoarse);
    // Frames are many, and hardly compressible, unless they have been rounded.
    const isPlain = table.frames && coarse.filter(Boolean).length < names.length / 2;
    const columnData = clipColumns(table, rows, at).map(({ type: _, ...column }) => column);
    if (!isPlain) {
      const packed = columns.map((data, i): ColumnSource => {
        // Splitting the bytes by significance allows Snappy to compress floats at all.
        return { ...required, name: names[i], encoding: coarse[i] ? 'RLE_DICTIONARY' : 'BYTE_STREAM_SPLIT', data };
      });
      columnData.push(...packed);
    }
    void parquet.write({ columnData, rowGroupSize: GROUP });
    if (isPlain) columns.forEach((data, i) => appendColumn(parquet, names[i], type, data));
  }
  void parquet.finish();
  return writer.getBytes();
}

/** Index of the row of each vector. */
function rowsOfVectors({ clips, frames }: FeatureTable): Uint32Array {
  if (!frames) return Uint32Array.from(clips, (_, row) => row);
  const starts = rowStarts(frames);
  const rowOf = new Uint32Array(starts[frames.length]);
  frames.forEach((_, row) => rowOf.fill(row, starts[row], starts[row + 1]));
  return rowOf;
}

/** The columns of some vectors that describe their clips. @param rowOf  their rows @param at  index of the first one */
function clipColumns({ clips, frames }: FeatureTable, rowOf: Uint32Array, at: number): ColumnSource[] {
  const required = { nullable: false };
  const columns = rowFields(clips).map((name): ColumnSource => {
    const data = Array.from(rowOf, (row) => storedField(clips[row], name));
    return { ...required, name, type: name === 'copy' ? 'INT32' : 'STRING', data };
  });
  if (!frames) return columns;
  const starts = rowStarts(frames);
  const numbers = Int32Array.from(rowOf, (row, i) => at + i - starts[row]);
  return [...columns, { ...required, name: FRAME, type: 'INT32', data: numbers }];
}

/** Whether a column has few distinct values, so that their indices take a byte or less. */
function isCoarse(data: Float32Array): boolean {
  if (data.length < 2 ** 11) return false;
  const different = new Set<number>();
  // By their bits, since a dictionary would merge −0 and 0.
  for (const bits of new Uint32Array(data.buffer)) {
    if (different.add(bits).size > 256 || bits === 2 ** 31) return false;
  }
  return true;
}

/**
 * A table from the bytes of `encodeTable`, checked against the hash of its content.
 * @param origin  its name in messages
 * @throws {SerError} `table` with the remedy for bytes that are damaged or not a feature table
 */
export async function decodeTable(bytes: Uint8Array, origin: string): Promise<FeatureTable> {
  const file = (bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)).buffer as ArrayBuffer;
  let metadata: FileMetaData;
  let content: Awaited<ReturnType<typeof readContent>>;
  try {
    checkFooter(file);
    metadata = parquetMetadata(file, { geoparquet: false });
    checkPages(file, metadata);
    content = await readContent(file, metadata, origin);
  } catch (cause) {
    if (cause instanceof SerError) throw cause;
    throw new SerError('table', `${origin} is damaged or not a Parquet file (${reason(cause)}). ${TABLE_REMEDY}`, {
      cause,
    });
  }
  const facts = Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? '']));
  const { featureSet, contentSha256, labels, ...provenance } = facts;
  const { about, names, rows, values, frames } = content;
  const missing = NEEDED.filter((field) => !about.includes(field));
  if (!featureSet || !contentSha256 || missing.length > 0) {
    const lacks = missing.length > 0 ? `no column ${missing.join(', ')}` : 'no feature set in its metadata';
    throw new SerError(
      'table',
      `${origin} is a Parquet file, but not a feature table: it has ${lacks}. ${TABLE_REMEDY}`,
    );
  }
  const clips = rows.map((fields, row) => {
    about.forEach((name, i) => checkField(name as keyof TableRow, fields[i], row, origin));
    return completeRow(Object.fromEntries(about.map((name, i) => [name, fields[i]])), origin, provenance.corpus);
  });
  const table: FeatureTable = {
    ...{ featureSet, names, clips, values, provenance, ...(frames && { frames }) },
    labels: labels ? parseJson(labels, v.array(v.string()), `${origin}, labels`, 'table') : labelsOf(clips),
  };
  checkTable(table, origin);
  if (hashContent([featureSet, names, rows, ...(labels ? [table.labels] : [])], values, frames) !== contentSha256) {
    throw new SerError('table', `${origin} does not match its hash. ${TABLE_REMEDY}`);
  }
  return table;
}

/** Names of the clip columns and of the features; the clip columns of each row; the values, and the number of frames of each row. */
async function readContent(file: ArrayBuffer, metadata: FileMetaData, origin: string) {
  const leaves = metadata.schema.filter(({ num_children }) => !num_children);
  const names = leaves
    .filter(({ type, logical_type: logical }) => type === 'FLOAT' || logical?.type === 'FLOAT16')
    .map(({ name }) => name);
  const about = leaves.map(({ name }) => name).filter((name) => !names.includes(name) && name !== FRAME);
  const rows: unknown[][] = [];
  const values = new Float32Array(Number(metadata.num_rows) * names.length);
  const frames = leaves.some(({ name }) => name === FRAME) ? ([] as number[]) : undefined;
  let first = 0;
  for (const group of metadata.row_groups) {
    const count = Number(group.num_rows);
    const columns = new Map(about.concat(FRAME).map((name) => [name, [] as unknown[]]));
    const own = leaves.map((leaf, i) => readColumn(file, group.columns[i], leaf, count));
    fromColumns(
      names.map((name) => own[leaves.findIndex((leaf) => leaf.name === name)]),
      values.subarray(first * names.length),
    );
    const others = leaves.filter((_, i) => !own[i]);
    const seen = new Map(others.map(({ name }) => [name, 0]));
    await parquetRead({
      file: { byteLength: file.byteLength, slice: (start, end) => file.slice(start, end) },
      metadata,
      columns: [...seen.keys()],
      rowStart: first,
      rowEnd: first + count,
      onChunk: ({ columnName, columnData, rowStart }) => {
        seen.set(columnName, seen.get(columnName)! + columnData.length);
        const column = columns.get(columnName);
        const at = rowStart * names.length + names.indexOf(columnName);
        if (column) for (let i = 0; i < columnData.length; i++) column[rowStart - first + i] = columnData[i];
        else scatter(columnData as ArrayLike<number>, values.subarray(at), names.length);
      },
    });
    for (const [name, rows] of seen) {
      if (rows !== count) throw new Error(`column ${name} contains ${rows} of ${count} rows`);
    }

    const clipColumns = about.map((name) => columns.get(name)!);
    const numbers = columns.get(FRAME)!;
    for (let i = 0; i < count; i++) {
      if (frames && numbers[i] !== 0) {
        // Another frame of the same row.
        const isNext = numbers[i] === frames.at(-1) && clipColumns.every((column, c) => column[i] === rows.at(-1)![c]);
        if (!isNext) refuseCell(first + i, FRAME, numbers[i], origin);
        frames[frames.length - 1]++;
      } else {
        rows.push(clipColumns.map((column) => column[i]));
        frames?.push(1);
      }
    }
    first += count;
  }
  return { about, names, rows, values, ...(frames && { frames: Uint32Array.from(frames) }) };
}

/** Copies values to every `step`-th place; anything that is not a number becomes NaN. */
function scatter(from: ArrayLike<number>, to: Float32Array, step: number): void {
  for (let i = 0; i < from.length; i++) to[i * step] = from[i] ?? NaN;
}

/** Fields missing from the file come from the clip's corpus: tables of earlier versions have fewer columns, and some that are obsolete. */
function completeRow(fields: Record<string, unknown>, origin: string, corpus = 'unknown'): TableRow {
  const id = fields.id as string;
  const told = knownCorpus(corpus)?.parseName?.(id) ?? { corpus, recording: `${corpus}/${id}`, sentence: null, channel: 'speech' }; // prettier-ignore
  const known: Record<string, unknown> = { ...told, ...fields };
  for (const field of ['gender', 'sentence']) known[field] ||= null;
  const row = Object.fromEntries(ROW_FIELDS.map((field) => [field, known[field]])) as unknown as TableRow;
  if (fields.more) {
    row.more = Object.fromEntries(
      parseJson(fields.more as string, MORE, `${origin}, further columns of ${id}`, 'table'),
    );
  }
  return row;
}

function checkField(name: keyof TableRow, value: unknown, row: number, origin: string): void {
  const fits = TEXTS.includes(name)
    ? typeof value === 'string' && (VOCABULARY[name]?.includes(value) ?? true)
    : name !== 'copy' || Number.isInteger(value);
  if (!fits) refuseCell(row, name, value, origin);
}

function refuseCell(row: number, column: string, value: unknown, origin: string): never {
  throw new SerError('table', `${origin}: row ${row + 1}, column ${column} contains ${String(value)}. ${TABLE_REMEDY}`);
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
