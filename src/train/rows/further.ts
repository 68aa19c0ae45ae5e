import { isDeepStrictEqual } from 'node:util';
import { type Clip, COMBINED, type Part } from '../../data/clip.ts';
import { selectRows } from '../../data/tables/table.ts';
import type { TableRows } from '../../data/tables/tableRows.ts';
import { isNear } from '../../data/labels/emotionWords.ts';
import { SerError } from '../../error.ts';
import type { Bundle } from '../bundle/bundle.ts';
import type { Classifier, ModelFiles, Samples, StartModel } from '../classifiers/classifier.ts';

export interface FurtherClips {
  table: TableRows;
  /** Weight of each of their rows in the training, where the fold's own have 1. */
  weight: number;
}

/** A model folder's content. */
export interface StoredModel {
  bundle: Bundle;
  files: ModelFiles;
}

/**
 * Further training clips of a model for some voices: those of other tables, and the other gender's in the fold, with their augmented copies. Clips of
 * the other gender count `otherWeight` times as much as those of its own, whatever table they are from; those of unknown gender count in full.
 * @param part  voices that the model is for
 * @param others  clips of the other gender on the fold's training side
 */
export function furtherClips(
  { table, augmented, also = [] }: { table: TableRows; augmented?: TableRows; also?: readonly FurtherClips[] },
  part: Part,
  others: readonly Clip[],
  otherWeight = 0,
): FurtherClips[] {
  const isOther = ({ gender }: Clip): boolean => part !== COMBINED && gender !== null && gender !== part;
  const ids = new Set(others.map(({ id }) => id));
  const own = [table, augmented ?? []].flat().map((one) => selectRows(one, ({ id }) => ids.has(id)));
  return [
    ...also.map((one) => ({ ...one, table: selectRows(one.table, (clip) => !isOther(clip)) })),
    ...also.map((one) => ({ table: selectRows(one.table, isOther), weight: one.weight * otherWeight })),
    ...own.map((table) => ({ table, weight: otherWeight })),
  ].filter(({ table, weight }) => weight > 0 && table.clips.length > 0);
}

/** Members of a stack with the further training clips of each (`furtherClips`). */
export const withFurther = <Member extends Parameters<typeof furtherClips>[0]>(
  members: readonly Member[],
  ...rest: Tail<Parameters<typeof furtherClips>>
): (Member & { also: FurtherClips[] })[] => members.map((one) => ({ ...one, also: furtherClips(one, ...rest) }));

type Tail<List extends readonly unknown[]> = List extends readonly [unknown, ...infer Rest] ? Rest : never;

/**
 * Weights of the rows, and the classes against which a row is an example: all but its own, except for one that its corpus lacks and might have
 * meant, such as "calm" for a neutral clip.
 */
export function furtherSamples(
  { clips }: TableRows,
  labels: readonly string[],
  further: readonly FurtherClips[],
): Pick<Samples, 'weights' | 'classes'> {
  const keyOf = ({ corpus, id }: Clip): string => `${corpus}/${id}`;
  const weightOf = new Map(further.flatMap(({ table, weight }) => table.clips.map((clip) => [keyOf(clip), weight])));
  const seen = new Map<string, Set<string>>();
  for (const { corpus, emotion } of clips) seen.set(corpus, (seen.get(corpus) ?? new Set()).add(emotion));
  const says = ({ corpus, emotion }: Clip, label: string): number =>
    Number(seen.get(corpus)!.has(label) || !isNear(emotion, label));
  return {
    weights: Float32Array.from(clips, (clip) => weightOf.get(keyOf(clip)) ?? 1),
    classes: Uint8Array.from(clips.flatMap((clip) => labels.map((label) => says(clip, label)))),
  };
}

/** Weights of the rows, those of augmented copies multiplied. */
export function weighCopies(weights: Samples['weights'], { clips }: TableRows, copyWeight: number): Samples['weights'] {
  if (copyWeight === 1) return weights;
  return Float32Array.from(clips, ({ copy }, row) => (weights?.[row] ?? 1) * (copy > 0 ? copyWeight : 1));
}

/** @throws {SerError} `usage` unless the model is of the same kind, and of the same features */
export function startOf(
  { bundle, files }: StoredModel,
  classifier: Classifier,
  { featureSet, names }: TableRows,
  labels: readonly string[],
): StartModel {
  const { features } = bundle;
  if (!classifier.continues || bundle.classifier !== classifier.name) {
    throw new SerError('usage', `A ${classifier.name} cannot start from ${files.dir}, which is a model of ${bundle.classifier}: leave --from out.`); // prettier-ignore
  }
  if (features.set !== featureSet || !isDeepStrictEqual(features.names, names)) {
    throw new SerError('usage', `${files.dir} takes ${features.set} features, the table has ${featureSet}: a training starts from a model of the same ones.`); // prettier-ignore
  }
  return {
    files,
    shape: { level: features.level, features: features.names.length, classes: bundle.labels.length },
    classes: labels.map((label) => bundle.labels.indexOf(label)),
  };
}
