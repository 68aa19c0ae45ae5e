import { expectArgument, isObject, isTexts } from '../../messages/arguments.ts';
import { SerError } from '../../error.ts';
import { joinSamples } from '../../features/join.ts';
import { roundToHalf } from '../../half.ts';
import { binMeans } from '../../features/spectral/statistics.ts';
import type { FeatureSet } from '../../features/types.ts';
import type { Clip } from '../clip.ts';
import { sha256 } from '../../sha256.ts';
import { rowStarts } from './rowStarts.ts';
import type { TableRows } from './tableRows.ts';
import { inMemory, joinValues, partsOf, type Values, valuesOfRows } from './values.ts';

/** A clip, or an augmented copy of it. */
export interface TableRow extends Clip {
  /** 0: the clip as recorded; 1, 2, …: its augmented copies. */
  copy: number;
}

/** The features of many clips, from one feature set: one vector per row, or the frames of a row. */
export interface FeatureTable {
  /** `FeatureSet.name`. */
  featureSet: string;
  /** `FeatureSet.names`: the columns of `values`. */
  names: readonly string[];
  /** The emotions that its clips may have, in the order of probability vectors. */
  labels: readonly string[];
  clips: TableRow[];
  /** rows × names, row-major; for a frames set the frames × names of each row, concatenated. */
  values: Float32Array;
  /** Number of frames of each row, at least one; absent in a table of functionals. */
  frames?: Uint32Array;
  /** How the table was made (sample rate, augmentation, versions, licence): stored in the file, but not part of its content. */
  provenance?: Readonly<Record<string, string>>;
}

/** A table of clips' features, one vector or frames × names each. @throws {SerError} `table` as `checkTable` */
export function tableOf(
  set: Pick<FeatureSet, 'name' | 'level' | 'names' | 'half' | 'step'>,
  labels: readonly string[],
  rows: readonly { clip: TableRow; values: Float32Array }[],
  provenance?: FeatureTable['provenance'],
): FeatureTable {
  const { name, level, names } = set;
  const table: FeatureTable = {
    featureSet: name,
    names,
    labels,
    clips: rows.map(({ clip }) => clip),
    values: storedValues(set, joinSamples(rows.map(({ values }) => values))),
    ...(level === 'frames' && { frames: Uint32Array.from(rows, ({ values }) => values.length / names.length) }),
    ...(provenance && { provenance }),
  };
  checkTable(table);
  return table;
}

/** Values as tables of a feature set have them: rounded to its step, and to 16 bits, where it says so. */
export function storedValues({ half, step }: Pick<FeatureSet, 'half' | 'step'>, exact: Float32Array): Float32Array {
  // Plus 0: no negative zeros, which a dictionary of values could not keep.
  const values = step ? exact.map((value) => step * Math.round(value / step) + 0) : exact;
  return half ? values.map(roundToHalf) : values;
}

/**
 * The values of row `index`, a vector or frames × names; of a table in memory a view, not a copy.
 * @example
 * const table = await readTable('data/features/ravdess-librosa186.parquet');
 * tableVector(table, 0).length // → 186
 */
export function tableVector(
  { names, values, frames }: Pick<TableRows, 'names' | 'values' | 'frames'>,
  index: number,
): Float32Array {
  const starts = frames && rowStarts(frames);
  const [from, to] = starts ? [starts[index], starts[index + 1]] : [index, index + 1];
  return values.subarray(from * names.length, to * names.length);
}

/** A table with a vector a row: of frames their means over time. */
export function timeMeans(table: FeatureTable): FeatureTable {
  const { frames, ...rest } = table;
  if (!frames) return table;
  const bins = table.names.length;
  const values = new Float32Array(frames.length * bins);
  frames.forEach((count, row) => {
    values.set(binMeans({ data: tableVector(table, row), frames: count, bins }), row * bins);
  });
  return { ...rest, values };
}

/** Refuses what is no table at all, of callers without types. @throws {SerError} `usage` */
export function expectTable(table: TableRows, what: string): void {
  const holds = isObject(table) && Array.isArray(table.clips) && isTexts(table.names) && isTexts(table.labels);
  expectArgument(holds && typeof table.values?.subarray === 'function', what, 'a table, as readTable gives', table);
}

