import { type Groups, groupStatistics } from '../data/adapt/groups.ts';
import type { SpeakerPrior, SpeakerStatistics } from '../data/adapt/speaker.ts';
import type { FeatureTable } from '../data/tables/table.ts';
import type { TableRows } from '../data/tables/tableRows.ts';
import { confidenceOf, type Prediction, type Predictions } from '../eval/systems/predictions.ts';
import { argmax } from '../argmax.ts';
import { inParts, type RowPart } from './rows/parts.ts';
import { type Selective, type Standing, standingOf } from './bundle/selective.ts';

/** Predicts from raw features. */
export interface Predictor {
  labels: readonly string[];
  /** Values per frame: only for a model of frames. */
  frameSize?: number;
  /** Only for a model of speaker-adapted features: see `standardise`. */
  speakerPrior?: SpeakerPrior;
  /**
   * @param x  rows × features, row-major, not standardised; with `frames` the frames × features of each row, concatenated
   * @param frames  frames of each row, for a model of frames
   * @param speakers  statistics of each row's speaker, for a model of speaker-adapted features. Default: each row's own, as if its speaker had one clip
   * @returns rows × labels, row-major
   */
  predictProba(x: Float32Array, frames?: Uint32Array, speakers?: readonly SpeakerStatistics[]): Float32Array;
  /** When an answer is sure; only for a model that can tell. */
  selective?: Selective;
  /** Distance of each row to the training data, by `noveltyOf`; only for a model that has a largest one. */
  distances?(x: Float32Array, frames?: Uint32Array, speakers?: readonly SpeakerStatistics[]): number[];
}

/** The same model over other labels: unknown ones have probability 0. */
export function overLabels(model: Predictor, labels: readonly string[]): Predictor {
  const columns = labels.map((label) => model.labels.indexOf(label));
  return {
    ...model,
    labels,
    predictProba: (x, frames, speakers) => {
      const all = model.predictProba(x, frames, speakers);
      const rows = all.length / model.labels.length;
      return Float32Array.from({ length: rows * labels.length }, (_, i) => {
        const column = columns[i % labels.length];
        return column < 0 ? 0 : all[Math.floor(i / labels.length) * model.labels.length + column];
      });
    },
  };
}

/**
 * A model's probabilities for every row of a table, rows × labels.
 * @param groups  rows that a model of speaker-adapted features takes together. Default: all of a speaker
 */
export function tableProbabilities(model: Predictor, table: TableRows, groups?: Groups): Float32Array {
  const speakers = model.speakerPrior && groupStatistics(table, groups);
  const probabilitiesOf = ({ x, frames, from, to }: RowPart): Float32Array =>
    model.predictProba(x, frames, speakers?.slice(from, to));
  return inParts({ x: table.values, frames: table.frames }, table.names.length, probabilitiesOf);
}

/**
 * A model's predictions for every row of a table, in order, for evaluation.
 * @param groups  as in `tableProbabilities`
 * @example
 * const table = selectRows(await readTable('data/features/ravdess-librosa186.parquet'), ({ speaker }) => speaker === '01');
 * const { rows } = predictTable(loadBundle('models/reference/male'), table, 'reference');
 * rows.length // → 104
 */
export function predictTable(model: Predictor, table: TableRows, protocol: string, groups?: Groups): Predictions {
  const { labels } = model;
  const all = tableProbabilities(model, table, groups);
  const rows = table.clips.map(({ id, speaker, gender, emotion }, row): Prediction => {
    const probabilities = Array.from(all.subarray(row * labels.length, (row + 1) * labels.length));
    const predicted = labels[argmax(probabilities)];
    return { id, speaker, gender, label: emotion, predicted, probabilities };
  });
  return { protocol, labels, rows };
}

/**
 * How sure a model is of its predictions for the rows of a table.
 * @param predictions  by `predictTable`
 * @returns undefined for a model that cannot tell
 */
export function tableStandings(model: Predictor, table: FeatureTable, { rows }: Predictions): Standing[] | undefined {
  const { selective } = model;
  const distances = model.distances?.(table.values, table.frames, model.speakerPrior && groupStatistics(table));
  return (
    selective &&
    rows.map((row, i) => standingOf([{ weight: 1, selective, distance: distances?.[i] }], confidenceOf(row)))
  );
}
