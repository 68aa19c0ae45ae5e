import { type FileMetaData, snappyUncompress } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import * as v from 'valibot';
import { checkShape } from '../../files/json.ts';
import type { FileBytes } from './longTables.ts';

/** Upper limit of rows per byte of a file's float columns: Snappy expands a byte to at most 21. */
const ROWS_A_BYTE = 16;
const SNAPPY_RATIO = 64;
const ENCODINGS: readonly (string | undefined)[] = ['PLAIN', 'PLAIN_DICTIONARY', 'RLE_DICTIONARY', 'BYTE_STREAM_SPLIT'];

/** Limit of the depth of structures in a Parquet file's metadata: far more than it has. */
const DEEPEST = 16;

const whole = v.union([v.bigint(), v.pipe(v.number(), v.safeInteger())]);

/** The part of hyparquet's metadata that is used: it accepts fields of any type. */
const METADATA = v.object({
  schema: v.array(
    v.object({
      name: v.string(),
      type: v.optional(v.string()),
      num_children: v.optional(v.number()),
      repetition_type: v.optional(v.string()),
    }),
  ),
  num_rows: whole,
  row_groups: v.array(
    v.object({
      num_rows: whole,
      columns: v.array(
        v.object({
          meta_data: v.object({
            path_in_schema: v.array(v.string()),
            codec: v.string(),
            dictionary_page_offset: v.optional(whole),
            data_page_offset: whole,
            total_compressed_size: whole,
          }),
        }),
      ),
    }),
  ),
  key_value_metadata: v.optional(v.array(v.object({ key: v.string(), value: v.optional(v.string()) }))),
});

/**
 * The end of a Parquet file with its metadata. The sizes of lists and texts in them are checked: hyparquet allocates memory for them before it
 * checks that they exist.
 * @throws for sizes that exceed the file
 */
export function footerOf(file: FileBytes): ArrayBuffer {
  if (file.byteLength < 12) throw new Error('it is too short');
  const end = file.byteLength - 8;
  const start = end - new DataView(file.slice(end)).getUint32(0, true);
  if (start < 4) throw new Error('its metadata are longer than the file');
  const footer = file.slice(start);
  checkStruct(new DataView(footer), 0, end - start);
  return footer;
}

/**
 * Checks the sizes in a flat Parquet file, page by page, so that reading it takes no more memory and time than a valid file of
 * its size: hyparquet trusts the stated length of a run of equal values.
 * @throws for sizes that do not match each other or the file, and for kinds of pages that our tables never have
 */
export function checkPages(file: FileBytes, metadata: FileMetaData): void {
  const { schema, row_groups: groups, num_rows } = checkShape(metadata, METADATA, 'its metadata', 'table');
  const [root, ...leaves] = schema;
  if (root?.num_children !== leaves.length) throw new Error('its columns are nested');
  if (new Set(leaves.map(({ name }) => name)).size < leaves.length) throw new Error('it has two columns of one name');
  const isFlat = leaves.every((leaf) => leaf.type && !leaf.num_children && leaf.repetition_type !== 'REPEATED');
  if (!isFlat) throw new Error('its columns are nested');
  const rows = Number(num_rows);
  if (!(rows >= 0 && rows <= ROWS_A_BYTE * file.byteLength)) throw new Error(`it cannot hold ${rows} rows`);
  const grouped = groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (grouped !== rows || groups.some((group) => group.num_rows < 0)) {
    throw new Error(`its parts contain ${grouped} of ${rows} rows`);
  }
  for (const group of groups) {
    if (group.columns.length !== leaves.length) throw new Error('a part of it lacks columns');
    for (const [i, { meta_data: about }] of group.columns.entries()) {
      if (about.path_in_schema.join('.') !== leaves[i].name) throw new Error('its columns are out of order');
      if (about.codec !== 'SNAPPY' && about.codec !== 'UNCOMPRESSED') throw new Error(`it is packed by ${about.codec}`);
      const start = Number(about.dictionary_page_offset || about.data_page_offset); // 0: no dictionary
      const size = Number(about.total_compressed_size);
      if (!(start >= 4 && size >= 0 && start + size <= file.byteLength)) throw new Error('a column lies outside of it');
      const optional = leaves[i].repetition_type === 'OPTIONAL';
      checkColumn(
        new DataView(file.slice(start, start + size)),
        Number(group.num_rows),
        about.codec === 'SNAPPY',
        optional,
      );
    }
  }
}

