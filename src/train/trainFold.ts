import { join } from 'node:path';
import { EMOTIONS } from '../data/clip.ts';
import type { Clip } from '../data/clip.ts';
import { checkLeaks } from '../data/protocols/protocols.ts';
import type { Fold, Protocol } from '../data/protocols/protocols.ts';
import { hashTable, joinTables, selectRows, tableVector } from '../data/tables/table.ts';
import type { FeatureTable } from '../data/tables/table.ts';
import { cutValidation } from '../data/protocols/validation.ts';
import { SerError } from '../error.ts';
import type { Predictions } from '../eval/systems/predictions.ts';
import { createRandom } from '../random.ts';
import type { Classifier, Epoch, FitContext, FitOptions, FittedModel, Samples } from './classifiers/classifier.ts';
import { cnn } from './classifiers/cnn/cnn.ts';
import { FIT_DEFAULTS } from './network/fit.ts';
import { toPredictions } from './predict.ts';
import { applyScaler, fitScaler } from './bundle/scaler.ts';
import type { Scaler } from './bundle/scaler.ts';

/** How a model is trained on a fold; with the fold's data all that the result depends on. */
export interface TrainOptions extends Omit<FitOptions, 'schedule'> {
  /** Share of the training clips that steers the learning rate. Default 0.25: with `refit` none of it is lost. */
  validationFraction?: number;
  /** Cut by clip or by speaker. Default: by clip where the protocol shares speakers, else by speaker. */
  validationBy?: 'clip' | 'speaker';
  /**
   * The augmented copies of the validation clips steer as well. Their loss on a hundred clips is so noisy that the learning
   * rate falls long before there is no more to learn; on four times the rows it is less so. Default true.
   */
  validationCopies?: boolean;
  /**
   * Once the validation clips have shown how the learning rate should fall and when to stop, trains again on all
   * training clips by that same schedule, from the same initial weights. Default true.
   */
  refit?: boolean;
}

export const TRAIN_DEFAULTS = {
  ...FIT_DEFAULTS,
  validationFraction: 0.25,
  validationCopies: true,
  refit: true,
} as const;

export interface FoldTask {
  /** Holds all clips of the fold as recorded. */
  table: FeatureTable;
  /** Augmented copies; those of the training clips are used. Without it there is no augmentation. */
  augmented?: FeatureTable;
  protocol: Pick<Protocol, 'name' | 'shares'>;
  fold: Pick<Fold, 'name' | 'train' | 'test'>;
  /** Default `cnn`. */
  classifier?: Classifier;
}

export type Phase = 'fit' | 'refit';

export interface FoldContext extends Omit<FitContext, 'checkpoint' | 'onEpoch'> {
  /** Folder for the checkpoints of this fold. Without it nothing is written. */
  checkpoints?: string;
  onEpoch?: (epoch: Epoch, phase: Phase) => void;
}

export interface TrainedFold {
  model: FittedModel;
  scaler: Scaler;
  labels: readonly string[];
  /** Of the run that was steered by the validation clips. */
  history: Epoch[];
  /** Of the run on all training clips, where there was one. */
  refitHistory?: Epoch[];
  keptEpoch: number;
  /** What the steered model says of the validation clips. */
  validation: Predictions;
  /** What was learnt from in the end: clips, and rows with their augmented copies. */
  data: { clips: number; rows: number; validationClips: number; sha256: string };
}

/**
 * Trains a model on the training clips of a fold. Scaler and model see training rows only; a part of the training clips,
 * with all their augmented copies, is held out to steer the learning rate. The test clips are not looked at.
 * @throws {SerError} `protocol` if the fold leaks or a clip is not in the table, `table` if the tables differ
 */
