import type { Groups } from '../data/adapt/groups.ts';
import { tableVector } from '../data/tables/table.ts';
import type { TableRows } from '../data/tables/tableRows.ts';
import { valuesOfRows } from '../data/tables/values.ts';
import { SerError } from '../error.ts';
import { createRandom } from '../random.ts';
import { type Predictor, tableProbabilities } from './predictTable.ts';
import { argmax } from '../argmax.ts';

/** Correct predictions of a model when one block of features carries no information. */
export interface BlockHits {
  /** Common name of the features: `mfcc` for `mfcc0_mean` and so on. */
  block: string;
  /** Correct clips of each label, mean over the repeats. */
  hits: number[];
}

export interface ImportanceOptions {
  seed: number | string;
  /** Number of permutations of each block. */
  repeats?: number;
  /** As for `predictTable`. */
  groups?: Groups;
}

const REPEATS = 5;

/** The block of a feature: its name up to the first digit or underscore. */
export const blockOf = (feature: string): string => /^[a-z]+/i.exec(feature)?.[0] ?? feature;

/**
 * Permutation importance (Breiman, 2001) of blocks of features: all features of a block are permuted together between clips, so that they
 * match each other but nothing else. Like `sklearn.inspection.permutation_importance`, for blocks instead of single features.
 * @param table  test clips; the model is not trained again
 * @returns in the order of the features
 * @throws {SerError} `usage` for a table of frames
 */
export function permutationImportance(
  model: Predictor,
  table: TableRows,
  { seed, repeats = REPEATS, groups }: ImportanceOptions,
): BlockHits[] {
  if (table.frames) {
    throw new SerError('usage', `The importance of features is defined for vectors; ${table.featureSet} has frames.`);
  }
  const { labels } = model;
  return [...new Set(table.names.map(blockOf))].map((block) => {
    const random = createRandom(`${seed}/importance/${block}`);
    const columns = table.names.flatMap((name, column) => (blockOf(name) === block ? [column] : []));
    const hits = labels.map(() => 0);
    for (let repeat = 0; repeat < repeats; repeat++) {
      const from = random.shuffle(table.clips.map((_, row) => row));
      const values = valuesOfRows(table, (row) => {
        const vector = tableVector(table, row).slice();
        const other = tableVector(table, from[row]);
        for (const column of columns) vector[column] = other[column];
        return vector;
      });
      const probabilities = tableProbabilities(model, { ...table, values }, groups);
      table.clips.forEach(({ emotion }, row) => {
        const own = probabilities.subarray(row * labels.length, (row + 1) * labels.length);
        const label = labels.indexOf(emotion);
        if (argmax(own) === label) hits[label] += 1 / repeats;
      });
    }
    return { block, hits };
  });
}
