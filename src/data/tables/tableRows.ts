import { sha256 } from '../../sha256.ts';
import { areHalves } from '../../half.ts';
import { rowStarts } from './rowStarts.ts';
import { checkClips, checkFinite, checkSize, type FeatureTable, rowFields, storedField } from './table.ts';

/**
 * A table whose values need not be in memory: they are read a few vectors at a time, as often as they are needed. Everything else about it is there,
 * some hundred bytes a row.
 */
export interface TableRows extends Omit<FeatureTable, 'values'> {
  /** The values of the vectors (rows, or frames of all rows) from one up to another, which is not included. */
  read(from: number, to: number): Float32Array;
}

/** Vectors of a table: its rows, or the frames of all rows. */
export const vectorsIn = ({ clips, frames }: Pick<TableRows, 'clips' | 'frames'>): number =>
  frames ? rowStarts(frames)[clips.length] : clips.length;

/** A table in memory as one that is read. @throws {SerError} `table` if it has too few or too many values */
export function rowsOf(table: FeatureTable): TableRows {
  checkSize(table);
  const { values, ...about } = table;
  const width = about.names.length;
  return { ...about, read: (from, to) => values.subarray(from * width, to * width) };
}

/** All of a table in memory. */
export function loadRows({ read, ...about }: TableRows): FeatureTable {
  return { ...about, values: read(0, vectorsIn(about)) };
}

/** `TableRows.read` for rows that are had one by one. @param row  the values of a row: a vector, or frames × names */
export function readerOf(
  about: Pick<TableRows, 'clips' | 'frames' | 'names'>,
  row: (index: number) => Float32Array,
): TableRows['read'] {
  const width = about.names.length;
  const starts = about.frames && rowStarts(about.frames);
  return (from, to) => {
    const values = new Float32Array((to - from) * width);
    let index = starts
      ? Math.max(
          0,
          starts.findLastIndex((start) => start <= from),
        )
      : from;
    for (let at = from; at < to; index++) {
      const first = starts ? starts[index] : index;
      const all = row(index);
      const part = all.subarray((at - first) * width, Math.min(all.length, (to - first) * width));
      values.set(part, (at - from) * width);
      at += part.length / width;
    }
    return values;
  };
}

/** Vectors that are looked at together: 4 MB of values or less. */
const PART = 2 ** 20;

/** The values of a table, a few at a time. */
export function* partsOf(table: TableRows): Generator<Float32Array> {
  const [vectors, step] = [vectorsIn(table), Math.max(1, Math.floor(PART / table.names.length))];
  for (let at = 0; at < vectors; at += step) yield table.read(at, Math.min(vectors, at + step));
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
    for (const values of partsOf(table)) {
      checkFinite(table, values, vectors);
      half &&= areHalves(values);
      vectors += values.length / table.names.length;
      yield values;
    }
    if (table.frames) yield table.frames;
  };
  return { sha256: sha256(content()), half };
}
