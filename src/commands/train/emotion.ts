import type { Argv } from 'yargs';
import { GENDERS } from '../../data/clip.ts';
import { PROTOCOLS } from '../../data/protocols/protocols.ts';
import { TABLE_PATHS } from '../../data/tables/table.ts';
import { readTable, readTablePair } from '../../data/tables/tableFile.ts';
import { showProgress } from '../../progress.ts';
import type { Progress } from '../../progress.ts';
import type { Epoch } from '../../train/classifiers/classifier.ts';
import { checkModelFolder } from '../../train/bundle/bundle.ts';
import { CLASSIFIERS } from '../../train/classifiers/classifiers.ts';
import { loadEngine } from '../../train/engine/engine.ts';
import { TRAIN_DEFAULTS } from '../../train/trainFold.ts';
import type { Phase } from '../../train/trainFold.ts';
import { trainModel } from '../../train/trainModel.ts';
import { commandLine } from '../commandLine.ts';
import { noCopies, WITH_OPTION } from '../options.ts';
import type { Arguments } from '../lazily.ts';

const WHO = [...GENDERS, 'pooled'] as const;

export const builder = (parser: Argv) =>
  parser
    .positional('gender', { choices: WHO, demandOption: true, describe: 'Whose clips; pooled: one model for both' })
    .option('protocol', {
      choices: PROTOCOLS.filter((one) => !one.testCorpus).map((one) => one.name),
      default: 'reference',
      describe: 'Which clips are for training',
    })
    .option('with', WITH_OPTION)
    .option('fold', { type: 'string', describe: 'Name of the fold, where the protocol has several' })
    .option('classifier', {
      choices: CLASSIFIERS.map((one) => one.name),
      default: 'cnn',
      describe: 'Kind of model',
    })
    .option('seed', { type: 'number', default: TRAIN_DEFAULTS.seed, describe: 'Same seed, same engine: same model' })
    .option('epochs', { type: 'number', default: TRAIN_DEFAULTS.epochs, describe: 'Passes over the training rows' })
    .option('batch-size', { type: 'number', default: TRAIN_DEFAULTS.batchSize, describe: 'Rows a step' })
    .option('learning-rate', {
      type: 'number',
      default: TRAIN_DEFAULTS.learningRate,
      describe: "Adam's learning rate at the start",
    })
    .option('patience', {
      type: 'number',
      default: 5,
      describe: 'Epochs without a better validation figure before the learning rate is halved',
    })
    .option('validation-fraction', {
      type: 'number',
      default: TRAIN_DEFAULTS.validationFraction,
      describe: 'Share of the training clips that steers the learning rate',
    })
    .option('validation-copies', {
      type: 'boolean',
      default: TRAIN_DEFAULTS.validationCopies,
      describe: 'Their augmented copies steer as well: less noise',
    })
    .option('steer-by', {
      choices: ['accuracy', 'loss'] as const,
      default: TRAIN_DEFAULTS.steerBy,
      describe: 'The figure of the validation clips that the learning rate follows',
    })
    .option('averaging', {
      type: 'boolean',
      default: TRAIN_DEFAULTS.averaging,
      describe: 'Keep the average of the weights over the epochs, the later ones counting more',
    })
    .option('keep', {
      choices: ['last', 'best'] as const,
      default: TRAIN_DEFAULTS.keep,
      describe: 'Weights of the last epoch, or of the best one on the validation clips',
    })
    .option('refit', {
      type: 'boolean',
      default: TRAIN_DEFAULTS.refit,
      describe: 'Then train again on all training clips by the same learning rates',
    })
    .option('table', {
      type: 'string',
      default: TABLE_PATHS.original,
      defaultDescription: 'the committed one',
      describe: 'Features of the clips',
    })
    .option('augmented-table', {
      type: 'string',
      default: TABLE_PATHS.augmented,
      defaultDescription: 'the committed one',
      describe: 'Features of their augmented copies',
    })
    .option('augmentation', {
      type: 'boolean',
      default: true,
      describe: 'Learn from the augmented copies too (--no-augmentation: clips as recorded only)',
    })
    .option('out', { type: 'string', describe: 'The model folder', defaultDescription: 'models/GENDER' })
    .option('resume', { type: 'boolean', default: false, describe: 'Go on where the same command was interrupted' })
    .option('threads', {
      type: 'number',
      default: 1,
      describe: 'Threads of one operation; another number, other last bits',
    })
    .option('json', { type: 'boolean', default: false, describe: 'Print bundle.json instead of one line' })
    .example('$0 train male', 'the male model of the reference protocol, into models/male')
    .example('$0 train female --resume', 'goes on after Ctrl-C')
    .example('$0 train pooled', 'one model for voices of both genders, into models/pooled')
    .example('$0 train male --protocol luna-5fold --fold "fold 1" --out models/luna-1', 'on unseen speakers');

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { gender, protocol, fold, classifier, seed, epochs, resume, json } = args;
  const out = args.out ?? `models/${gender}`;
  checkModelFolder(out);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  // Until the process ends: npm and tsx pass the signal on, so that it comes several times.
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);

  let phase: Phase | undefined;
  let bar: Progress | undefined;
  const onEpoch = (epoch: Epoch, of: Phase): void => {
    if (of !== phase) {
      bar?.stop();
      bar = showProgress(`${gender}${of === 'refit' ? ', on all clips' : ''}`, epochs);
      phase = of;
    }
    bar?.tick(describeEpoch(epoch));
  };
  const command = commandLine(['out']);
  try {
    const [engine, [table, augmented]] = await Promise.all([
      loadEngine({ threads: args.threads }),
      args.augmentation ? readTablePair(args.table, args['augmented-table']) : [await readTable(args.table)],
    ]);
    if (engine.notice) console.error(engine.notice);
    if (args.augmentation && !augmented) console.error(noCopies(args['augmented-table']));
    const bundle = await trainModel(
      { gender: gender === 'pooled' ? 'all' : gender, table, augmented, protocol, with: args.with && [args.with], fold, classifier, out, command }, // prettier-ignore
      {
        seed,
        epochs,
        batchSize: args['batch-size'],
        learningRate: args['learning-rate'],
        plateau: { patience: args.patience },
        validationFraction: args['validation-fraction'],
        validationCopies: args['validation-copies'],
        steerBy: args['steer-by'],
        averaging: args.averaging,
        keep: args.keep,
        refit: args.refit,
      },
      { engine, resume, signal: stop.signal, onEpoch },
    );
    bar?.stop();
    const { n, accuracy, uar } = bundle.validation;
    if (json) console.log(JSON.stringify(bundle, null, 2));
      else console.log(`${out}: ${gender}, ${protocol}, ${n} validation clips: accuracy ${accuracy.toFixed(3)}, UAR ${uar.toFixed(3)}`); // prettier-ignore
  } catch (error) {
    bar?.stop();
    if (!stop.signal.aborted) throw error;
    console.error(`stopped; the epochs done are kept in ${out}/.checkpoint: add --resume to the same command to go on`);
    process.exitCode = 130;
  }
}

function describeEpoch({ loss, accuracy, validationAccuracy }: Epoch): string {
  const held = validationAccuracy === undefined ? '' : ` val accuracy ${validationAccuracy.toFixed(3)}`;
  return `loss ${loss.toFixed(3)} accuracy ${accuracy.toFixed(3)}${held}`;
}
