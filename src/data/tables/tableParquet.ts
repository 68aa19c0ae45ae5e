import { parquetMetadata, parquetRead } from 'hyparquet';
import type { FileMetaData } from 'hyparquet';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { parseJson } from '../../files/json.ts';
import { GENDERS } from '../clip.ts';
import { knownCorpus, labelsOf } from '../corpora/corpora.ts';
import { checkFooter, checkPages } from './parquetSizes.ts';
import { FRAME } from './encodeTable.ts';
import { fromColumns, readColumn } from './floatColumns.ts';
import { checkTable, hashContent, ROW_FIELDS } from './table.ts';
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
