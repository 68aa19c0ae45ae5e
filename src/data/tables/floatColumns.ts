import { type ColumnChunk, type SchemaElement, snappyUncompress } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { decodeHalves, encodeHalves } from '../../half.ts';
import type { FileBytes } from './longTables.ts';

/*
 * Columns of floats, each in one page per group of lines. Any Parquet reader opens them; here they are written (neither encoded nor compressed) and
 * read as a whole, because hyparquet makes an object of every float of 16 bits, which takes ten to forty times as long.
 */

export type FloatType = 'FLOAT' | 'FLOAT16';

/** Adds a column to the last group of lines, whose other columns have been written. @param values  of type FLOAT16 only floats of 16 bits */
export function appendColumn(parquet: ParquetWriter, name: string, type: FloatType, values: Float32Array): void {
  const { writer } = parquet;
  const group = parquet.row_groups.at(-1)!;
  const numbers = type === 'FLOAT16' ? encodeHalves(values) : values;
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const start = writer.offset;
  writePageHeader(writer, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: bytes.length,
    compressed_page_size: bytes.length,
    data_page_header_v2: {
      num_values: values.length,
      num_nulls: 0,
      num_rows: values.length,
      encoding: 'PLAIN',
      definition_levels_byte_length: 0,
      repetition_levels_byte_length: 0,
      is_compressed: false,
    },
  });
  writer.appendBytes(bytes);
  const size = BigInt(writer.offset - start);
  group.columns.push({
    file_offset: BigInt(start),
    meta_data: {
      type: type === 'FLOAT16' ? 'FIXED_LEN_BYTE_ARRAY' : 'FLOAT',
      encodings: ['PLAIN'],
      path_in_schema: [name],
      codec: 'UNCOMPRESSED',
      num_values: BigInt(values.length),
      total_uncompressed_size: size,
      total_compressed_size: size,
      data_page_offset: BigInt(start),
    },
  });
  group.total_byte_size += size;
  group.total_compressed_size = (group.total_compressed_size ?? 0n) + size;
}

/**
 * A column of floats of a group of lines in one page, plain or with its bytes split by significance, compressed or not; undefined if it is of
 * another kind. For files that `checkPages` has checked.
 * @param lines  of the group
 */
export function readColumn(
  file: FileBytes,
  { meta_data: about }: ColumnChunk,
  { type, logical_type: logical, repetition_type: repetition }: SchemaElement,
  lines: number,
): Float32Array | undefined {
  const width = type === 'FLOAT' ? 4 : logical?.type === 'FLOAT16' ? 2 : 0;
  if (!about || !width || repetition !== 'REQUIRED' || about.dictionary_page_offset) return undefined;
  const start = Number(about.data_page_offset);
  const chunk = file.slice(start, start + Number(about.total_compressed_size));
  const reader = { view: new DataView(chunk), offset: 0 };
  const header = parquetHeader(reader);
  const page = header.data_page_header_v2;
  const isSplit = page?.encoding === 'BYTE_STREAM_SPLIT';
  if (!page || page.num_values !== lines || page.definition_levels_byte_length > 0) return undefined;
  if ((!isSplit && page.encoding !== 'PLAIN') || header.uncompressed_page_size !== lines * width) return undefined;
  let bytes = new Uint8Array(chunk.slice(reader.offset, reader.offset + header.compressed_page_size));
  if (about.codec === 'SNAPPY' && page.is_compressed !== false) {
    const packed = bytes;
    bytes = new Uint8Array(lines * width);
    snappyUncompress(packed, bytes);
  }
  if (bytes.length !== lines * width) return undefined;
  const { buffer } = isSplit ? joinStreams(bytes, width) : bytes;
  return width === 4 ? new Float32Array(buffer) : decodeHalves(new Uint16Array(buffer));
}

/** What has been written since the last call. `offset` goes on: places within the file are counted by it. */
export function takeBytes(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes();
  writer.buffer = new ArrayBuffer(1024); // the old one is the caller's
  writer.view = new DataView(writer.buffer);
  writer.index = 0;
  return bytes;
}

/** The reverse of Parquet's BYTE_STREAM_SPLIT: first bytes of all values, second bytes of all values, … */
function joinStreams(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(bytes.length);
  const lines = bytes.length / width;
  for (let part = 0, from = 0; part < width; part++) {
    for (let to = part; from < (part + 1) * lines; from++, to += width) joined[to] = bytes[from];
  }
  return joined;
}

/** Lines that are copied together: those of a column lie far apart, and all must be in the processor's cache when the next column follows. */
const BLOCK = 1024;

/** The columns of a matrix. @param read  lines from one up to another, row-major */
export function toColumns(
  read: (from: number, to: number) => Float32Array,
  lines: number,
  width: number,
): Float32Array[] {
  const columns = Array.from({ length: width }, () => new Float32Array(lines));
  for (let from = 0; from < lines; from += BLOCK) {
    const end = Math.min(lines, from + BLOCK);
    const values = read(from, end);
    columns.forEach((column, c) => {
      for (let line = from, at = c; line < end; line++, at += width) column[line] = values[at];
    });
  }
  return columns;
}

/** Writes columns into a matrix, where there are some. @param values  lines × columns, row-major */
export function fromColumns(columns: readonly (Float32Array | undefined)[], values: Float32Array): void {
  const width = columns.length;
  const lines = Math.max(0, ...columns.map((column) => column?.length ?? 0));
  for (let from = 0; from < lines; from += BLOCK) {
    const end = Math.min(lines, from + BLOCK);
    columns.forEach((column, c) => {
      if (column) for (let line = from; line < end; line++) values[line * width + c] = column[line];
    });
  }
}
