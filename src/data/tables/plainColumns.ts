import type { ColumnChunk, SchemaElement } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { ParquetWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { decodeHalves, encodeHalves } from '../../half.ts';

/*
 * Columns of floats, each in one page per group of lines, neither encoded nor compressed. Any Parquet reader opens them. They are written and read
 * here because hyparquet makes an object of every float of 16 bits: that takes thirty times as long.
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
 * A column of a group of lines, as `appendColumn` writes it; undefined if it is of another kind. For files that `checkPages` has checked.
 * @param lines  of the group
 */
export function readColumn(
  file: ArrayBuffer,
  { meta_data: about }: ColumnChunk,
  { type, logical_type: logical, repetition_type: repetition }: SchemaElement,
  lines: number,
): Float32Array | undefined {
  const width = type === 'FLOAT' ? 4 : logical?.type === 'FLOAT16' ? 2 : 0;
  if (!about || !width || repetition !== 'REQUIRED' || about.codec !== 'UNCOMPRESSED') return undefined;
  const reader = { view: new DataView(file), offset: Number(about.data_page_offset) };
  const { data_page_header_v2: page, compressed_page_size: size } = parquetHeader(reader);
  if (page?.encoding !== 'PLAIN' || page.num_values !== lines || size !== lines * width) return undefined;
  const bytes = file.slice(reader.offset, reader.offset + size);
  return width === 4 ? new Float32Array(bytes) : decodeHalves(new Uint16Array(bytes));
}

/** Lines that are copied together: those of a column lie far apart, and all must be in the processor's cache when the next column follows. */
const BLOCK = 1024;

/** The columns of a matrix. @param values  lines × width, row-major */
export function toColumns(values: Float32Array, width: number): Float32Array[] {
  const lines = values.length / width;
  const columns = Array.from({ length: width }, () => new Float32Array(lines));
  for (let from = 0; from < lines; from += BLOCK) {
    const end = Math.min(lines, from + BLOCK);
    columns.forEach((column, c) => {
      for (let line = from; line < end; line++) column[line] = values[line * width + c];
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