export async function trainFold(
  { table, augmented, protocol, fold, classifier = cnn }: FoldTask,
  options: TrainOptions,
  { checkpoints, onEpoch, ...context }: FoldContext,
): Promise<TrainedFold> {
  const { validationFraction, validationBy, validationCopies, refit, ...fit } = { ...TRAIN_DEFAULTS, ...options };
  checkLeaks(fold, protocol.shares);
  checkClips(table, fold);
  checkFeatures(table, fold);
  const by = validationBy ?? (protocol.shares.includes('speaker') ? 'clip' : 'speaker');
  const random = createRandom(`${fit.seed}/validation`);
  const parts = cutValidation(fold.train, { fraction: validationFraction, random, by });

  const rowsOf = (clips: readonly Clip[]): FeatureTable => {
    const ids = new Set(clips.map((clip) => clip.id));
    return joinTables(...[table, augmented ?? []].flat().map((one) => selectRows(one, ({ id }) => ids.has(id))));
  };
  const isRecording = ({ copy }: { copy: number }): boolean => copy === 0;
  const training = rowsOf(parts.train);
  const heldRows = rowsOf(parts.validation);
  const held = selectRows(heldRows, isRecording);
  const steering = validationCopies ? heldRows : held;
  const shape = { features: table.names.length, classes: EMOTIONS.length };
  const run = async (data: FeatureTable, phase: Phase, schedule?: number[]) => {
    const scaler = fitScaler(data.values, shape.features);
    const result = await classifier.fit(
      shape,
      samplesOf(data, scaler),
      phase === 'fit' ? samplesOf(steering, scaler) : undefined,
      phase === 'fit' ? fit : { ...fit, keep: 'last', schedule },
      {
        ...context,
        checkpoint: checkpoints && join(checkpoints, `${phase}.checkpoint`),
        onEpoch: onEpoch && ((epoch) => onEpoch(epoch, phase)),
      },
    );
    return { ...result, scaler };
  };

  const steered = await run(training, 'fit');
  const validation = toPredictions(
    { labels: EMOTIONS, predictProba: (x) => steered.model.predictProba(applyScaler(steered.scaler, x)) },
    held,
    protocol.name,
  );
  const common = { labels: EMOTIONS, history: steered.history, keptEpoch: steered.keptEpoch, validation };
  const describe = (data: FeatureTable) => ({
    clips: data.clips.filter(isRecording).length,
    rows: data.clips.length,
    validationClips: held.clips.length,
    sha256: hashTable(data),
  });
  if (!refit) return { ...common, model: steered.model, scaler: steered.scaler, data: describe(training) };

  steered.model.dispose();
  const all = rowsOf(fold.train);
  const schedule = steered.history.slice(0, steered.keptEpoch).map((epoch) => epoch.learningRate);
  const { model, scaler, history: refitHistory } = await run(all, 'refit', schedule);
  return { ...common, model, scaler, refitHistory, data: describe(all) };
}

function samplesOf(table: FeatureTable, scaler: Scaler): Samples {
  return {
    x: applyScaler(scaler, table.values),
    y: Uint8Array.from(table.clips, (clip) => EMOTIONS.indexOf(clip.emotion)),
  };
}

/** The same features to the last bit on both sides: one recording under two names, which no id tells. */
function checkFeatures(table: FeatureTable, fold: FoldTask['fold']): void {
  const [learnt, tested] = [fold.train, fold.test].map((clips) => new Set(clips.map((clip) => clip.id)));
  const bits = (i: number): string => Buffer.from(tableVector(table, i).slice().buffer).toString('latin1');
  const recordings = table.clips.map((clip, i) => ({ ...clip, i })).filter((clip) => clip.copy === 0);
  const seen = new Map(recordings.filter(({ id }) => learnt.has(id)).map(({ id, i }) => [bits(i), id]));
  for (const { id, i } of recordings.filter(({ id }) => tested.has(id))) {
    const twin = seen.get(bits(i));
    if (!twin) continue;
    throw new SerError('protocol', `fold "${fold.name}" leaks: the test clip ${id} has the very features of the training clip ${twin}: they are one recording. Leave one of them out.`); // prettier-ignore
  }
}

function checkClips(table: FeatureTable, fold: FoldTask['fold']): void {
  const there = new Set(table.clips.filter((clip) => clip.copy === 0).map((clip) => clip.id));
  const missing = fold.train.filter((clip) => !there.has(clip.id));
  if (missing.length === 0) return;
  throw new SerError(
    'protocol',
    `fold "${fold.name}" trains on ${fold.train.length} clips, but ${missing.length} of them are not in the table, ` +
      `such as ${missing[0].id}: take the table that the fold was made from.`,
  );
}