function checkColumn(view: DataView, rows: number, packed: boolean, optional: boolean): void {
  let seen = 0;
  for (let at = 0; seen < rows;) {
    checkStruct(view, at, view.byteLength);
    const reader = { view, offset: at };
    const header = parquetHeader(reader);
    const { compressed_page_size: size, uncompressed_page_size: unpacked } = header;
    at = reader.offset + size;
    if (!(size >= 0 && at <= view.byteLength)) throw new Error('a page lies outside of its column');
    if (!(unpacked >= 0 && unpacked <= SNAPPY_RATIO * (size + 1)))
      throw new Error(`a page cannot hold ${unpacked} bytes`);
    const page = header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header;
    const values = page?.num_values ?? -1;
    if (!page || !(values >= 0 && values <= rows - seen)) throw new Error(`a page cannot hold ${values} values`);
    if (!ENCODINGS.includes(page.encoding)) throw new Error(`a page is encoded by ${page.encoding}`);
    if (header.type === 'DICTIONARY_PAGE') continue;
    seen += values;

    let bytes = new Uint8Array(view.buffer, view.byteOffset + reader.offset, size);
    let isPacked = packed;
    let levels = 0;
    const second = header.data_page_header_v2;
    if (header.type === 'DATA_PAGE_V2' && second) {
      levels = second.definition_levels_byte_length;
      if (second.repetition_levels_byte_length || !(levels >= 0 && levels <= size) || second.num_rows !== values) throw new Error('a page contradicts itself'); // prettier-ignore
      if (!(second.num_nulls >= 0 && second.num_nulls <= values)) throw new Error('a page contradicts itself');
      if (optional) checkRuns(bytes.subarray(0, levels), 1, values);
      bytes = bytes.subarray(levels);
      isPacked &&= second.is_compressed !== false;
    } else if (header.type !== 'DATA_PAGE') throw new Error(`a page is a ${header.type}`);
    // Only runs have to be examined: everything else takes its bytes.
    if (!optional && !page.encoding?.endsWith('DICTIONARY')) continue;
    if (isPacked) {
      const whole = new Uint8Array(unpacked - levels);
      snappyUncompress(bytes, whole);
      bytes = whole;
    }
    let from = 0;
    if (optional && header.type === 'DATA_PAGE') {
      const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
      checkRuns(bytes.subarray(4, 4 + length), 1, values);
      from = 4 + length;
    }
    if (page.encoding?.endsWith('DICTIONARY')) checkRuns(bytes.subarray(from + 1), bytes[from], values, optional);
  }
}

/**
 * Walks over the runs of Parquet's hybrid encoding, each of which states its length.
 * @param width  bits per value
 * @param fewer  whether there may be fewer values, as missing ones are left out
 */
function checkRuns(bytes: Uint8Array, width: number, values: number, fewer = false): void {
  if (!(width <= 32)) throw new Error('a page is damaged');
  let seen = 0;
  for (let at = 0; seen < values && !(fewer && at === bytes.length);) {
    const [header, next] = readVarint(bytes, at);
    const isPacked = header % 2 === 1;
    const length = isPacked ? 8 * ((header - 1) / 2) : header / 2;
    at = next + (isPacked ? (length * width) / 8 : Math.ceil(width / 8));
    if (at > bytes.length || length > values - seen + (isPacked ? 7 : 0))
      throw new Error('a run of values is too long');
    seen += length;
  }
}

function readVarint(bytes: ArrayLike<number>, at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80 && value < 2 ** 31) return [value, at];
  }
  throw new Error('a number in it is damaged');
}

/** Walks over a structure in Thrift's compact protocol. @returns its end */
function checkStruct(view: DataView, at: number, end: number, depth = 0): number {
  if (depth > DEEPEST) throw new Error('its metadata are too deep');
  const bytes = new Uint8Array(view.buffer, view.byteOffset, end);
  /** @returns the end of the value */
  const skip = (type: number, from: number): number => {
    switch (type) {
      case 1: // true
      case 2: // false
        return from;
      case 3: // byte
        return from + 1;
      case 4: // integers
      case 5:
      case 6: {
        let to = from;
        while (bytes[to] >= 0x80) to++;
        if (to - from > 9) throw new Error('a number in its metadata is damaged');
        return to + 1;
      }
      case 7: // double
        return from + 8;
      case 8: {
        const [length, next] = readVarint(bytes, from);
        return next + length;
      }
      case 9: {
        const kind = bytes[from] & 15;
        const [length, next] = bytes[from] >> 4 === 15 ? readVarint(bytes, from + 1) : [bytes[from] >> 4, from + 1];
        if (length > end - next) throw new Error('a list in its metadata is longer than the file');
        let to = next;
        for (let i = 0; i < length && to <= end; i++) to = kind <= 2 ? to + 1 : skip(kind, to);
        return to;
      }
      case 12:
        return checkStruct(view, from, end, depth + 1);
      default:
        throw new Error('its metadata are damaged');
    }
  };
  for (;;) {
    if (!(at < end)) throw new Error('its metadata are cut short');
    const head = bytes[at++];
    if (head === 0) return at;
    if (head >> 4 === 0) at = skip(5, at); // the number of the field
    at = skip(head & 15, at);
  }
}
