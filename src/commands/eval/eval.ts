import type { Argv } from 'yargs';
import { PARTS } from '../../data/clip.ts';
import { protocolNames } from '../../data/protocols/protocols.ts';
import { SerError } from '../../error.ts';
import { REPORT_DEFAULTS } from '../../eval/reports/report.ts';
import { getClassifier } from '../../train/classifiers/classifiers.ts';
import { GENDER_POSTERIORS_PATH } from '../../train/gender/voices/genderPosteriors.ts';
import { BOOTSTRAP_SEED_OPTION, PROTOCOL_OPTION, RESAMPLES_OPTION } from '../experimentOptions.ts';
import type { Arguments } from '../lazily.ts';
import { MODELS_OPTION } from '../options.ts';
import { AUDIO_OPTION } from '../report/readLinks.ts';
import { chosenTables, TRAINING_TABLES } from '../trainingTables.ts';
import { crossArguments, crossOptions } from './crossOptions.ts';
import { crossValidate } from './crossValidate.ts';
import { evalData } from './evalData.ts';
import { evalModels } from './evalModels.ts';
import { scorePredictions } from './scorePredictions.ts';

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
    .option('predictions', {
      type: 'string',
      describe:
        'Score a CSV of any toolkit instead: clip id and predicted label, or a column of probabilities for each emotion',
    })
    .options(crossOptions())
    .option('keep-models', {
      type: 'boolean',
      default: false,
      describe: 'Keep the model of each training beside its result, in --trainings: for `ser robustness`',
    })
    .option('training', { type: 'string', hidden: true, describe: 'One training, in this process' })
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
    .example('$0 eval --models my/models --data recordings/manifest.csv', 'finished models on any labelled recordings')
    .example(
      '$0 eval --protocol k-fold --model pooled --data a.csv --data b.csv',
      'trained and tested on recordings of your own',
    )
    .example('$0 eval male --models my/models --out reports/mine', 'one model of your own');

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { who, model, predictions: given } = args;
  const asked = [who, model && `--model ${model}`, given && `--predictions ${given}`].filter(Boolean);
  const isOnData = args.data !== undefined && !model && !given;
  if (asked.length !== 1 && !isOnData) {
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
  if (args['keep-models'] && !model) {
    throw new SerError('usage', '--keep-models requires --model: finished models are kept already.');
  }
  if ((args['speaker-adapt'] || args['speaker-adapt-clips'] !== undefined) && !model) {
    throw new SerError('usage', '--speaker-adapt requires --model: finished models are adapted if they were trained with it.'); // prettier-ignore
  }
  if (isOnData) {
    if (args.protocol !== undefined) throw new SerError('usage', `--protocol ${args.protocol} defines folds to train in: add --model, or leave it out to score finished models on all of the data.`); // prettier-ignore
    return evalData({ ...args, data: args.data! });
  }
  if (!who) {
    if (!args.protocol) throw new SerError('usage', `Give a --protocol: ${protocolNames()} (docs/protocols.md).`); // prettier-ignore
    const { protocol } = args;
    if (given) return scorePredictions({ ...args, ...(await chosenTables(args)), protocol, predictions: given });
    return crossValidate({ ...(await crossArguments(args)), protocol });
  }
  return evalModels({ ...args, who });
}
