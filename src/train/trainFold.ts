import { join } from 'node:path';
import { adaptForTraining, adaptTable, dealtGroups } from '../data/adapt/groups.ts';
import { fitSpeakerPrior } from '../data/adapt/prior.ts';
import type { SpeakerPrior } from '../data/adapt/speaker.ts';
import { type Clip, presentLabels, speakerOrSelf } from '../data/clip.ts';
import { checkLeaks } from '../data/protocols/protocol.ts';
import type { Fold, Protocol } from '../data/protocols/protocol.ts';
import { hashTable, joinTables, selectRows, tableVector } from '../data/tables/table.ts';
import type { TableRows } from '../data/tables/tableRows.ts';
import { inMemory, type Values, valuesOfRows } from '../data/tables/values.ts';
import { cutValidation, validationUnit } from '../data/protocols/validation.ts';
import { SerError } from '../error.ts';
import type { Predictions } from '../eval/systems/predictions.ts';
import { createRandom } from '../random.ts';
import type {
  Classifier,
  Epoch,
  FitContext,
  FitNotes,
  FitProgress,
  FittedModel,
  Samples,
  Shape,
} from './classifiers/classifier.ts';
import { checkAccepts, getClassifier } from './classifiers/classifiers.ts';
import { completeOptions } from './classifiers/options.ts';
import { predictTable } from './predictTable.ts';
import { type FurtherClips, furtherSamples, startOf, weighCopies, type StoredModel } from './rows/further.ts';
import { applyScaler, fitScaler, withScaler } from './bundle/scaler.ts';
import type { Scaler } from './bundle/scaler.ts';
import { checkClips, checkFeatures } from './rows/checkFold.ts';
import { checkLong } from './rows/long.ts';
import { acceptingNear, cutSpeakers, distancesOf } from './rows/unseen.ts';

/** Options of a training on a fold; with the fold's data they determine the result. */
export interface TrainOptions {
  /** Seed of everything random. Default 1. */
  seed?: number | string;
  /** Share of the training clips that is held out for validation. Default 0.25: with `refit` none of it is lost. */
  validationFraction?: number;
  /** Whether to split by clip or by speaker, if there are enough. Default: by clip if training and test clips share speakers, else by speaker. */
  validationBy?: 'clip' | 'speaker';
  /**
   * Whether augmented copies of the validation clips are validation rows too. The loss on a hundred clips is so noisy that the learning
   * rate is reduced long before training is finished; on four times the rows it is less so. Default true.
   */
  validationCopies?: boolean;
  /**
   * Whether the same share of the speakers of further corpora is held out from the first run too. They do not steer it; how sure the model is
   * of speakers that it has not learnt from is then measured on them as well. Default false.
   */
  validationAlso?: boolean;
  /** Weight of an augmented copy in the training, where a recording has 1. Default 1. */
  copyWeight?: number;
  /**
   * Whether to train again on all training clips, following the course that the classifier has determined with the validation clips (such as
   * its learning rates), with the same seed. Default true.
   */
  refit?: boolean;
  /**
   * Whether each clip is standardised by the statistics of its speaker's clips, without labels (`standardise`). What is then said of test
   * clips is transductive: it takes other clips of their speakers. Default false.
   */
  speakerAdapt?: boolean;
  /** Known clips of each validation speaker, dealt at random. Default: all of them. */
  speakerAdaptClips?: number;
  /**
   * Least temperature by which logits are divided. 1: calibration may flatten probabilities, but never sharpens them: mixup and smoothed labels make a
   * model too modest on its own corpora, which is just modest enough on others. Default: whatever fits the validation rows.
   */
  leastTemperature?: number;
  /** The classifier's own options (`Classifier.options`). */
  [option: string]: unknown;
}

export const TRAIN_DEFAULTS = {
  seed: 1,
  validationFraction: 0.25,
  validationCopies: true,
  refit: true,
} as const;

export interface FoldTask {
  /** Contains all clips of the fold as recorded. */
  table: TableRows;
  /** Augmented copies; those of the training clips are used. Default: no augmentation. */
  augmented?: TableRows;
  protocol: Pick<Protocol, 'name' | 'shares'>;
  fold: Pick<Fold, 'name' | 'train' | 'test'>;
  /** Default: the first of `CLASSIFIERS`. */
  classifier?: Classifier;
  /** Further clips, with or without augmented copies, for training only: nothing of them is held out for validation. */
  also?: readonly FurtherClips[];
  /** A model to continue from, with its scaler. */
  start?: StoredModel;
  /** The members of a stack that learn from tables of their own; `table` has the inputs of all of them. */
  members?: readonly MemberTask[];
}

/** A member of a stack, with its data. */
export interface MemberTask extends Pick<FoldTask, 'table' | 'augmented' | 'also'> {
  classifier: Classifier;
  options: object;
}