/**
 * The rows accepted by `keep`, in order, as a table of their own.
 * @example
 * const table = await readTable('data/features/ravdess-librosa186.parquet');
 * selectRows(table, ({ speaker }) => speaker === '01').clips.length // → 104
 */
export function selectRows<Table extends TableRows = FeatureTable>(
  table: Table,
  keep: (row: TableRow, index: number) => boolean,
): Table {
  expectTable(table, 'selectRows: table');
  expectArgument(typeof keep === 'function', 'selectRows: keep', 'a function of a row', keep);
  const kept = table.clips.flatMap((row, index) => (keep(row, index) ? [index] : []));
  const about = {
    ...table,
    clips: kept.map((index) => table.clips[index]),
    ...(table.frames && { frames: Uint32Array.from(kept, (index) => table.frames![index]) }),
  };
  const values = inMemory(table.values)
    ? joinSamples(kept.map((index) => tableVector(table, index)))
    : valuesOfRows(about, (row) => tableVector(table, kept[row]));
  return { ...about, values };
}

/**
 * All rows of several tables of one feature set, concatenated; the labels of the first, then those that the others add. Of the
 * provenance, entries on which all agree are kept.
 * @throws {SerError} `table` if the feature sets differ or there is no table
 * @example
 * const table = await readTable('data/features/ravdess-librosa186.parquet');
 * const [first, second] = ['01', '02'].map((actor) => selectRows(table, ({ speaker }) => speaker === actor));
 * joinTables(first, second).clips.length // → 208
 */
export function joinTables<Table extends TableRows = FeatureTable>(...tables: Table[]): Table {
  const first = tables.at(0);
  if (!first) throw new SerError('table', 'There is no feature table to join: give at least one.');
  for (const table of tables) checkSameFeatures(first, table);
  const parts = tables.map((table): Values => table.values);
  return {
    ...first,
    labels: [...new Set(tables.flatMap((table) => table.labels))],
    clips: tables.flatMap((table) => table.clips),
    values: parts.every(inMemory) ? joinSamples(parts) : joinValues(parts),
    ...(first.frames && { frames: Uint32Array.from(tables.flatMap((table) => Array.from(table.frames!))) }),
    provenance: agreedProvenance(tables),
  };
}

/** The entries of several tables' provenance on which all agree. */
export function agreedProvenance([first, ...others]: readonly TableRows[]): Record<string, string> {
  const agreed = Object.entries(first.provenance ?? {}).filter(([key, value]) =>
    others.every((table) => table.provenance?.[key] === value),
  );
  return Object.fromEntries(agreed);
}

/** @throws {SerError} `table` unless both tables have the same features, at the same level, in the same order */
export function checkSameFeatures(a: TableRows, b: TableRows): void {
  if (a.featureSet !== b.featureSet) {
    throw new SerError(
      'table',
      `One table has ${a.featureSet} features, the other ${b.featureSet}: they cannot be mixed. ` +
        'Name a table of the same set (`--augmented-table`), or build it with `ser features build --features NAME`.',
    );
  }
  if (!a.frames !== !b.frames) {
    throw new SerError('table', `One table of ${a.featureSet} features has frames, the other vectors: rebuild them with \`ser features build\`.`); // prettier-ignore
  }
  const differs = a.names.findIndex((name, i) => name !== b.names[i]);
  if (differs >= 0 || a.names.length !== b.names.length) {
    const at = differs < 0 ? a.names.length : differs;
    throw new SerError(
      'table',
      `Two tables of ${a.featureSet} features differ in column ${at + 1}: ${a.names[at] ?? 'none'} and ` +
        `${b.names[at] ?? 'none'}. They come from different versions; rebuild them with \`ser features build\`.`,
    );
  }
}

/**
 * Checks that a table is consistent: its size, finite values, no duplicate clips and copies.
 * @param origin  name of the table in messages: a path, or "the table"
 * @throws {SerError} `table`, naming the row and the column
 */
export function checkTable(table: TableRows, origin = 'the table'): void {
  checkClips(table, origin);
  checkSize(table, origin);
  let vectors = 0;
  for (const values of partsOf(table.values, table.names.length)) {
    checkFinite(table, values, vectors, origin);
    vectors += values.length / table.names.length;
  }
}

