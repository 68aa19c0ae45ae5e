import { adaptTable, type Groups } from '../../data/adapt/groups.ts';
import type { SpeakerPrior } from '../../data/adapt/speaker.ts';
import { isNear } from '../../data/labels/emotionWords.ts';
import { cutValidation, type ValidationOptions } from '../../data/protocols/validation.ts';
import { selectRows, type TableRow } from '../../data/tables/table.ts';
import type { TableRows } from '../../data/tables/tableRows.ts';
import type { Predictions } from '../../eval/systems/predictions.ts';
import { applyScaler, type Scaler } from '../bundle/scaler.ts';
import { noveltyOf } from '../bundle/selective.ts';
import { rowParts } from './parts.ts';

/**
 * Splits off a share of the speakers of each further corpus, with all copies of their clips: a model is not asked to steer by them, but how sure it is
 * may be measured on them. A corpus with one speaker of each gender is left whole.
 * @param isOwn  whether a clip is of the voices that the model is for; others stay
 */
export function cutSpeakers(
  tables: readonly TableRows[],
  { fraction, random, isOwn }: Pick<ValidationOptions, 'fraction' | 'random'> & { isOwn: (clip: TableRow) => boolean },
): { train: TableRows[]; validation: TableRows[] } {
  const own = tables.flatMap(({ clips }) => clips.filter((clip) => clip.copy === 0 && isOwn(clip)));
  const held = new Set<string>();
  for (const corpus of [...new Set(own.map((clip) => clip.corpus))].sort()) {
    const clips = own.filter((clip) => clip.corpus === corpus);
    const sizeOf = (name: 'speaker' | 'gender'): number => new Set(clips.map((clip) => clip[name])).size;
    if (sizeOf('speaker') === sizeOf('gender')) continue;
    for (const clip of cutValidation(clips, { fraction, random, by: 'speaker' }).validation) held.add(keyOf(clip));
  }
  return {
    train: tables.map((table) => selectRows(table, (clip) => !held.has(keyOf(clip)))),
    validation: tables.map((table) => selectRows(table, (clip) => held.has(keyOf(clip)))).filter(hasRows),
  };
}

const keyOf = ({ corpus, id }: TableRow): string => `${corpus}/${id}`;
const hasRows = ({ clips }: TableRows): boolean => clips.length > 0;

/**
 * Predictions in which an answer counts as right that a clip might have been labelled with, had its corpus known the word: "calm" for a neutral clip.
 * The model has not been taught to tell these apart in that corpus.
 * @param clips  of the predictions, in their order
 * @param taught  clips of all emotions of each corpus
 */
export function acceptingNear(
  { protocol, labels, rows }: Predictions,
  clips: readonly TableRow[],
  taught: readonly TableRow[],
): Predictions {
  const known = new Set(taught.map(({ corpus, emotion }) => `${corpus}/${emotion}`));
  const accepted = rows.map((row, i) =>
    isNear(row.label, row.predicted) && !known.has(`${clips[i].corpus}/${row.predicted}`)
      ? { ...row, label: row.predicted }
      : row,
  );
  return { protocol, labels, rows: accepted };
}

/** Distances of the vectors of a table to the training data. */
export function distancesOf(
  table: TableRows,
  { scaler, speakerPrior }: { scaler: Scaler; speakerPrior?: SpeakerPrior },
  groups?: Groups,
): number[] {
  const width = table.names.length;
  const { values } = speakerPrior ? adaptTable(table, speakerPrior, groups) : table;
  return Array.from(rowParts(values, width), ({ x }) => noveltyOf(applyScaler(scaler, x), width)).flat();
}
