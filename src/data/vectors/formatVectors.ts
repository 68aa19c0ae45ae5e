import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import { toCsv } from '../../files/csv.ts';
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
 * Features in a format for other programs, with full precision.
 * - `csv`: header `file,` and the names; one line per file. For frames `file,time,` and the names; one line per frame
 * - `json`: `{ featureSet, sampleRate, clips: [{ file, features: { name: value }, warnings: [] }] }`. For frames
 *   `{ featureSet, sampleRate, frameRate, names, clips: [{ file, frames: [[value]], warnings: [] }] }`
 * - `parquet`: the columns of `csv` (DOUBLE except for `file`)
 */
export function formatVectors(rows: readonly FileVector[], set: WrittenSet, format: VectorFormat): string | Uint8Array {
  if (format === 'json') {
    const clips = rows.map(({ file, vector, warnings }) => ({ file, ...namedFeatures(vector, set), warnings }));
    return `${JSON.stringify({ ...describeSet(set), clips }, null, set.level === 'frames' ? 0 : 2)}\n`;
  }
  const header = featureColumns(set);
  const lines = rows.flatMap(({ file, vector }) => featureLines(vector, set).map((numbers) => ({ file, numbers })));
  if (format === 'csv') return toCsv([['file', ...header], ...lines.map(({ file, numbers }) => [file, ...numbers])]);
  const writer = new ByteWriter();
  const required = { nullable: false } as const;
  parquetWrite({
    writer,
    columnData: [
      { ...required, name: 'file', type: 'STRING', data: lines.map(({ file }) => file) },
      ...header.map((name, i) => ({ ...required, name, type: 'DOUBLE' as const, data: lines.map(({ numbers }) => numbers[i]) })), // prettier-ignore
    ],
    statistics: false,
    createdBy: 'gender-ser',
    kvMetadata: [
      { key: 'featureSet', value: set.name },
      { key: 'sampleRate', value: String(SAMPLE_RATE) },
    ],
  });
  return writer.getBytes();
}
