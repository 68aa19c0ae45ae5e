import { join } from 'node:path';
import type { Argv } from 'yargs';
import { COMBINED, GENDERS } from '../../data/clip.ts';
import { ALL, getProtocol } from '../../data/protocols/protocols.ts';
import type { FitProgress } from '../../train/classifiers/classifier.ts';
import { checkModelFolder } from '../../train/bundle/bundle.ts';
import { getClassifier } from '../../train/classifiers/classifiers.ts';
import { familyFolder } from '../../train/families/families.ts';
import { TRAIN_DEFAULTS } from '../../train/trainFold.ts';
import type { Phase } from '../../train/trainFold.ts';
import { trainModel } from '../../train/trainModel.ts';
import { SerError } from '../../error.ts';
import { barPerJob } from '../barPerJob.ts';
import { classifierOptions, givenOptions } from '../classifierOptions.ts';
import { commandLine } from '../commandLine.ts';
import {
  COPY_WEIGHT_OPTION,
  LEAST_TEMPERATURE_OPTION,
  PROTOCOL_OPTION,
  SPEAKER_ADAPT_OPTION,
  VALIDATION_ALSO_OPTION,
  VALIDATION_BY_OPTION,
  rowOptions,
  WITH_OPTION,
} from '../experimentOptions.ts';
import { STATED_ERROR } from '../../train/bundle/selective.ts';
import { RECIPE_OPTION, recipeOf } from './recipe.ts';
import { joinTestCorpus, openTable } from '../../data/tables/tableFile.ts';
import { chosenTables, readTrainingTables, TRAINING_TABLES } from '../trainingTables.ts';
import type { Arguments } from '../lazily.ts';

const WHO = [...GENDERS, 'pooled'] as const;

export const builder = (parser: Argv) =>
  parser
    .positional('gender', {
      choices: WHO,
      demandOption: true,
      describe: 'Gender of the clips; pooled: one model for both',
    })
    .option('protocol', {
      ...PROTOCOL_OPTION,
      defaultDescription: 'reference; with --data none',
    })
    .option('all', {
      type: 'boolean',
      default: false,
      describe:
        'Learn from every clip, for use: the same as --protocol all. No figure can be had of such a model but on other data',
    })
    .option('models', { ...RECIPE_OPTION, alias: 'model' })
    .option('with', WITH_OPTION)
    .option('fold', { type: 'string', describe: 'Name of the fold, if the protocol has several' })
    .options(classifierOptions())
    .option('seed', { type: 'number', default: TRAIN_DEFAULTS.seed, describe: 'Same seed, same engine: same model' })
    .option('validation-fraction', {
      type: 'number',
      default: TRAIN_DEFAULTS.validationFraction,
      describe: 'Share of the training clips that is held out for validation',
    })
    .option('validation-by', VALIDATION_BY_OPTION)
    .option('validation-copies', {
      type: 'boolean',
      default: TRAIN_DEFAULTS.validationCopies,
      describe: 'Use their augmented copies for validation too, which is less noisy',
    })
    .option('validation-also', VALIDATION_ALSO_OPTION)
    .option('copy-weight', COPY_WEIGHT_OPTION)
    .option('least-temperature', LEAST_TEMPERATURE_OPTION)
    .option('stated-error', {
      type: 'number',
      default: STATED_ERROR,
      defaultDescription: '1/3',
      describe: 'Largest share of wrong answers among those of which the model is sure, on the validation rows',
    })
    .option('refit', {
      type: 'boolean',
      default: TRAIN_DEFAULTS.refit,
      describe: 'Then train again on all training clips, following the course determined with the validation clips',
    })
    .option('speaker-adapt', SPEAKER_ADAPT_OPTION)
    .options(TRAINING_TABLES)
    .default('classifier', getClassifier().name, `that of --models, else ${getClassifier().name}`)
    .default('features', TRAINING_TABLES.features.default, `that of --models, else ${TRAINING_TABLES.features.default}`)
    .option('out', {
      type: 'string',
      describe: 'The model folder',
      defaultDescription: 'models/GENDER, or models/FAMILY/GENDER',
    })
    .option('resume', { type: 'boolean', default: false, describe: 'Continue the same command after an interruption' })
    .option('json', { type: 'boolean', default: false, describe: 'Print bundle.json instead of one line' })
    .example('$0 train male', 'the male model of the reference protocol, into models/male')
    .example('$0 train male --models reference', 'the reference system’s, into models/reference/male')
    .example('$0 train female --resume', 'continues after Ctrl-C')
    .example('$0 train pooled', 'one model for voices of both genders, into models/pooled')
    .example(
      '$0 train male --all --data recordings/manifest.csv --out mine/male',
      'on recordings of your own (docs/own-corpus.md)',
    )
    .example('$0 train male --protocol luna-5fold --fold "fold 1" --out models/luna-1', 'on unseen speakers');