/** The part of `checkTable` that looks at the number of the values. */
export function checkSize({ frames, clips, names, values }: TableRows, origin = 'the table'): void {
  const size = names.length;
  const vectors = frames ? rowStarts(frames)[clips.length] : clips.length;
  if (values.length !== vectors * size) {
    throw new SerError(
      'table',
      `${origin}: ${vectors} ${frames ? 'frames' : 'rows'} of ${size} features need ${vectors * size} values, ` +
        `but there are ${values.length}.`,
    );
  }
}

type About = Omit<FeatureTable, 'values'>;

/** The part of `checkTable` that looks at everything but the values. */
export function checkClips({ frames, clips, labels }: About, origin = 'the table'): void {
  if (frames && (frames.length !== clips.length || frames.includes(0))) {
    throw new SerError('table', `${origin}: its ${clips.length} rows do not have at least one frame each.`);
  }
  const seen = new Set<string>();
  for (const { id, copy, emotion } of clips) {
    const key = `${id}/${copy}`;
    if (seen.has(key)) throw new SerError('table', `${origin}: clip ${id}, copy ${copy}, occurs twice.`);
    seen.add(key);
    if (labels.includes(emotion)) continue;
    throw new SerError('table', `${origin}: clip ${id} has the emotion "${emotion}"; the labels are ${labels.join(', ')}.`); // prettier-ignore
  }
}

/** The part of `checkTable` that looks at the values. @param first  index of the first vector of `values` */
export function checkFinite(
  { names, frames, clips }: About,
  values: Float32Array,
  first: number,
  origin = 'the table',
): void {
  let bad = 0;
  while (bad < values.length && values[bad] - values[bad] === 0) bad++;
  if (bad === values.length) return;
  const vector = first + Math.floor(bad / names.length);
  const row = frames ? rowStarts(frames).findLastIndex((start) => start <= vector) : vector;
  const frame = frames ? `, frame ${vector - rowStarts(frames)[row] + 1}` : '';
  const { id, copy } = clips[row];
  throw new SerError(
    'table',
    `${origin}: row ${row + 1} (clip ${id}, copy ${copy})${frame}, column ${names[bad % names.length]} is ${values[bad]}, ` +
      'not a finite number.',
  );
}

/** SHA-256 (hex) of clips' ids, in any order: sets of clips with the same hash are the same. */
export function hashIds(clips: readonly Pick<TableRow, 'id'>[]): string {
  const ids = clips.map((clip) => clip.id).sort();
  return sha256(ids.join('\n'));
}

/** SHA-256 (hex) of a table's content: feature set, names, labels, clips, values and numbers of frames, however it is stored. */
export function hashTable({ featureSet, names, labels, clips, values, frames }: TableRows): string {
  const fields = rowFields(clips);
  const rows = clips.map((row) => fields.map((field) => storedField(row, field)));
  return hashContent([featureSet, names, rows, labels], partsOf(values, names.length), frames);
}

/** A field as stored in the file, where unknown values are empty, and further columns of the manifest pairs in JSON. */
export function storedField(row: TableRow, field: RowField): string | number {
  if (field === 'more') return row.more ? JSON.stringify(Object.entries(row.more)) : '';
  return row[field] ?? '';
}

/** @param about  everything except the numbers. @param values  all of them, in parts */
export function hashContent(about: unknown, values: Iterable<Float32Array>, frames?: Uint32Array): string {
  const content = function* () {
    yield JSON.stringify(about);
    yield* values;
    if (frames) yield frames;
  };
  return sha256(content());
}

/** The columns of a table that are not features, in the order of the file. */
export const ROW_FIELDS = [
  'id',
  'copy',
  'corpus',
  'emotion',
  'speaker',
  'gender',
  'recording',
  'sentence',
  'channel',
] as const satisfies readonly (keyof TableRow)[];
type RowField = (typeof ROW_FIELDS)[number] | 'more';

/** The same for these rows: with the further columns of manifests, if any row has some. */
export const rowFields = (clips: readonly TableRow[]): readonly RowField[] =>
  clips.some(({ more }) => more) ? [...ROW_FIELDS, 'more'] : ROW_FIELDS;
