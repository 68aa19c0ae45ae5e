import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import { toCsv } from '../../files/csv.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import type { FeatureSet, FeatureValues } from '../../features/types.ts';

/** A file and its vector. */
export interface FileVector {
  file: string;
  vector: FeatureValues;
  /** What to know before relying on it: sentences for people. */
  warnings: string[];
}

export const VECTOR_FORMATS = ['csv', 'json', 'parquet'] as const;
export type VectorFormat = (typeof VECTOR_FORMATS)[number];

/**
 * Vectors in a form for other programs, with the full precision of float64.
 * - `csv`: header `file,` and the names; one line a file
 * - `json`: `{ featureSet, sampleRate, clips: [{ file, features: { name: value }, warnings: [] }] }`
 * - `parquet`: columns `file` and the names (DOUBLE)
 */
export function formatVectors(
  rows: readonly FileVector[],
  set: Pick<FeatureSet, 'name' | 'names'>,
  format: VectorFormat,
): string | Uint8Array {
  switch (format) {
    case 'csv':
      return toCsv([['file', ...set.names], ...rows.map(({ file, vector }) => [file, ...vector])]);
    case 'json': {
      const clips = rows.map(({ file, vector, warnings }) => ({
        file,
        features: Object.fromEntries(set.names.map((name, i) => [name, vector[i]])),
        warnings,
      }));
      return `${JSON.stringify({ featureSet: set.name, sampleRate: SAMPLE_RATE, clips }, null, 2)}\n`;
    }
    case 'parquet': {
      const writer = new ByteWriter();
      const features = set.names.map((name, i) => ({
        name,
        type: 'DOUBLE' as const,
        nullable: false,
        data: rows.map(({ vector }) => vector[i]),
      }));
      const files = { name: 'file', type: 'STRING' as const, nullable: false, data: rows.map(({ file }) => file) };
      parquetWrite({
        writer,
        columnData: [files, ...features],
        statistics: false,
        createdBy: 'gender-ser',
        kvMetadata: [
          { key: 'featureSet', value: set.name },
          { key: 'sampleRate', value: String(SAMPLE_RATE) },
        ],
      });
      return writer.getBytes();
    }
  }
}
