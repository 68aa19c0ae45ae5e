import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Clip, COMBINED, type Gender, GENDERS, isOf, type Part, presentLabels } from '../data/clip.ts';
import type { Fold, Protocol } from '../data/protocols/protocol.ts';
import { hashTable, selectRows, type TableRow } from '../data/tables/table.ts';
import type { TableRows } from '../data/tables/tableRows.ts';
import { SerError } from '../error.ts';
import { dealtGroups } from '../data/adapt/groups.ts';
import { VERSION } from '../version.ts';
import { getClassifier } from './classifiers/classifiers.ts';
import { permutationImportance } from './permutationImportance.ts';
import { overLabels, predictTable } from './predictTable.ts';
import { furtherClips, withFurther } from './rows/further.ts';
import { withLock } from '../files/lock.ts';
import { withScaler } from './bundle/scaler.ts';
import { selectiveOf } from './bundle/selective.ts';
import { temperatureOf } from './bundle/temperature.ts';
import { saveTrained } from './saveTrained.ts';
import { GENDER_FEATURES, tellGender } from './tellGender.ts';
import { readTrainingResult, type TrainingResult, writeTrainingResult } from './trainingResult.ts';
import { type FoldContext, type FoldTask, TRAIN_DEFAULTS, trainFold, type TrainOptions } from './trainFold.ts';
import { sha256 } from '../sha256.ts';

/**
 * What is cross-validated, with the models that each fold trains: one per gender; one for both; one for both with the
 * speaker's gender as an additional input. The last two are the controls that show whether gender-specific models help at all.
 */
export const CROSS_MODELS = {
  pair: GENDERS,
  pooled: ['pooled'],
  'pooled-gender': ['pooled-gender'],
} as const satisfies Record<string, readonly Member[]>;
export type CrossModel = keyof typeof CROSS_MODELS;
export type Member = Gender | 'pooled' | 'pooled-gender';

export interface CrossOptions {
  protocol: Protocol;
  model: CrossModel;
  seeds: readonly number[];
  classifier: string;
  train: Omit<TrainOptions, 'seed'>;
  /** Further options of each fold, by its name: tuned on its training clips. */
  tuned?: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Weight of the other gender's training clips in a model of one gender. Default 0: they are left out. */
  otherGenderWeight?: number;
  /** Whether results contain the permutation importance of blocks of features. Default true. */
  importance?: boolean;
  /** The command that repeats a training: with it the models are kept too, each in a folder beside its result, with this in their cards. */
  keepModels?: string;
  /** Folder for the results of single trainings, and for checkpoints of those in progress. */
  folder: string;
}

/** A model to train. Folds with the same training clips share it. */
export interface Training {
  /** Used in the names of its files. */
  name: string;
  member: Member;
  seed: number;
  fold: Pick<Fold<TableRow>, 'name' | 'train' | 'test'>;
  /** Training clips of the other gender, for a model of one gender. */
  others: readonly TableRow[];
  /** Options of its fold, which go before those of all trainings. */
  options?: Readonly<Record<string, unknown>>;
}

/** Training data and start of every training. */
export type CrossTables = Pick<FoldTask, 'table' | 'augmented' | 'also' | 'start' | 'members'>;

/**
 * All trainings of a cross-validation. Every fold's models predict its test clips of both genders.
 * @throws {SerError} `usage` for speaker adaptation of `pooled-gender`, and for keeping its models
 */
