import { sha256 } from '../../sha256.ts';
import { areHalves } from '../../half.ts';
import { rowStarts } from './rowStarts.ts';
import { checkClips, checkFinite, checkSize, type FeatureTable, rowFields, storedField } from './table.ts';
import { inMemory, partsOf, type Values } from './values.ts';

/**
 * A table whose values need not be in memory: they are read a few vectors at a time, as often as they are needed. Everything else about it is there,
 * some hundred bytes a row.
 */
export interface TableRows extends Omit<FeatureTable, 'values'> {
  /** As those of a `FeatureTable`. */
  values: Values;
}

/** Vectors of a table: its rows, or the frames of all rows. */
export const vectorsIn = ({ clips, frames }: Pick<TableRows, 'clips' | 'frames'>): number =>
  frames ? rowStarts(frames)[clips.length] : clips.length;

/** Whether the values of a table are in memory. */
export const isShort = (table: TableRows): table is FeatureTable => inMemory(table.values);

/** All of a table in memory. */
export function loadRows(table: TableRows): FeatureTable {
  return { ...table, values: table.values.subarray(0, table.values.length) };
}

/** What one look at all values of a table tells. */
export interface TableFacts {
  /** `hashTable` of it. */
  sha256: string;
  /** Whether every value is a float of 16 bits. */
  half: boolean;
}

/** @throws {SerError} `table` for an inconsistent one, as `checkTable` */
export function tableFacts(table: TableRows): TableFacts {
  checkClips(table);
  checkSize(table);
  let half = true;
  let vectors = 0;
  const fields = rowFields(table.clips);
  const content = function* (): Generator<string | Float32Array | Uint32Array> {
    // The JSON of [featureSet, names, rows, labels], as `hashContent` makes it, without a string of all rows.
    yield `[${JSON.stringify(table.featureSet)},${JSON.stringify(table.names)},[`;
    for (const [i, row] of table.clips.entries()) {
      yield `${i > 0 ? ',' : ''}${JSON.stringify(fields.map((field) => storedField(row, field)))}`;
    }
    yield `],${JSON.stringify(table.labels)}]`;
    for (const values of partsOf(table.values, table.names.length)) {
      checkFinite(table, values, vectors);
      half &&= areHalves(values);
      vectors += values.length / table.names.length;
      yield values;
    }
    if (table.frames) yield table.frames;
  };
  return { sha256: sha256(content()), half };
}