export type Phase = 'fit' | 'refit';

/** Where and how to run; does not change the result. */
export interface FoldContext extends Pick<FitContext, 'resume' | 'signal' | 'onNotice'> {
  /** Folder for the checkpoints of this fold. Default: nothing is written. */
  checkpoints?: string;
  onProgress?: (progress: FitProgress, phase: Phase) => void;
}

export interface TrainedFold {
  model: FittedModel;
  scaler: Scaler;
  /** With `speakerAdapt`. */
  speakerPrior?: SpeakerPrior;
  labels: readonly string[];
  /** All options, given or by default. */
  options: Record<string, unknown>;
  /** The classifier's notes of the last run. */
  notes: unknown;
  /** The classifier's paragraph for the model card. */
  description: string;
  /** Epochs of the run with the validation clips held out, if the classifier trains in epochs. */
  history?: readonly Epoch[];
  /** Epochs of the run on all training clips, if there was one. */
  refitHistory?: readonly Epoch[];
  /** The first model's predictions for the validation clips. */
  validation: Predictions;
  /** The same for all that was held out: those clips, their augmented copies, and with `validationAlso` those of further corpora. */
  unseen: Predictions & {
    /** Whether they are of speakers of their own. */
    by: 'clip' | 'speaker';
    /** Distances of the rows to the training data: only for vectors. */
    distances?: number[];
  };
  /** Final training data: clips, and rows with their augmented copies. */
  data: { clips: number; rows: number; validationClips: number; sha256: string };
}

/**
 * Trains a model on the training clips of a fold. Scaler and model use training rows only; a part of the training clips,
 * with all their augmented copies, is held out for validation. The test clips are not used.
 * @throws {SerError} `protocol` if the fold leaks or a clip is not in the table, `table` if the tables differ
 * @example
 * const actors = ['02', '04', '06', '08'];
 * const table = selectRows(await readTable('data/features/ravdess-librosa186.parquet'), ({ speaker }) => actors.includes(speaker));
 * const protocol = getProtocol('loso');
 * const [fold] = protocol.folds(table.clips);
 * const { validation } = await trainFold({ table, protocol, fold, classifier: getClassifier('svm') }, {});
 * validation.rows.length // → 60
 */
export async function trainFold(
  { members, ...task }: FoldTask,
  given: TrainOptions,
  context: FoldContext = {},
): Promise<TrainedFold> {
  if (!members) return trainOne(task, given, context);
  const { trainMembers } = await import('./members/trainMembers.ts');
  return trainMembers({ ...task, members }, given, context);
}

