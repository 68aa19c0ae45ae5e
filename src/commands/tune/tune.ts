import type { Argv } from 'yargs';
import { INNER_FOLDS_DEFAULTS } from '../../data/protocols/innerFolds.ts';
import { DEFAULT_WORKERS } from '../../data/workers/workerPool.ts';
import { CROSS_MODELS, type CrossModel } from '../../train/crossValidation.ts';
import { classifierOptions } from '../classifierOptions.ts';
import { PROTOCOL_OPTION, SPEAKER_ADAPT_OPTION, WITH_OPTION } from '../experimentOptions.ts';
import type { Arguments } from '../lazily.ts';
import { QUEUE_OPTIONS } from '../queueOptions.ts';
import { chosenTables, TRAINING_TABLES } from '../trainingTables.ts';
import { runTuning } from './runTuning.ts';

export const builder = (parser: Argv) =>
  parser
    .option('protocol', {
      ...PROTOCOL_OPTION,
      default: 'luna-5fold',
      describe: `${PROTOCOL_OPTION.describe}. Options are chosen on the training clips of each fold by itself`,
    })
    .option('fold', { type: 'string', array: true, describe: 'Names of folds', defaultDescription: 'all' })
    .option('model', {
      choices: Object.keys(CROSS_MODELS) as CrossModel[],
      default: 'pooled' as CrossModel,
      describe: 'Kind of model, as in `ser eval`; the models of a pair get the same options',
    })
    .option('with', WITH_OPTION)
    .option('speaker-adapt', SPEAKER_ADAPT_OPTION)
    .option('space', {
      type: 'string',
      defaultDescription: 'what the classifier declares (docs/tune.md)',
      describe:
        'Options to search, instead of those that the classifier declares: NAME=LOW:HIGH, NAME=log:LOW:HIGH or NAME=A|B|C, with commas between them; ' +
        'or a JSON file',
    })
    .option('trials', {
      type: 'number',
      default: 20,
      describe: 'Candidates: the options as they are, and others drawn at random',
    })
    .option('halving', {
      type: 'boolean',
      default: false,
      describe:
        'Successive halving: all candidates with a ninth of the budget (epochs, else training clips), the best third with a third, the best of these with all',
    })
    .option('inner-folds', {
      type: 'number',
      default: INNER_FOLDS_DEFAULTS.folds,
      describe: 'Parts into which the training clips of a fold are cut, to learn from all but one and score that',
    })
    .option('inner-by', {
      choices: ['speaker', 'clip'] as const,
      defaultDescription: 'clip if the protocol tests known speakers, else speaker',
      describe: 'What stays together in a part: all clips of a speaker, or single clips',
    })
    .option('seed', { type: 'number', default: 1, describe: 'Seed of candidates, inner folds and trainings' })
    .options(classifierOptions())
    .options(TRAINING_TABLES)
    .options(QUEUE_OPTIONS)
    .option('processes', { type: 'number', default: DEFAULT_WORKERS, describe: 'Trials at the same time' })
    .option('trainings', {
      type: 'string',
      default: 'reports/trainings',
      describe: 'Folder for the results of single trials, from which the same command continues',
    })
    .option('job', { type: 'string', hidden: true, describe: 'Some trials, in this process' })
    .option('out', { type: 'string', defaultDescription: 'reports/tune-…', describe: 'Folder for the result' })
    .option('json', { type: 'boolean', default: false, describe: 'Print tuning.json instead of text' })
    .example('$0 tune --classifier svm', 'C and gamma, in every fold of luna-5fold; then `ser eval … --tuned FOLDER`')
    .example('$0 tune --classifier svm --space \'C=log:1:30\' --fold "fold 1" --trials 8', 'C alone, in one fold')
    .example('$0 tune --classifier boosting --halving --trials 30', 'most candidates get a ninth of the clips')
    .example('$0 tune --classifier stack --members svm,boosting', "the members' options, such as svm.C");

/** With the tables that are read. */
export type TuneArguments = Arguments<typeof builder> & Awaited<ReturnType<typeof chosenTables>>;

export async function handler(typed: Arguments<typeof builder>): Promise<void> {
  const tables = await chosenTables(typed);
  // The processes of single trials read the tables as they are.
  const given = typed.data ? { ...typed, ...tables, data: undefined, map: undefined, 'fill-genders': false } : typed;
  return runTuning({ ...given, ...tables }, given);
}
