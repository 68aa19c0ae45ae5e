import { ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { toCsv } from '../../files/csv.ts';
import { takeBytes } from '../tables/floatColumns.ts';
import { type FeatureValues, SAMPLE_RATE } from '../../features/types.ts';
import {
  describeSet,
  featureColumns,
  featureLines,
  namedFeatures,
  type WrittenSet,
} from '../tables/writtenFeatures.ts';

/** A file and its features: a vector, or frames × names. */
export interface FileVector {
  file: string;
  vector: FeatureValues;
  /** Reasons to be careful with it, as sentences. */
  warnings: string[];
}

export const VECTOR_FORMATS = ['csv', 'json', 'parquet'] as const;
export type VectorFormat = (typeof VECTOR_FORMATS)[number];

/**
 * Features in a format for other programs, with full precision, as they arrive.
 * - `csv`: header `file,` and the names; one line per file. For frames `file,time,` and the names; one line per frame
 * - `json`: `{ featureSet, sampleRate, clips: [{ file, features: { name: value }, warnings: [] }] }`. For frames
 *   `{ featureSet, sampleRate, frameRate, names, clips: [{ file, frames: [[value]], warnings: [] }] }`
 * - `parquet`: the columns of `csv` (DOUBLE except for `file`)
 * @returns  parts of a file, to be concatenated
 */
export function formatVectors(
  rows: AsyncIterable<FileVector>,
  set: WrittenSet,
  format: VectorFormat,
): AsyncGenerator<string | Uint8Array> {
  return { csv: csvParts, json: jsonParts, parquet: parquetParts }[format](rows, set);
}

async function* csvParts(rows: AsyncIterable<FileVector>, set: WrittenSet): AsyncGenerator<string> {
  yield toCsv([['file', ...featureColumns(set)]]);
  for await (const { file, vector } of rows)
    yield toCsv(featureLines(vector, set).map((numbers) => [file, ...numbers]));
}

/** Indented, but for frames. */
async function* jsonParts(rows: AsyncIterable<FileVector>, set: WrittenSet): AsyncGenerator<string> {
  const indent = set.level === 'frames' ? 0 : 2;
  const around = JSON.stringify({ ...describeSet(set), clips: [] }, null, indent);
  const at = around.lastIndexOf(']');
  yield around.slice(0, at);
  const [line, end] = indent ? ['\n    ', '\n  '] : ['', ''];
  let separator = '';
  for await (const { file, vector, warnings } of rows) {
    const clip = JSON.stringify({ file, ...namedFeatures(vector, set), warnings }, null, indent);
    yield separator + line + clip.replaceAll('\n', line);
    separator = ',';
  }
  yield `${separator && end}${around.slice(at)}\n`;
}

/** Lines of the first row group and of the others, and values of one at most: what is in memory while it is written. */
const GROUP = { first: 1000, lines: 100_000, values: 2 ** 22 };

async function* parquetParts(rows: AsyncIterable<FileVector>, set: WrittenSet): AsyncGenerator<Uint8Array> {
  const header = featureColumns(set);
  const required = { nullable: false } as const;
  const writer = new ByteWriter();
  const column = (name: string): ColumnSource => ({ ...required, name, type: name === 'file' ? 'STRING' : 'DOUBLE', data: [] }); // prettier-ignore
  const names = ['file', ...header];
  const parquet = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({ columnData: names.map(column) }),
    statistics: false,
    createdBy: 'gender-ser',
    kvMetadata: [
      { key: 'featureSet', value: set.name },
      { key: 'sampleRate', value: String(SAMPLE_RATE) },
    ],
  });
  const lines: { file: string; numbers: number[] }[] = [];
  let most = GROUP.first;
  const writeGroup = (): Uint8Array => {
    const group = lines.splice(0, most);
    const columnData = names.map((name, i) => ({
      ...required,
      name,
      data: group.map(({ file, numbers }) => (i === 0 ? file : numbers[i - 1])),
    }));
    void parquet.write({ columnData, rowGroupSize: group.length });
    most = Math.max(1, Math.min(GROUP.lines, Math.floor(GROUP.values / header.length)));
    return takeBytes(writer);
  };
  for await (const { file, vector } of rows) {
    for (const numbers of featureLines(vector, set)) lines.push({ file, numbers });
    while (lines.length >= most) yield writeGroup();
  }
  while (lines.length > 0) yield writeGroup();
  void parquet.finish();
  yield takeBytes(writer);
}
