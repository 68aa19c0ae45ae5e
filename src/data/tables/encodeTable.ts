import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { ColumnSource } from 'hyparquet-writer';
import { appendColumn, type FloatType, takeBytes, toColumns } from './floatColumns.ts';
import { rowStarts } from './rowStarts.ts';
import { type FeatureTable, rowFields, storedField } from './table.ts';
import { type TableFacts, tableFacts, type TableRows, vectorsIn } from './tableRows.ts';

/** Column with the number of the frame within its row, in a table of frames; the other clip columns are the same in all of them. */
export const FRAME = 'frame';
/** Vectors of a row group at most, and their values: what is in memory of a table while it is written. */
const GROUP = { vectors: 2 ** 17, values: 2 ** 24 };

/**
 * A table as a Parquet file: clip columns, then one FLOAT column per feature (FLOAT16 if that is exact for every value); the rest is
 * key-value metadata of the file. A line is a row of the table, or a frame of one, numbered from 0 in the column `frame`.
 * Values of frames are stored as they are, those of vectors compressed. The same table gives the same bytes. Any Parquet reader (pandas, DuckDB, …) opens it.
 * @throws {SerError} `table` for an inconsistent table
 */
export function encodeTable(table: FeatureTable): Uint8Array {
  const parts = [...tableParts(table)];
  return new Uint8Array(Buffer.concat(parts));
}

/**
 * The same as parts, one for each row group, none of which is made before it is asked for: 64 MB of values are in memory at a time, whatever the size of
 * the table.
 * @param facts  of this table, where they are known
 */
export function tableParts(table: TableRows, facts: TableFacts = tableFacts(table)): Iterable<Uint8Array> {
  return { [Symbol.iterator]: () => rowGroups(table, facts) };
}

function* rowGroups(table: TableRows, { sha256, half }: TableFacts): Generator<Uint8Array> {
  const { featureSet, labels, names, provenance } = table;
  const type: FloatType = half ? 'FLOAT16' : 'FLOAT';
  const facts = { ...provenance, featureSet, labels: JSON.stringify(labels), contentSha256: sha256 };
  const required = { nullable: false };
  const featureColumns = names.map((name): ColumnSource => ({ ...required, name, type, data: [] }));
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({ columnData: [...clipColumns(table, 0, 0), ...featureColumns] }),
    statistics: false,
    createdBy: 'gender-ser',
    kvMetadata: Object.entries(facts)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => ({ key, value })),
  });
  const [vectors, width] = [vectorsIn(table), names.length];
  const group = Math.max(1, Math.min(GROUP.vectors, Math.floor(GROUP.values / width)));
  for (let at = 0; at < vectors; at += group) {
    const end = Math.min(vectors, at + group);
    const read = (from: number, to: number) => table.values.subarray((at + from) * width, (at + to) * width);
    const columns = toColumns(read, end - at, width);
    const coarse = columns.map(isCoarse);
    // Frames are many, and hardly compressible, unless they have been rounded.
    const isPlain = table.frames && coarse.filter(Boolean).length < width / 2;
    const columnData = clipColumns(table, at, end).map(({ type: _, ...column }) => column);
    if (!isPlain) {
      const packed = columns.map((data, i): ColumnSource => {
        // Splitting the bytes by significance allows Snappy to compress floats at all.
        return { ...required, name: names[i], encoding: coarse[i] ? 'RLE_DICTIONARY' : 'BYTE_STREAM_SPLIT', data };
      });
      columnData.push(...packed);
    }
    void parquet.write({ columnData, rowGroupSize: group });
    if (isPlain) columns.forEach((data, i) => appendColumn(parquet, names[i], type, data));
    yield takeBytes(writer);
  }
  void parquet.finish();
  yield takeBytes(writer);
}

/** The columns of some vectors that describe their clips. */
function clipColumns({ clips, frames }: TableRows, from: number, to: number): ColumnSource[] {
  const required = { nullable: false };
  const starts = frames && rowStarts(frames);
  let row = starts
    ? Math.max(
        0,
        starts.findLastIndex((start) => start <= from),
      )
    : from;
  const rows = Uint32Array.from({ length: to - from }, (_, i) => {
    while (starts ? starts[row + 1] <= from + i : row < from + i) row++;
    return row;
  });
  const columns = rowFields(clips).map((name): ColumnSource => {
    const data = Array.from(rows, (row) => storedField(clips[row], name));
    return { ...required, name, type: name === 'copy' ? 'INT32' : 'STRING', data };
  });
  if (!starts) return columns;
  const numbers = Int32Array.from(rows, (row, i) => from + i - starts[row]);
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