/** Trains a classifier that learns from one table. */
export async function trainOne(
  { table, augmented, protocol, fold, classifier = getClassifier(), also = [], start }: Omit<FoldTask, 'members'>,
  given: TrainOptions,
  { checkpoints, onProgress, ...context }: FoldContext,
): Promise<TrainedFold> {
  const {
    seed,
    validationFraction,
    validationBy,
    validationCopies,
    validationAlso,
    copyWeight = 1,
    refit,
    ...more
  } = {
    ...TRAIN_DEFAULTS,
    ...given,
  };
  const { speakerAdapt, speakerAdaptClips, leastTemperature, ...own } = more;
  const options = completeOptions(classifier, own);
  const level = table.frames ? 'frames' : 'functionals';
  checkAccepts(classifier, level, `The table of ${table.featureSet} features`);
  checkLong(classifier, [table, augmented ?? [], also.map((one) => one.table)].flat(2), speakerAdapt);
  checkLeaks(fold, protocol.shares);
  checkClips(table, fold);
  checkFeatures(table, fold);
  const labels = presentLabels(table.labels, fold.train);
  // An emotion that the protocol's clips never have cannot be tested.
  const further = also.map((one) => selectRows(one.table, ({ emotion }) => labels.includes(emotion)));
  for (const { clips } of further) checkLeaks({ name: fold.name, train: clips, test: [...fold.test] }, protocol.shares);
  const by = validationUnit(fold, protocol, validationBy);
  if (validationBy && by !== validationBy) context.onNotice?.('validation clips are split off one by one: there are not enough known speakers to hold some out'); // prettier-ignore
  const random = createRandom(`${seed}/validation`);
  const parts = cutValidation(fold.train, { fraction: validationFraction, random, by });

  const rowsOf = (clips: readonly Clip[], more: readonly TableRows[] = []): TableRows => {
    const ids = new Set(clips.map((clip) => clip.id));
    const own = [table, augmented ?? []].flat().map((one) => selectRows(one, ({ id }) => ids.has(id)));
    return joinTables(...own, ...more);
  };
  const isRecording = ({ copy }: { copy: number }): boolean => copy === 0;
  const genders = new Set(fold.train.map(({ gender }) => gender));
  const isOwn = ({ gender }: Clip): boolean => gender === null || genders.has(gender);
  const apart = validationAlso
    ? cutSpeakers(further, { fraction: validationFraction, random: createRandom(`${seed}/validation/also`), isOwn })
    : { train: further, validation: [] };
  const training = rowsOf(parts.train, apart.train);
  const heldRows = rowsOf(parts.validation);
  const held = selectRows(heldRows, isRecording);
  const steering = validationCopies ? heldRows : held;
  if (labels.length < 2) {
    throw new SerError('protocol', `the training clips of fold "${fold.name}" are all ${labels.join()}: a model needs at least two emotions.`); // prettier-ignore
  }
  const shape: Shape = { level, features: table.names.length, classes: labels.length };
  const run = async (data: TableRows, phase: Phase, refitOf?: FitNotes<unknown>) => {
    const speakerPrior = speakerAdapt ? fitSpeakerPrior(data) : undefined;
    const rows = speakerPrior ? adaptForTraining(data, speakerPrior, seed) : data;
    const scaler = start?.bundle.scaler ?? fitScaler(rows.values, shape.features);
    const adapted = speakerPrior ? adaptTable(steering, speakerPrior) : steering;
    const held = phase === 'fit' ? samplesOf(adapted, labels, scaler) : undefined;
    const samples = samplesOf(rows, labels, scaler);
    if (also.length > 0) Object.assign(samples, furtherSamples(rows, labels, also));
    samples.weights = weighCopies(samples.weights, rows, copyWeight);
    const own: FitContext = {
      ...context,
      seed,
      refitOf,
      start: start && startOf(start, classifier, table, labels),
      checkpoint: checkpoints && join(checkpoints, `${phase}.checkpoint`),
      onProgress: onProgress && ((progress) => onProgress(progress, phase)),
    };
    const result = classifier.fitLong
      ? await classifier.fitLong(shape, samples, held, options, own)
      : await classifier.fit(shape, inWhole(samples), held && inWhole(held), options, own);
    return { ...result, scaler, speakerPrior, description: classifier.describe(result, options) };
  };

  const first = await run(training, 'fit');
  const { history } = first;
  const { speakerPrior } = first;
  const groupsOf = (rows: TableRows) =>
    speakerAdaptClips === undefined ? undefined : dealtGroups(rows, speakerAdaptClips, seed);
  const predictor = { labels, speakerPrior, predictProba: withScaler(first.model, first) };
  const predict = (rows: TableRows): Predictions => predictTable(predictor, rows, protocol.name, groupsOf(rows));
  const validation = predict(held);
  const apartRows = joinTables(heldRows, ...apart.validation);
  const unseen = {
    ...acceptingNear(predict(apartRows), apartRows.clips, training.clips),
    by,
    ...(!table.frames && { distances: distancesOf(apartRows, first, groupsOf(apartRows)) }),
  };
  const describe = (data: TableRows) => ({
    clips: data.clips.filter(isRecording).length,
    rows: data.clips.length,
    validationClips: held.clips.length,
    sha256: hashTable(data),
  });
  const all = {
    seed,
    validationFraction,
    ...(validationBy && { validationBy: by }),
    validationCopies,
    ...(validationAlso && { validationAlso }),
    ...(copyWeight !== 1 && { copyWeight }),
    refit,
    ...(speakerAdapt && { speakerAdapt }),
    ...(leastTemperature !== undefined && { leastTemperature }),
    ...options,
  };
  const common = { labels, options: all, history, validation, unseen };
  if (!refit) return { ...first, ...common, data: describe(training) };

  const whole = rowsOf(fold.train, further);
  const { history: refitHistory, ...again } = await run(whole, 'refit', { notes: first.notes, history });
  return { ...again, ...common, refitHistory, data: describe(whole) };
}

function samplesOf(table: TableRows, labels: readonly string[], scaler: Scaler): Samples<Values> {
  const speakers = table.clips.map((clip) => `${clip.corpus}/${speakerOrSelf(clip)}`);
  const places = new Map([...new Set(speakers)].map((speaker, i) => [speaker, i]));
  return {
    x: inMemory(table.values)
      ? applyScaler(scaler, table.values)
      : valuesOfRows(table, (row) => applyScaler(scaler, tableVector(table, row))),
    y: Uint8Array.from(table.clips, (clip) => labels.indexOf(clip.emotion)),
    groups: Uint32Array.from(speakers, (speaker) => places.get(speaker)!),
    ...(table.frames && { frames: table.frames }),
  };
}

/** The same with values in memory, where they are already: see `checkLong`. */
const inWhole = ({ x, ...samples }: Samples<Values>): Samples => ({ ...samples, x: x.subarray(0, x.length) });
