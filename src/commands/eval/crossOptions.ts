import { DEFAULT_WORKERS } from '../../data/workers/workerPool.ts';
import { SerError } from '../../error.ts';
import { CROSS_MODELS, type CrossModel } from '../../train/crossValidation.ts';
import { getClassifier } from '../../train/classifiers/classifiers.ts';
import { FAMILY_NAMES, isFamilyName } from '../../train/families/families.ts';
import { classifierOptions, givenOptions, optionWords, typedOptions } from '../classifierOptions.ts';
import { commandLine } from '../commandLine.ts';
import {
  COPY_WEIGHT_OPTION,
  LEAST_TEMPERATURE_OPTION,
  rowOptions,
  SPEAKER_ADAPT_OPTION,
  VALIDATION_ALSO_OPTION,
  VALIDATION_BY_OPTION,
  WITH_OPTION,
} from '../experimentOptions.ts';
import { FEATURES_OPTION } from '../features/featuresOption.ts';
import { type QueueArguments, QUEUE_OPTIONS } from '../queueOptions.ts';
import { recipeOf } from '../train/recipe.ts';
import { chosenTables, type TrainingTables, TRAINING_TABLES } from '../trainingTables.ts';

/** Of `--model`: the reference system, a pair by the recipe of that family. */
const REFERENCE_MODEL = 'reference';

const inFolds = <Option extends { describe: string }>(option: Option): Option => ({
  ...option,
  describe: `${option.describe}; in cross-validation`,
});

/** Options of a cross-validation, for the commands that train in every fold of a protocol. */
export const crossOptions = () =>
  ({
    model: {
      choices: [...(Object.keys(CROSS_MODELS) as CrossModel[]), REFERENCE_MODEL],
      describe:
        'Cross-validate instead: train in every fold of the protocol. pair: one model per gender; pooled: one for both; ' +
        'pooled-gender: one for both with the speaker’s gender as input; reference: --model pair --models reference',
    },
    with: inFolds(WITH_OPTION),
    'speaker-adapt': {
      ...SPEAKER_ADAPT_OPTION,
      describe: `${SPEAKER_ADAPT_OPTION.describe}; in cross-validation, of test speakers from all of their test clips: transductive`,
    },
    'speaker-adapt-clips': {
      type: 'number',
      defaultDescription: 'all test clips',
      describe: 'Known clips of each test speaker, at most: dealt at random, the tested one among them',
    },
    'validation-by': inFolds(VALIDATION_BY_OPTION),
    'validation-also': inFolds(VALIDATION_ALSO_OPTION),
    'copy-weight': inFolds(COPY_WEIGHT_OPTION),
    'least-temperature': inFolds(LEAST_TEMPERATURE_OPTION),
    seeds: { type: 'number', default: 1, describe: 'Number of seeds of the cross-validation: 1, 2, …' },
    ...classifierOptions(),
    tuned: {
      type: 'string',
      describe: 'Folder of `ser tune`: each fold is trained with the options that were chosen on its training clips',
    },
    ...QUEUE_OPTIONS,
    processes: { type: 'number', default: DEFAULT_WORKERS, describe: 'Trainings at the same time' },
    trainings: {
      type: 'string',
      default: 'reports/trainings',
      describe: 'Folder for the results of single trainings, from which the same command continues',
    },
    ...TRAINING_TABLES,
  }) as const;

/** What a cross-validation trains. */
export interface CrossArguments extends TrainingTables, QueueArguments {
  protocol: string;
  model: CrossModel;
  features: string;
  with?: 'song';
  'speaker-adapt': boolean;
  'speaker-adapt-clips'?: number;
  'validation-by'?: 'clip' | 'speaker';
  'validation-also': boolean;
  'least-temperature'?: number;
  'copy-weight': number;
  tuned?: string;
  seeds: number;
  processes: number;
  trainings: string;
  /** Of `--data`, for the name of the report. */
  dataName?: string;
}

/**
 * The arguments by the recipe of their family, unless a classifier, features or a table are given.
 * @returns also the command, for repeating it from its report
 * @throws {SerError} `usage` for models that are not a family
 */
export async function crossArguments<
  Given extends Parameters<typeof chosenTables>[0] & { model?: string; models: string },
>(args: Given) {
  const isReference = args.model === REFERENCE_MODEL;
  const family = isReference ? REFERENCE_MODEL : args.models;
  if (!isFamilyName(family)) {
    throw new SerError('usage', `--models ${family}: a cross-validation trains, by the recipe of one of ${FAMILY_NAMES.join(', ')}.`); // prettier-ignore
  }
  const { recipe, words } = recipeOf(family, isReference ? ['models', 'model'] : ['models']);
  const model = isReference ? 'pair' : (args.model as CrossModel);
  const filled: Given = { ...args, ...recipe };
  return { ...filled, ...(await chosenTables(filled)), model, command: commandLine([], isReference ? [...words, '--model', model] : words) }; // prettier-ignore
}

/** The words of `ser eval` for a cross-validation: what was given, without defaults. */
export function crossWords(
  args: Partial<CrossArguments> & Pick<CrossArguments, 'protocol' | 'model' | 'classifier'>,
  more: Readonly<Record<string, unknown>> = {},
): string[] {
  const { features, also, augmentation, 'other-gender-weight': other = 0 } = args;
  const given = {
    ...{ protocol: args.protocol, model: args.model, seeds: args.seeds, classifier: args.classifier },
    // With --tuned they are in the tuning.
    ...(args.tuned === undefined && typedOptions(givenOptions(getClassifier(args.classifier), args))),
    features: features === FEATURES_OPTION.default ? undefined : features,
    ...{ table: args.table, 'augmented-table': args['augmented-table'], augmentation },
    ...(also && { also, 'also-weight': args['also-weight'] }),
    ...{ from: args.from, 'other-gender-weight': other > 0 ? other : undefined, with: args.with },
    ...typedOptions(rowOptions(args)),
    tuned: args.tuned,
    'speaker-adapt': args['speaker-adapt'] || undefined,
    'speaker-adapt-clips': args['speaker-adapt-clips'],
    ...more,
  };
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return ['eval', ...optionWords(Object.fromEntries(known))];
}
