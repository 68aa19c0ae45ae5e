import { SerError } from '../../error.ts';
import type { FeatureSet } from '../../features/types.ts';
import { joinEncoders } from '../embeddings/sets.ts';
import { agreedProvenance, type FeatureTable, tableVector } from './table.ts';

/** A feature set that others make up. */
export type JoinedSet = Pick<FeatureSet, 'name' | 'names'> & {
  parts: readonly Pick<FeatureSet, 'name' | 'names' | 'encoder'>[];
};

/**
 * The table of a joined feature set, put together from those of its parts: their columns side by side, for the clips that all of them have.
 * @param set  the joined set
 * @param tables  of its parts, in their order
 * @throws {SerError} `table` if a table is not of its part, or they have no clip in common
 */
export function joinColumns(set: JoinedSet, tables: readonly FeatureTable[]): FeatureTable {
  set.parts.forEach(({ name, names }, i) => {
    const { featureSet, names: columns } = tables[i];
    if (featureSet === name && columns.join() === names.join()) return;
    throw new SerError('table', `The table of ${featureSet} features has not the columns of ${name}: build it again with \`ser features build --features ${name}\`.`); // prettier-ignore
  });
  const [first, ...others] = tables;
  const made = new Set(tables.map(({ provenance }) => provenance?.augmentation));
  if (made.size > 1) {
    throw new SerError('table', `The augmented copies of the parts of ${set.name} were made in different ways, so that they are not of the same sounds: leave them out with --no-augmentation, or build the parts with the same --augmentation.`); // prettier-ignore
  }
  const keyOf = ({ id, copy }: { id: string; copy: number }): string => `${id}/${copy}`;
  const rowsOf = others.map(({ clips }) => new Map(clips.map((clip, row) => [keyOf(clip), row])));
  const kept = first.clips.flatMap((clip, row) => {
    const rows = [row, ...rowsOf.map((known) => known.get(keyOf(clip)))];
    return rows.every((one) => one !== undefined) ? [rows] : [];
  });
  if (kept.length === 0) throw new SerError('table', `The tables that make up ${set.name} have no clip in common.`);
  const values = new Float32Array(kept.length * set.names.length);
  let at = 0;
  for (const rows of kept) {
    rows.forEach((row, i) => {
      const vector = tableVector(tables[i], row);
      values.set(vector, at);
      at += vector.length;
    });
  }
  const encoder = joinEncoders(set.parts.map((part, i) => tables[i].provenance?.encoder ?? part.encoder));
  return {
    ...first,
    featureSet: set.name,
    names: set.names,
    clips: kept.map(([row]) => first.clips[row]),
    values,
    provenance: { ...agreedProvenance(tables), ...(encoder && { encoder }) },
  };
}
