import { expectArgument, expectOneOf, isObject, isText } from '../messages/arguments.ts';
import { existsSync } from 'node:fs';
import { type Channel, type Clip, isOf, type Part, PARTS } from '../data/clip.ts';
import { getProtocol } from '../data/protocols/protocols.ts';
import { trainedWith } from '../data/protocols/trainedWith.ts';
import { expectTable, selectRows } from '../data/tables/table.ts';
import type { TableRows } from '../data/tables/tableRows.ts';
import { SerError } from '../error.ts';
import { checkModelFolder, checkpointsOf, readBundle } from './bundle/bundle.ts';
import type { Bundle } from './bundle/bundle.ts';
import { getClassifier } from './classifiers/classifiers.ts';
import { withLock } from '../files/lock.ts';
import { recordCost } from './bundle/testResults.ts';
import { saveTrained } from './saveTrained.ts';
import { trainFold } from './trainFold.ts';
import { type FurtherClips, furtherClips, type StoredModel, withFurther } from './rows/further.ts';
import type { FoldContext, MemberTask, TrainOptions } from './trainFold.ts';

/** The model to train, and its folder. */
export interface ModelTask {
  /** Gender of the training and test clips. `combined`: one pooled model. */
  gender: Part;
  /** Clips as recorded. */
  table: TableRows;
  /** Their augmented copies. Default: no augmentation. */
  augmented?: TableRows;
  /** Default `reference`. */
  protocol?: string;
  /** Further channels to train on; see `trainedWith`. Default none. */
  with?: readonly Channel[];
  /** Name of the fold, for a protocol that has several. */
  fold?: string;
  /** Its name. Default: the first of `CLASSIFIERS`. */
  classifier?: string;
  /** Further training clips, and a model to continue from; see `trainFold`. */
  also?: readonly FurtherClips[];
  /** Weight of the other gender's training clips. Default 0: they are left out. */
  otherGenderWeight?: number;
  start?: StoredModel;
  /** The members of a stack that learn from tables of their own; see `trainFold`. */
  members?: readonly MemberTask[];
  /** Largest share of wrong answers among those of which the model is sure, on its validation rows. Default 1/3. */
  statedError?: number;
  /** The model folder. */
  out: string;
  /** The command that trains it again, for the card. */
  command: string;
}

export type ModelContext = Omit<FoldContext, 'checkpoints'>;

/**
 * Trains a model on one fold of a protocol and writes its folder. Meanwhile the folder contains a checkpoint of the last epoch.
 * @returns the content of `bundle.json`
 * @throws {SerError} `usage` for an unknown fold or a folder with other files, `file` if another process trains into it; else
 * see `trainFold`
 * @example
 * const actors = ['02', '04', '06', '08'];
 * const table = selectRows(await readTable('data/features/ravdess-librosa186.parquet'), ({ speaker }) => actors.includes(speaker));
 * const task = { table, gender: 'female', protocol: 'loso', fold: 'speaker 02', classifier: 'svm', out: 'model', command: 'node train.js' };
 * const bundle = await trainModel(task, {});
 * [bundle.classifier, bundle.data.clips] // → ['svm', 180]
 */
export async function trainModel(task: ModelTask, options: TrainOptions, context: ModelContext = {}): Promise<Bundle> {
  expectArgument(isObject(task) && isText(task.out), 'trainModel: task', 'an object with at least { gender, table, out, command }', task); // prettier-ignore
  expectTable(task.table, 'trainModel: task.table');
  expectOneOf(task.gender ?? null, 'trainModel: task.gender', PARTS);
  expectArgument(isObject(options), 'trainModel: options', 'an object; {} for the defaults', options);
  checkModelFolder(task.out);
  return withLock(task.out, () => trainAndSave(task, options, context));
}

async function trainAndSave(task: ModelTask, options: TrainOptions, context: ModelContext): Promise<Bundle> {
  const { gender, augmented, start, out, command, otherGenderWeight = 0 } = task;
  const isOwn = (clip: Clip): boolean => isOf(gender, clip);
  const table = otherGenderWeight > 0 ? task.table : selectRows(task.table, isOwn);
  const protocol = trainedWith(getProtocol(task.protocol ?? 'reference'), task.with ?? []);
  const folds = protocol.folds(table.clips.filter((clip) => clip.copy === 0));
  const fold = folds.length === 1 && !task.fold ? folds[0] : folds.find((one) => one.name === task.fold);
  if (!fold) {
    const names = folds.map((one) => `"${one.name}"`).join(', ');
    throw new SerError(
      'usage',
      `${task.fold ? `${protocol.name} has no fold "${task.fold}"; it` : protocol.name} has the folds ${names}: say which one to train on with --fold.`,
    );
  }

  const classifier = getClassifier(task.classifier);
  const others = fold.train.filter((clip) => !isOwn(clip));
  const also = furtherClips(task, gender, others, otherGenderWeight);
  const members = task.members && withFurther(task.members, gender, others, otherGenderWeight);
  const own = { name: fold.name, train: fold.train.filter(isOwn), test: fold.test.filter(isOwn) };
  const isWhole = !(context.resume && existsSync(checkpointsOf(out)));
  const began = performance.now();
  const trained = await trainFold(
    { table, augmented, protocol, fold: own, classifier, also, start, members },
    options,
    {
      ...context,
      checkpoints: checkpointsOf(out),
    },
  );
  const seconds = (performance.now() - began) / 1000;
  const origin = {
    gender,
    table,
    augmented,
    also,
    members,
    protocol,
    fold: own,
    classifier,
    otherGenderWeight,
    command,
  };
  await saveTrained(out, trained, { ...origin, options, statedError: task.statedError });
  await recordCost(out, isWhole ? seconds : undefined);
  return readBundle(out);
}
