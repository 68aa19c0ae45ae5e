import type { Argv } from 'yargs';
import { PARTS } from '../../data/clip.ts';
import { protocolNames } from '../../data/protocols/protocols.ts';
import { DEFAULT_WORKERS } from '../../data/workers/workerPool.ts';
import { SerError } from '../../error.ts';
import { REPORT_DEFAULTS } from '../../eval/reports/report.ts';
import { CROSS_MODELS, type CrossModel } from '../../train/crossValidation.ts';
import { getClassifier } from '../../train/classifiers/classifiers.ts';
import { FAMILY_NAMES, isFamilyName } from '../../train/families/families.ts';
import { GENDER_POSTERIORS_PATH } from '../../train/gender/voices/genderPosteriors.ts';
import { classifierOptions } from '../classifierOptions.ts';
import { commandLine } from '../commandLine.ts';
import {
  BOOTSTRAP_SEED_OPTION,
  LEAST_TEMPERATURE_OPTION,
  PROTOCOL_OPTION,
  RESAMPLES_OPTION,
  SPEAKER_ADAPT_OPTION,
  COPY_WEIGHT_OPTION,
  VALIDATION_ALSO_OPTION,
  VALIDATION_BY_OPTION,
  WITH_OPTION,
} from '../experimentOptions.ts';
import type { Arguments } from '../lazily.ts';
import { MODELS_OPTION } from '../options.ts';
import { AUDIO_OPTION } from '../report/readLinks.ts';
import { chosenTables, TRAINING_TABLES } from '../trainingTables.ts';
import { recipeOf } from '../train/recipe.ts';
import { crossValidate } from './crossValidate.ts';
import { evalModels } from './evalModels.ts';
import { scorePredictions } from './scorePredictions.ts';

/** Of `--model`: the reference system, a pair by the recipe of that family. */
const REFERENCE_MODEL = 'reference';