export function planTrainings(
  { table: { clips }, members }: { table: { readonly clips: readonly TableRow[] }; members?: CrossTables['members'] },
  { protocol, model, seeds, train, tuned, keepModels }: CrossOptions,
): Training[] {
  if (model === 'pooled-gender' && train.speakerAdapt) {
    throw new SerError('usage', 'Speaker adaptation would remove the gender that pooled-gender tells the model, as it is the same in all clips of a speaker: take --model pooled or pair.'); // prettier-ignore
  }
  if (model === 'pooled-gender' && members) {
    throw new SerError(
      'usage',
      'Members with features of their own are not told the gender: take --model pooled or pair.',
    );
  }
  if (model === 'pooled-gender' && keepModels !== undefined) {
    throw new SerError('usage', 'Models of pooled-gender take features that no recording has, and are not kept: take --model pooled or pair.'); // prettier-ignore
  }
  const folds = protocol.folds(clips.filter((clip) => clip.copy === 0));
  const trainings = new Map<string, Training>();
  for (const seed of seeds) {
    for (const { name: foldName, train: learnt, test } of folds) {
      for (const member of CROSS_MODELS[model]) {
        const own = learnt.filter((clip) => concerns(member, clip));
        const options = tuned?.get(foldName);
        const key = `${seed} ${member} ${JSON.stringify(options)} ${own.map((clip) => clip.id).join()}`;
        const known = trainings.get(key);
        if (known) known.fold.test.push(...test);
        else {
          const name = `${protocol.name}-${member}-${foldName}-seed-${seed}`.replaceAll(' ', '-');
          const others = learnt.filter((clip) => !concerns(member, clip));
          const fold = { name: foldName, train: own, test: [...test] };
          trainings.set(key, { name, member, seed, fold, others, ...(options && { options }) });
        }
      }
    }
  }
  return [...trainings.values()];
}

/** Whether a model learns from the clip. */
export const concerns = (member: Member, clip: Pick<Clip, 'id' | 'gender'>): boolean => isOf(partOf(member), clip);

const partOf = (member: Member): Part => (member === 'pooled' || member === 'pooled-gender' ? COMBINED : member);

/** @returns undefined if this training has not been done with these data and options, or its result is damaged, or its model is missed */
export function findTraining(
  training: Training,
  tables: CrossTables,
  options: CrossOptions,
): TrainingResult | undefined {
  const [path, fingerprint] = placeOf(training, tables, options);
  const isWhole = options.keepModels === undefined || existsSync(join(modelAt(path), 'bundle.json'));
  return isWhole ? readTrainingResult(`${path}.json`, fingerprint) : undefined;
}

/** Folder of a training's model, where it is kept. */
export const trainedModel = (training: Training, tables: CrossTables, options: CrossOptions): string =>
  modelAt(placeOf(training, tables, options)[0]);

const modelAt = (path: string): string => `${path}.model`;

/** Path of a training's files, without their extension: different for other data or options, so that runs do not overwrite each other's. */
function placeOf(training: Training, tables: CrossTables, options: CrossOptions): [path: string, fingerprint: string] {
  const fingerprint = fingerprintOf(training, tables, options);
  return [join(options.folder, `${training.name}-${fingerprint.slice(0, 8)}`), fingerprint];
}

/**
 * Does one training, continuing it after an interruption, and stores its result. If another process does the same
 * training, waits for it and returns its result.
 * @throws {SerError} `file` if the other process takes too long; else as `trainFold`
 */
export function runTraining(
  training: Training,
  tables: CrossTables,
  options: CrossOptions,
  context: Omit<FoldContext, 'checkpoints'> = {},
): Promise<void> {
  return withLock(placeOf(training, tables, options)[0], async () => {
    if (!findTraining(training, tables, options)) await trainAndTest(training, tables, options, context);
  });
}

