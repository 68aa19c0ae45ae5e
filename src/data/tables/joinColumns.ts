import { SerError } from '../../error.ts';
import { inputOf, packInputs } from '../../features/inputs.ts';
import { joinSamples } from '../../features/join.ts';
import type { FeatureSet } from '../../features/types.ts';
import { joinEncoders } from '../embeddings/sets.ts';
import { agreedProvenance, type FeatureTable, tableVector } from './table.ts';
import { loadRows, type TableRows } from './tableRows.ts';
import { inMemory, valuesOfRows } from './values.ts';

/** A feature set that others make up. */
export type JoinedSet = Pick<FeatureSet, 'name' | 'names'> & { parts: readonly PartSet[] };
type PartSet = Pick<FeatureSet, 'name' | 'names' | 'encoder'>;

/** The table of a set that others make up, its columns or its inputs. @throws {SerError} `table` as `joinColumns` */
export function joinTablesOf<Table extends TableRows>(set: FeatureSet, tables: readonly Table[]): Table | FeatureTable {
  const { name, names, inputs, parts = [] } = set;
  return inputs ? joinInputs({ name, inputs }, tables.map(loadRows)) : joinColumns({ name, names, parts }, tables);
}

/**
 * The table of a joined feature set, put together from those of its parts: their columns side by side, for the clips that all of them have.
 * @param set  the joined set
 * @param tables  of its parts, in their order
 * @throws {SerError} `table` if a table is not of its part, or they have no clip in common
 */
export function joinColumns<Table extends TableRows = FeatureTable>(
  { name, names, parts }: JoinedSet,
  tables: readonly Table[],
): Table {
  const { kept, ...common } = commonRows(name, parts, tables);
  const about = { ...common, names };
  const values = valuesOfRows(about, (row) => joinSamples(kept[row].map((own, i) => tableVector(tables[i], own))));
  const isShort = tables.every((table) => inMemory(table.values));
  return { ...about, values: isShort ? values.subarray(0, values.length) : values } as Table;
}

/**
 * The table of a set of several inputs, put together from theirs: each row holds the values of all (`packInputs`), for the clips that all of them have.
 * @throws {SerError} `table` as `joinColumns`
 */
export function joinInputs(
  { name, inputs }: { name: string; inputs: readonly Pick<FeatureSet, 'name' | 'names' | 'encoder' | 'level'>[] },
  tables: readonly FeatureTable[],
): FeatureTable {
  const { kept, ...common } = commonRows(name, inputs, tables);
  const own = inputs.map(inputOf);
  const rows = kept.map((rows) => packInputs(rows.map((row, i) => tableVector(tables[i], row)), own)); // prettier-ignore
  const { level, names } = inputs.at(-1)!;
  return {
    ...common,
    names: level === 'frames' ? names : inputs.flatMap((input) => input.names),
    values: joinSamples(rows),
    ...(level === 'frames' && { frames: Uint32Array.from(rows, ({ length }) => length / names.length) }),
  };
}

/** The clips that all tables have, with the row of each in every table. */
function commonRows(
  name: string,
  parts: readonly PartSet[],
  tables: readonly TableRows[],
): Omit<TableRows, 'names' | 'values'> & { kept: number[][] } {
  parts.forEach(({ name, names }, i) => {
    const { featureSet, names: columns } = tables[i];
    if (featureSet === name && columns.join() === names.join()) return;
    throw new SerError('table', `The table of ${featureSet} features has not the columns of ${name}: build it again with \`ser features build --features ${name}\`.`); // prettier-ignore
  });
  const [first, ...others] = tables;
  const made = new Set(tables.map(({ provenance }) => provenance?.augmentation));
  if (made.size > 1) {
    throw new SerError('table', `The augmented copies of the parts of ${name} were made in different ways, so that they are not of the same sounds: leave them out with --no-augmentation, or build the parts with the same --augmentation.`); // prettier-ignore
  }
  const keyOf = ({ id, copy }: { id: string; copy: number }): string => `${id}/${copy}`;
  const rowsOf = others.map(({ clips }) => new Map(clips.map((clip, row) => [keyOf(clip), row])));
  const kept = first.clips.flatMap((clip, row) => {
    const rows = [row, ...rowsOf.map((known) => known.get(keyOf(clip)))];
    return rows.every((one) => one !== undefined) ? [rows] : [];
  });
  if (kept.length === 0) throw new SerError('table', `The tables that make up ${name} have no clip in common.`);
  const encoder = joinEncoders(parts.map((part, i) => tables[i].provenance?.encoder ?? part.encoder));
  return {
    featureSet: name,
    labels: first.labels,
    clips: kept.map(([row]) => first.clips[row]),
    provenance: { ...agreedProvenance(tables), ...(encoder && { encoder }) },
    kept,
  };
}