export async function handler(typed: Arguments<typeof builder>): Promise<void> {
  const { recipe, words } = recipeOf(typed.models, ['models', 'model']);
  const args: typeof typed = { ...typed, ...recipe };
  const { gender, fold, classifier, seed, resume, json } = args;
  const protocol = protocolOf(args);
  if (args.data && args.out === undefined) throw new SerError('usage', 'A model of --data needs a folder: name one with --out, such as mine/male.'); // prettier-ignore
  const out = args.out ?? join(familyFolder(args.models, 'models'), gender);
  checkModelFolder(out);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  // Until the process ends: npm and tsx pass the signal on, so that it arrives several times.
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);

  const bars = barPerJob();
  const onProgress = ({ done, total, text }: FitProgress, phase: Phase): void =>
    bars.at(`${gender}${phase === 'refit' ? ', on all clips' : ''}`, done, total, text);
  const command = commandLine(['out'], args.out === undefined ? [...words, `--out=${out}`] : words);
  try {
    const own = givenOptions(getClassifier(classifier), args);
    const tables = await readTrainingTables({ ...args, ...(await chosenTables(args)) });
    const data = { ...tables, table: await joinTestCorpus(getProtocol(protocol), tables.table, openTable) };
    const bundle = await trainModel(
      { gender: gender === 'pooled' ? COMBINED : gender, ...data, otherGenderWeight: args['other-gender-weight'], protocol, with: args.with && [args.with], fold, statedError: args['stated-error'], classifier, out, command }, // prettier-ignore
      {
        seed,
        validationFraction: args['validation-fraction'],
        validationCopies: args['validation-copies'],
        ...rowOptions(args),
        refit: args.refit,
        ...(args['speaker-adapt'] && { speakerAdapt: true }),
        ...own,
      },
      { resume, signal: stop.signal, onProgress, onNotice: console.error },
    );
    bars.stop();
    const { n, accuracy, uar } = bundle.validation;
    if (json) console.log(JSON.stringify(bundle, null, 2));
      else console.log(`${out}: ${gender}, ${protocol}, ${n} validation clips: accuracy ${accuracy.toFixed(3)}, UAR ${uar.toFixed(3)}`); // prettier-ignore
  } catch (error) {
    bars.stop();
    if (!stop.signal.aborted) throw error;
    console.error(`stopped; the state is kept in ${out}/.checkpoint: add --resume to the same command to continue`);
    process.exitCode = 130;
  }
}

function protocolOf({ all, data, protocol }: { all: boolean; data?: string[]; protocol?: string }): string {
  if (all && protocol !== undefined && protocol !== ALL) throw new SerError('usage', `--all learns from every clip, --protocol ${protocol} leaves some out: give one of them.`); // prettier-ignore
  if (all) return ALL;
  if (protocol === undefined && data) throw new SerError('usage', 'Say what of the data is learnt from: --all, or a --protocol with its --fold, such as --protocol k-fold --fold "fold 1".'); // prettier-ignore
  return protocol ?? 'reference';
}
