import { tableVector } from '../../data/tables/table.ts';
import type { TableRows } from '../../data/tables/tableRows.ts';
import { SerError } from '../../error.ts';
import { sha256 } from '../../sha256.ts';
import type { FoldTask } from '../trainFold.ts';

/** Features that are identical on both sides: one recording under two names, which ids do not reveal. */
export function checkFeatures(table: TableRows, fold: FoldTask['fold']): void {
  const [learnt, tested] = [fold.train, fold.test].map((clips) => new Set(clips.map((clip) => clip.id)));
  const bits = (i: number): string => sha256(tableVector(table, i));
  const recordings = table.clips.map((clip, i) => ({ ...clip, i })).filter((clip) => clip.copy === 0);
  const seen = new Map(recordings.filter(({ id }) => learnt.has(id)).map(({ id, i }) => [bits(i), id]));
  for (const { id, i } of recordings.filter(({ id }) => tested.has(id))) {
    const twin = seen.get(bits(i));
    if (!twin) continue;
    throw new SerError('protocol', `fold "${fold.name}" leaks: the test clip ${id} has exactly the features of the training clip ${twin}: they are one recording. Leave one of them out.`); // prettier-ignore
  }
}

/** All clips of a fold must be in the table. */
export function checkClips(table: TableRows, fold: FoldTask['fold']): void {
  const there = new Set(table.clips.filter((clip) => clip.copy === 0).map((clip) => clip.id));
  const missing = fold.train.filter((clip) => !there.has(clip.id));
  if (missing.length === 0) return;
  throw new SerError(
    'protocol',
    `fold "${fold.name}" trains on ${fold.train.length} clips, but ${missing.length} of them are not in the table, ` +
      `such as ${missing[0].id}: use the table from which the fold was made.`,
  );
}
