import { speakerOrSelf } from '../clip.ts';
import { createRandom } from '../../random.ts';
import { type FeatureTable, tableVector } from '../tables/table.ts';
import type { TableRows } from '../tables/tableRows.ts';
import { joinSamples } from '../../features/join.ts';
import { type SpeakerPrior, speakerStatistics, type SpeakerStatistics, standardise } from './speaker.ts';

/** The rows that are standardised together, by the name of their group. */
export type Groups = readonly string[];

/** Every speaker's clips together, those of unknown speakers by themselves; of augmented copies, the first of each clip, the second, and so on, as other recordings of the speaker. */
export const speakerGroups = ({ clips }: Pick<FeatureTable, 'clips'>): string[] =>
  clips.map((clip) => `${clip.copy}/${speakerOrSelf(clip)}`);

/**
 * The clips of every speaker dealt at random into groups of one size, as near as possible.
 * @param most  clips of a group
 */
export function dealtGroups(table: Pick<FeatureTable, 'clips'>, most: number, seed: number | string): string[] {
  return subdivided(table, seed, (i, clips) => i % Math.ceil(clips / most));
}

/** Sizes of the groups in which models are trained on an eighth of a speaker's clips each; the rest stay together. */
const SIZES = [1, 2, 4, 8, 16];

/** The clips of every speaker at random in groups of 1, 2, 4, 8, 16 and more: a model shall do its best with any number of them. */
function mixedGroups(table: Pick<FeatureTable, 'clips'>, seed: number | string): string[] {
  return subdivided(table, seed, (i, clips) => {
    const size = SIZES[Math.floor((i * 8) / clips)] ?? clips;
    return `${size}/${Math.floor(i / size)}`;
  });
}

/** Each speaker has a stream of randomness of its own: none depends on another. */
function subdivided(
  table: Pick<FeatureTable, 'clips'>,
  seed: number | string,
  part: (i: number, clips: number) => string | number,
): string[] {
  const groups = speakerGroups(table);
  for (const rows of rowsBySpeaker(table)) {
    const random = createRandom(`${seed}/speaker/${groups[rows[0]]}`);
    random.shuffle(rows).forEach((row, i) => (groups[row] += `/${part(i, rows.length)}`));
  }
  return groups;
}

/** The numbers of the rows of each speaker and copy. */
export const rowsBySpeaker = (table: Pick<FeatureTable, 'clips'>): number[][] => rowsOf(speakerGroups(table));

function rowsOf(groups: Groups): number[][] {
  const rows = new Map<string, number[]>();
  groups.forEach((group, row) => {
    const known = rows.get(group);
    if (known) known.push(row);
    else rows.set(group, [row]);
  });
  return [...rows.values()];
}

/** Of each row, the statistics of its group. */
export function groupStatistics(table: TableRows, groups: Groups = speakerGroups(table)): SpeakerStatistics[] {
  const statistics: SpeakerStatistics[] = [];
  for (const rows of rowsOf(groups)) {
    const own = speakerStatistics(rows.map((row) => tableVector(table, row)), table.names.length); // prettier-ignore
    for (const row of rows) statistics[row] = own;
  }
  return statistics;
}

/**
 * A table whose rows are standardised by the statistics of their group, without labels.
 * @param prior  default: none; see `standardise`
 * @param groups  default: all clips of a speaker together
 * @example
 * const table = await readTable('data/features/ravdess-librosa186.parquet');
 * const adapted = adaptTable(table, fitSpeakerPrior(table));
 * adapted.values.length === table.values.length // → true
 */
export function adaptTable(table: TableRows, prior?: SpeakerPrior, groups?: Groups): FeatureTable {
  const statistics = groupStatistics(table, groups);
  const rows = table.clips.map((_, row) => standardise(tableVector(table, row), statistics[row], prior));
  return { ...table, values: joinSamples(rows) };
}

/**
 * Rows for training, standardised in groups of 1, 2, 4, 8, 16 and more clips of their speakers. A model that was trained on rows standardised by
 * all clips of their speakers does badly where few are known: worse than one without adaptation.
 */
export function adaptForTraining(table: TableRows, prior: SpeakerPrior, seed: number | string): FeatureTable {
  return adaptTable(table, prior, mixedGroups(table, seed));
}