async function trainAndTest(
  training: Training,
  tables: CrossTables,
  options: CrossOptions,
  context: Omit<FoldContext, 'checkpoints'>,
): Promise<void> {
  const began = performance.now();
  const { protocol, otherGenderWeight } = options;
  const classifier = getClassifier(options.classifier);
  const train: TrainOptions = { ...options.train, ...training.options };
  const told = (table: TableRows): TableRows => (training.member === 'pooled-gender' ? tellGender(table) : table);
  const table = told(tables.table);
  const others = [partOf(training.member), training.others, otherGenderWeight] as const;
  const also = furtherClips(tables, ...others);
  const members = tables.members && withFurther(tables.members, ...others);
  const [path, fingerprint] = placeOf(training, tables, options);
  const checkpoints = `${path}.checkpoint`;
  const task = {
    table,
    augmented: tables.augmented && told(tables.augmented),
    also: also.map((one) => ({ ...one, table: told(one.table) })),
    ...{ start: tables.start, members },
    protocol,
    fold: training.fold,
    classifier,
  };
  const trained = await trainFold(task, { ...train, seed: training.seed }, { ...context, checkpoints, resume: true });
  const tested = new Set(training.fold.test.map((clip) => clip.id));
  const { labels, model, speakerPrior, validation, unseen } = trained;
  if (options.keepModels !== undefined) {
    await saveTrained(modelAt(path), trained, {
      ...{ gender: partOf(training.member), protocol, fold: training.fold, classifier, otherGenderWeight },
      ...{ table, augmented: task.augmented, also: task.also, members, options: { ...train, seed: training.seed } },
      command: options.keepModels,
    });
  }
  const temperature = temperatureOf(unseen, train.leastTemperature);
  // A model cannot know an emotion that only test clips have.
  const all = presentLabels(table.labels, [...training.fold.train, ...training.fold.test]);
  const predictor = overLabels({ labels, speakerPrior, predictProba: withScaler(model, trained) }, all);
  const clips = selectRows(table, (row) => row.copy === 0 && tested.has(row.id));
  const own = selectRows(clips, (row) => concerns(training.member, row));
  const groupsOf = (rows: TableRows) =>
    train.speakerAdaptClips === undefined ? undefined : dealtGroups(rows, train.speakerAdaptClips, training.seed);
  const result: TrainingResult = {
    name: training.name,
    data: trained.data,
    notes: trained.notes,
    temperature,
    selective: selectiveOf(unseen, { ...unseen, temperature }),
    validation,
    test: predictTable(predictor, clips, protocol.name, groupsOf(clips)),
    // Only for vectors: the values of a frame cannot be exchanged between clips of different lengths.
    importance:
      options.importance !== false && own.clips.length > 0 && !own.frames
        ? permutationImportance(predictor, own, { seed: training.seed, groups: groupsOf(own) })
        : [],
    seconds: Math.round((performance.now() - began) / 100) / 10,
  };
  writeTrainingResult(`${path}.json`, fingerprint, result);
  rmSync(checkpoints, { recursive: true, force: true });
}

/** Identifies data and options of a training. */
export function fingerprintOf(
  { name, member, seed, fold, options }: Training,
  { table, augmented, also, start, members }: CrossTables,
  { classifier, train, otherGenderWeight = 0 }: CrossOptions,
): string {
  const ids = (clips: readonly TableRow[]): string => clips.map((clip) => clip.id).join();
  const hashOf = (one?: TableRows): string | undefined => one && (hashes.get(one) ?? remember(one));
  const tables = [table, augmented, ...(also ?? []).map((one) => one.table)].map(hashOf);
  const further = [
    ...(also ?? []).map(({ weight }) => weight),
    ...(otherGenderWeight > 0 ? [{ otherGenderWeight }] : []),
    ...(start ? [start.bundle.files] : []),
    ...(members ?? []).flatMap(({ classifier, options, also = [], ...own }) => [
      ...[classifier.name, options, also.map(({ weight }) => weight)],
      ...[own.table, own.augmented, ...also.map((one) => one.table)].map(hashOf),
    ]),
  ];
  const settings = { ...TRAIN_DEFAULTS, ...train, ...options, seed };
  const told = member === 'pooled-gender' ? [GENDER_FEATURES.length] : [];
  const parts = [VERSION, name, classifier, settings, tables, ids(fold.train), ids(fold.test), ...told, ...further];
  return sha256(JSON.stringify(parts));
}

/** Cache: there are many trainings, but few tables. */
const hashes = new WeakMap<TableRows, string>();
function remember(table: TableRows): string {
  const hash = hashTable(table);
  hashes.set(table, hash);
  return hash;
}

/** @throws {SerError} `usage` for a name that is not planned */
export function getTraining(trainings: readonly Training[], name: string): Training {
  const found = trainings.find((training) => training.name === name);
  if (!found) throw new SerError('usage', `There is no training ${name} in this cross-validation.`);
  return found;
}
