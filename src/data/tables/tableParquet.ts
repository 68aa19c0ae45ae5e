import { parquetMetadata, parquetRead } from 'hyparquet';
import type { FileMetaData } from 'hyparquet';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { parseJson } from '../../files/json.ts';
import { GENDERS } from '../clip.ts';
import { knownCorpus, labelsOf } from '../corpora/corpora.ts';
import { checkPages, footerOf } from './parquetSizes.ts';
import { FRAME } from './encodeTable.ts';
import { fromColumns, readColumn } from './floatColumns.ts';
import { type FileBytes, openScratch } from './longTables.ts';
import { checkTable, hashContent, ROW_FIELDS } from './table.ts';
import type { FeatureTable, TableRow } from './table.ts';
import { loadRows, type TableRows } from './tableRows.ts';
import { partsOf } from './values.ts';

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

/**
 * A table from the bytes of `encodeTable`, checked against the hash of its content.
 * @param origin  its name in messages
 * @throws {SerError} `table` with the remedy for bytes that are damaged or not a feature table
 */
export async function decodeTable(bytes: Uint8Array, origin: string): Promise<FeatureTable> {
  const file = (bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)).buffer as ArrayBuffer;
  return loadRows(await decodeRows(file, origin));
}

/** When the values of a table are not kept in memory. */
export interface LongTables {
  /** Bytes of its values in memory at most. */
  most: number;
  /** Called for a larger one, before its values are read, with their bytes. */
  onLong?: (bytes: number) => void;
}

/**
 * The same for a file of which parts are read. The values of a table that is too large for the memory are copied into a file of their own, one row group
 * after the other.
 * @throws {SerError} as `decodeTable`; `file` where the disk is full; what `onLong` throws
 */
export async function decodeRows(file: FileBytes, origin: string, long?: LongTables): Promise<TableRows> {
  let metadata: FileMetaData;
  let content: Awaited<ReturnType<typeof readContent>>;
  try {
    metadata = parquetMetadata(footerOf(file), { geoparquet: false });
    checkPages(file, metadata);
    content = await readContent(file, metadata, origin, long);
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
  const table: TableRows = {
    ...{ featureSet, names, clips, values, provenance, ...(frames && { frames }) },
    labels: labels ? parseJson(labels, v.array(v.string()), `${origin}, labels`, 'table') : labelsOf(clips),
  };
  checkTable(table, origin);
  const parts = partsOf(values, names.length);
  if (hashContent([featureSet, names, rows, ...(labels ? [table.labels] : [])], parts, frames) !== contentSha256) {
    throw new SerError('table', `${origin} does not match its hash. ${TABLE_REMEDY}`);
  }
  return table;
}

/** Names of the clip columns and of the features; the clip columns of each row; the values, and the number of frames of each row. */
async function readContent(file: FileBytes, metadata: FileMetaData, origin: string, long?: LongTables) {
  const leaves = metadata.schema.filter(({ num_children }) => !num_children);
  const names = leaves
    .filter(({ type, logical_type: logical }) => type === 'FLOAT' || logical?.type === 'FLOAT16')
    .map(({ name }) => name);
  const places = new Map(leaves.map(({ name }, i) => [name, i]));
  const about = leaves.map(({ name }) => name).filter((name) => !names.includes(name) && name !== FRAME);
  const rows: unknown[][] = [];
  const size = Number(metadata.num_rows) * names.length;
  const isLong = long !== undefined && 4 * size > long.most;
  if (isLong) long.onLong?.(4 * size);
  const scratch = isLong ? openScratch() : undefined;
  const whole = new Float32Array(isLong ? 0 : size);
  const frames = leaves.some(({ name }) => name === FRAME) ? ([] as number[]) : undefined;
  let first = 0;
  for (const group of metadata.row_groups) {
    const count = Number(group.num_rows);
    const columns = new Map(about.concat(FRAME).map((name) => [name, [] as unknown[]]));
    const own = leaves.map((leaf, i) => readColumn(file, group.columns[i], leaf, count));
    const values = scratch
      ? new Float32Array(count * names.length)
      : whole.subarray(first * names.length, (first + count) * names.length);
    fromColumns(names.map((name) => own[places.get(name)!]), values); // prettier-ignore
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
        const at = (rowStart - first) * names.length + names.indexOf(columnName);
        if (column) for (let i = 0; i < columnData.length; i++) column[rowStart - first + i] = columnData[i];
        else scatter(columnData as ArrayLike<number>, values.subarray(at), names.length);
      },
    });
    for (const [name, rows] of seen) {
      if (rows !== count) throw new Error(`column ${name} contains ${rows} of ${count} rows`);
    }
    scratch?.append(values);

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
  return { about, names, rows, values: scratch?.values ?? whole, ...(frames && { frames: Uint32Array.from(frames) }) };
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
