import { speakerAdapted } from '../../data/adapt/speakerAdapted.ts';
import { getProtocol } from '../../data/protocols/protocols.ts';
import { trainedWith } from '../../data/protocols/trainedWith.ts';
import { hashTable } from '../../data/tables/table.ts';
import { joinTestCorpus, openTable } from '../../data/tables/tableFile.ts';
import { SerError } from '../../error.ts';
import type { Manifest } from '../../eval/reports/reportJson.ts';
import { checkOutFolder } from '../../files/files.ts';
import { type Progress, showProgress } from '../../progress.ts';
import { getClassifier } from '../../train/classifiers/classifiers.ts';
import { typedName } from '../../train/classifiers/options.ts';
import {
  type CrossOptions,
  type CrossTables,
  findTraining,
  planTrainings,
  type Training,
} from '../../train/crossValidation.ts';
import { type Executor, strangeResult } from '../../train/executor.ts';
import type { TrainingResult } from '../../train/trainingResult.ts';
import { readTuning, tunedOptions } from '../../train/tune/tuning.ts';
import { counted } from '../../words.ts';
import { givenOptions } from '../classifierOptions.ts';
import { rowOptions } from '../experimentOptions.ts';
import { readTrainingTables } from '../trainingTables.ts';
import { type CrossArguments, crossWords } from './crossOptions.ts';

/** The trainings of a cross-validation. */
export interface CrossPlan {
  options: CrossOptions;
  tables: CrossTables;
  trainings: Training[];
}

/**
 * Reads the data of a cross-validation and plans its trainings.
 * @param keepModels  see `CrossOptions`
 * @throws {SerError} `usage` for options that do not go together
 */
export async function planCross(args: CrossArguments, keepModels?: string): Promise<CrossPlan> {
  const options = crossOptionsOf(args, keepModels);
  const training = await readTrainingTables(args);
  const table = await joinTestCorpus(options.protocol, training.table, openTable);
  const tables = { ...training, table };
  if (args.tuned !== undefined) options.tuned = tunedOptions(readTuning(args.tuned), { ...options, table });
  return { options, tables, trainings: planTrainings(tables, options) };
}

/** Checks the arguments, before anything is read. @throws {SerError} as `planCross` */
export function crossOptionsOf(args: CrossArguments, keepModels?: string): CrossOptions {
  for (const what of ['seeds', 'processes'] as const) {
    if (Number.isInteger(args[what]) && args[what] > 0) continue;
    throw new SerError('usage', `--${what} must be a whole number, 1 or more; it is ${args[what]}.`);
  }
  checkOutFolder(args.trainings, '--trainings');
  const known = args['speaker-adapt-clips'];
  if (known !== undefined && !(args['speaker-adapt'] && Number.isInteger(known) && known > 0)) {
    throw new SerError('usage', `--speaker-adapt-clips must be a whole number, 1 or more, with --speaker-adapt; it is ${known}.`); // prettier-ignore
  }
  const trainedBy = trainedWith(getProtocol(args.protocol), args.with ? [args.with] : []);
  const adapted = args['speaker-adapt'] && { speakerAdapt: true, speakerAdaptClips: known };
  const given = givenOptions(getClassifier(args.classifier), args);
  if (args.tuned !== undefined && Object.keys(given).length > 0) {
    throw new SerError('usage', `--tuned names all options of the classifier: leave out --${typedName(Object.keys(given)[0])}.`); // prettier-ignore
  }
  return {
    protocol: adapted ? speakerAdapted(trainedBy, adapted.speakerAdaptClips) : trainedBy,
    model: args.model,
    seeds: Array.from({ length: args.seeds }, (_, i) => i + 1),
    classifier: args.classifier,
    train: { ...given, ...adapted, ...rowOptions(args) },
    folder: args.trainings,
    otherGenderWeight: args['other-gender-weight'],
    ...(keepModels !== undefined && { keepModels }),
  };
}

/**
 * Does the trainings that are missing, several at once.
 * @returns the results of all
 * @throws {SerError} `queue` if a worker has done another training than was asked for
 */
export async function runCross(
  args: CrossArguments,
  plan: CrossPlan,
  { runCommands, lanes }: Pick<Executor, 'runCommands' | 'lanes'>,
  signal: AbortSignal,
): Promise<TrainingResult[]> {
  const { options, tables, trainings } = plan;
  const missing = trainings.filter((training) => !findTraining(training, tables, options));
  if (missing.length > 0) {
    console.error(`${counted(trainings.length, 'training')}, ${missing.length} to do, up to ${lanes} at once`);
  }
  const kept = options.keepModels !== undefined && { 'keep-models': true };
  const wordsFor = ({ name }: Training): string[] => crossWords(args, { training: name, ...kept });
  let bar: Progress | undefined;
  const onDone = (): void => {
    bar ??= showProgress('trainings', trainings.length, trainings.length - missing.length);
    bar.tick();
  };
  await runCommands({ commands: missing.map(wordsFor), folder: args.trainings, signal, onDone }).finally(() =>
    bar?.stop(),
  );
  return trainings.map((training) => {
    const result = findTraining(training, tables, options);
    if (result) return result;
    throw strangeResult(training.name);
  });
}

/** What a report's manifest says of the trainings. */
export function crossManifest(
  args: CrossArguments,
  { options, tables: { augmented, also } }: CrossPlan,
  results: readonly TrainingResult[],
): Pick<Manifest, 'options' | 'seed' | 'data' | 'models'> {
  return {
    options: {
      ...{ model: options.model, features: args.features, with: args.with, classifier: args.classifier },
      ...{ also: args.also, from: args.from, otherGenderWeight: options.otherGenderWeight || undefined },
      ...options.train,
      ...(options.tuned && { tuned: Object.fromEntries(options.tuned) }),
    },
    seed: options.seeds,
    data: {
      ...(augmented && { augmented: hashTable(augmented) }),
      ...(also && { also: also.map(({ table }) => hashTable(table)).join() }),
    },
    models: Object.fromEntries(
      results.map(({ name, data, notes, temperature }) => [name, { ...data, notes, temperature }]),
    ),
  };
}