export const builder = (parser: Argv) =>
  parser
    .positional('who', {
      choices: PARTS,
      describe:
        "Whose shipped model and clips; combined: both, each clip by the model of its speaker's true gender, then of the predicted one",
    })
    .option('models', {
      ...MODELS_OPTION,
      describe: `${MODELS_OPTION.describe}. With --model: the family whose recipe is followed where none of --classifier, --features, --table is given`,
    })
    .option('protocol', {
      ...PROTOCOL_OPTION,
      defaultDescription: 'that of the models; required with --model and --predictions',
      describe: `${PROTOCOL_OPTION.describe}. Finished models must have been trained under it`,
    })
    .option('model', {
      choices: [...(Object.keys(CROSS_MODELS) as CrossModel[]), REFERENCE_MODEL],
      describe:
        'Cross-validate instead: train in every fold of the protocol. pair: one model per gender; pooled: one for both; ' +
        'pooled-gender: one for both with the speaker’s gender as input; reference: --model pair --models reference',
    })
    .option('with', { ...WITH_OPTION, describe: `${WITH_OPTION.describe}; in cross-validation` })
    .option('speaker-adapt', {
      ...SPEAKER_ADAPT_OPTION,
      describe: `${SPEAKER_ADAPT_OPTION.describe}; in cross-validation, of test speakers from all of their test clips: transductive`,
    })
    .option('speaker-adapt-clips', {
      type: 'number',
      defaultDescription: 'all test clips',
      describe: 'Known clips of each test speaker, at most: dealt at random, the tested one among them',
    })
    .option('validation-by', {
      ...VALIDATION_BY_OPTION,
      describe: `${VALIDATION_BY_OPTION.describe}; in cross-validation`,
    })
    .option('validation-also', {
      ...VALIDATION_ALSO_OPTION,
      describe: `${VALIDATION_ALSO_OPTION.describe}; in cross-validation`,
    })
    .option('copy-weight', { ...COPY_WEIGHT_OPTION, describe: `${COPY_WEIGHT_OPTION.describe}; in cross-validation` })
    .option('least-temperature', {
      ...LEAST_TEMPERATURE_OPTION,
      describe: `${LEAST_TEMPERATURE_OPTION.describe}; in cross-validation`,
    })
    .option('predictions', {
      type: 'string',
      describe:
        'Score a CSV of any toolkit instead: clip id and predicted label, or a column of probabilities for each emotion',
    })
    .option('seeds', { type: 'number', default: 1, describe: 'Number of seeds of the cross-validation: 1, 2, …' })
    .options(classifierOptions())
    .option('tuned', {
      type: 'string',
      describe: 'Folder of `ser tune`: each fold is trained with the options that were chosen on its training clips',
    })
    .option('processes', { type: 'number', default: DEFAULT_WORKERS, describe: 'Trainings at the same time' })
    .option('trainings', {
      type: 'string',
      default: 'reports/trainings',
      describe: 'Folder for the results of single trainings, from which the same command continues',
    })
    .option('training', { type: 'string', hidden: true, describe: 'One training, in this process' })
    .options(TRAINING_TABLES)
    .default('classifier', getClassifier().name, `that of --models, else ${getClassifier().name}`)
    .default('features', TRAINING_TABLES.features.default, `that of --models, else ${TRAINING_TABLES.features.default}`)
    .option('gender-posteriors', {
      type: 'string',
      default: GENDER_POSTERIORS_PATH,
      defaultDescription: 'the committed ones',
      describe:
        'Out-of-fold predictions of the gender model for the clips: used for routing if both genders are tested',
    })
    .option('audio', AUDIO_OPTION)
    .option('out', { type: 'string', describe: 'The report folder', defaultDescription: 'reports/WHO' })
    .option('resamples', RESAMPLES_OPTION)
    .option('bootstrap-seed', BOOTSTRAP_SEED_OPTION)
    .option('max-error', {
      type: 'number',
      default: REPORT_DEFAULTS.maxError,
      describe: 'Largest share of wrong answers of a system that may say "not sure", in cross-validation',
    })
    .option('card', {
      type: 'boolean',
      default: true,
      describe:
        'Store the results with the models, in bundle.json and MODEL_CARD.md (--no-card: leave these unchanged)',
    })
    .option('json', { type: 'boolean', default: false, describe: 'Print report.json instead of text' })
    .example('$0 eval combined', 'the shipped pair on the 491 reference test clips, into reports/combined')
    .example('$0 eval combined --models reference', 'another family of shipped models')
    .example('$0 eval --protocol luna-5fold --model pair --seeds 3', 'on unseen speakers: trains 30 models, resumable')
    .example(
      '$0 eval --protocol luna-5fold --model pooled --classifier svm --speaker-adapt',
      'each speaker standardised by the own clips',
    )
    .example(
      '$0 eval --predictions theirs.csv --protocol emobox-6fold',
      'predictions of another toolkit, by the same rules',
    )
    .example('$0 eval male --models my/models --out reports/mine', 'one model of your own');

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { who, model, predictions: given } = args;
  const asked = [who, model && `--model ${model}`, given && `--predictions ${given}`].filter(Boolean);
  if (asked.length !== 1) {
    throw new SerError(
      'usage',
      'Give one of: whose models to score (male, female, combined), what to cross-validate (--model), which predictions to score (--predictions)' +
        `${asked.length > 1 ? `; ${asked.join(' and ')} are too many.` : '.'}`,
    );
  }
  if (args.with && !model) {
    throw new SerError('usage', '--with requires --model: finished models and predictions are already trained.');
  }
  if (args.tuned !== undefined && !model) {
    throw new SerError('usage', '--tuned requires --model: finished models and predictions are already trained.');
  }
  const known = args['speaker-adapt-clips'];
  if (args['speaker-adapt'] && !model) {
    throw new SerError('usage', '--speaker-adapt requires --model: finished models are adapted if they were trained with it.'); // prettier-ignore
  }
  if (known !== undefined && !(args['speaker-adapt'] && Number.isInteger(known) && known > 0)) {
    throw new SerError('usage', `--speaker-adapt-clips must be a whole number, 1 or more, with --speaker-adapt; it is ${known}.`); // prettier-ignore
  }
  if (!who) {
    if (!args.protocol) throw new SerError('usage', `Give a --protocol: ${protocolNames()} (docs/protocols.md).`); // prettier-ignore
    const { protocol } = args;
    if (given) return scorePredictions({ ...args, ...chosenTables(args), protocol, predictions: given });
    return crossValidate({ ...crossModel(args), protocol });
  }
  return evalModels({ ...args, who });
}

/** What is cross-validated, by the recipe of its family unless a classifier, features or a table are given. */
function crossModel(args: Arguments<typeof builder>) {
  const isReference = args.model === REFERENCE_MODEL;
  const family = isReference ? REFERENCE_MODEL : args.models;
  if (!isFamilyName(family)) {
    throw new SerError('usage', `--models ${family}: a cross-validation trains, by the recipe of one of ${FAMILY_NAMES.join(', ')}.`); // prettier-ignore
  }
  const { recipe, words } = recipeOf(family, isReference ? ['models', 'model'] : ['models']);
  const model = isReference ? 'pair' : (args.model as CrossModel);
  const filled: typeof args = { ...args, ...recipe };
  return { ...filled, ...chosenTables(filled), model, command: commandLine([], isReference ? [...words, '--model', model] : words) }; // prettier-ignore
}
