import { getProtocol } from '../../data/protocols/protocols.ts';
import { speakerAdapted } from '../../data/adapt/speakerAdapted.ts';
import { hashTable } from '../../data/tables/table.ts';
import { trainedWith } from '../../data/protocols/trainedWith.ts';
import { joinTestCorpus } from '../../data/tables/tableFile.ts';
import { SerError } from '../../error.ts';
import { checkReportFolder } from '../../eval/reports/reportFolder.ts';
import {
  type CrossModel,
  type CrossOptions,
  findTraining,
  getTraining,
  planTrainings,
  runTraining,
} from '../../train/crossValidation.ts';
import { collectImportance, collectPredictions } from '../../train/collect.ts';
import { checkOutFolder } from '../../files/files.ts';
import { runCommands } from '../../train/processes.ts';
import type { FitProgress } from '../../train/classifiers/classifier.ts';
import { getClassifier } from '../../train/classifiers/classifiers.ts';
import { typedName } from '../../train/classifiers/options.ts';
import { readTuning, tunedOptions } from '../../train/tune/tuning.ts';
import type { Phase } from '../../train/trainFold.ts';
import { counted } from '../../words.ts';
import { barPerJob } from '../barPerJob.ts';
import { rowOptions } from '../experimentOptions.ts';
import { givenOptions, optionWords, typedOptions } from '../classifierOptions.ts';
import { readTrainingTables, type TrainingTables } from '../trainingTables.ts';
import { type ReportArguments, reportPredictions } from './reportPredictions.ts';
import { FEATURES_OPTION } from '../features/featuresOption.ts';
import { resumable } from '../resumable.ts';

export interface CrossValidateArguments extends ReportArguments, TrainingTables {
  protocol: string;
  with?: 'song';
  'speaker-adapt': boolean;
  'speaker-adapt-clips'?: number;
  'validation-by'?: 'clip' | 'speaker';
  'validation-also': boolean;
  'least-temperature'?: number;
  'copy-weight': number;
  model: CrossModel;
  /** The command, for repeating it from its report. */
  command: string;
  seeds: number;
  processes: number;
  features: string;
  out?: string;
  trainings: string;
  training?: string;
  tuned?: string;
}

/** Trains in every fold of a protocol, in several processes at once, and scores the test clips of all folds together. */
export async function crossValidate(args: CrossValidateArguments): Promise<void> {
  const { protocol, model, processes, training: name } = args;
  for (const what of ['seeds', 'processes', 'resamples'] as const) {
    if (Number.isInteger(args[what]) && args[what] > 0) continue;
    throw new SerError('usage', `--${what} must be a whole number, 1 or more; it is ${args[what]}.`);
  }
  if (!(args['max-error'] >= 0 && args['max-error'] <= 1)) {
    throw new SerError(
      'usage',
      `--max-error must be a share between 0 and 1, such as 0.25; it is ${args['max-error']}.`,
    );
  }
  const out = args.out ?? `reports/${nameOf(args)}`;
  if (!name) checkReportFolder(out);
  checkOutFolder(args.trainings, '--trainings');
  const trainedBy = trainedWith(getProtocol(protocol), args.with ? [args.with] : []);
  const adapted = args['speaker-adapt'] && { speakerAdapt: true, speakerAdaptClips: args['speaker-adapt-clips'] };
  const given = givenOptions(getClassifier(args.classifier), args);
  const tuning = args.tuned === undefined ? undefined : readTuning(args.tuned);
  if (tuning && Object.keys(given).length > 0) {
    throw new SerError('usage', `--tuned names all options of the classifier: leave out --${typedName(Object.keys(given)[0])}.`); // prettier-ignore
  }
  const options: CrossOptions = {
    protocol: adapted ? speakerAdapted(trainedBy, adapted.speakerAdaptClips) : trainedBy,
    model,
    seeds: Array.from({ length: args.seeds }, (_, i) => i + 1),
    classifier: args.classifier,
    train: { ...given, ...adapted, ...rowOptions(args) },
    folder: args.trainings,
    otherGenderWeight: args['other-gender-weight'],
  };
  const bars = barPerJob();
  await resumable(
    async (signal) => {
      const training = await readTrainingTables(args);
      const { augmented, also } = training;
      const table = await joinTestCorpus(options.protocol, training.table);
      const tables = { ...training, table };
      if (tuning) options.tuned = tunedOptions(tuning, { ...options, table });
      const trainings = planTrainings(tables, options);
      if (name) {
        const onProgress = ({ done, total, text }: FitProgress, phase: Phase): void =>
          bars.at(phase === 'fit' ? name : `${name}, on all clips`, done, total, text);
        await runTraining(getTraining(trainings, name), tables, options, { signal, onProgress });
        return bars.stop();
      }
      const missing = trainings.filter((training) => !findTraining(training, tables, options));
      if (missing.length > 0) {
        console.error(`${counted(trainings.length, 'training')}, ${missing.length} to do, ${processes} at once`);
      }
      const commands = missing.map((training) => wordsFor(training.name, args));
      await runCommands(commands, signal, processes);
      const results = trainings.map((training) => findTraining(training, tables, options)!);
      const predictions = collectPredictions(trainings, results, tables, options);
      await reportPredictions(args, {
        kind: 'cross-validation',
        ...{ out, protocol: options.protocol, table, predictions },
        route: true,
        // Computed for all emotions of the models: with fewer it would describe a different system.
        importance:
          options.protocol.testCorpus || table.frames ? undefined : collectImportance(trainings, results, table.names),
        notes: options.tuned ? ['The options of each fold were chosen on its training clips alone.'] : [],
        command: args.command,
        manifest: {
          options: {
            model,
            features: args.features,
            with: args.with,
            classifier: args.classifier,
            also: args.also,
            from: args.from,
            otherGenderWeight: options.otherGenderWeight || undefined,
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
        },
      });
    },
    () => bars.stop(),
  );
}

export type NamedArguments = Pick<
  CrossValidateArguments,
  | 'protocol'
  | 'model'
  | 'features'
  | 'classifier'
  | 'with'
  | 'augmentation'
  | 'speaker-adapt'
  | 'speaker-adapt-clips'
  | 'other-gender-weight'
  | 'tuned'
>;

/** Name of the report: protocol and model, then options that differ from the defaults. */
export function nameOf({
  protocol,
  model,
  features,
  classifier,
  with: channel,
  augmentation,
  'speaker-adapt': adapt,
  'speaker-adapt-clips': clips,
  'other-gender-weight': other,
  tuned,
}: NamedArguments): string {
  const usual = getClassifier(classifier).augmentation;
  const others = [
    features === FEATURES_OPTION.default ? undefined : features,
    classifier === getClassifier().name ? undefined : classifier,
    channel && `with-${channel}`,
    other > 0 && 'other-gender',
    (augmentation ?? usual) !== usual && (augmentation ? 'augmented' : 'not-augmented'),
    adapt && `speaker-adapted${clips === undefined ? '' : `-${clips}`}`,
    tuned && 'tuned',
  ];
  return [protocol, model, ...others.filter(Boolean)].join('-');
}

/** The same command for one of its trainings. */
function wordsFor(training: string, args: CrossValidateArguments): string[] {
  const {
    protocol,
    model,
    seeds,
    classifier,
    features,
    table,
    'augmented-table': copies,
    augmentation,
    also,
    'also-weight': weight,
    'other-gender-weight': other,
    from,
    trainings,
  } = args;
  const values = {
    protocol,
    model,
    seeds,
    classifier,
    ...typedOptions(givenOptions(getClassifier(classifier), args)),
    features,
    table,
    ...(copies && { 'augmented-table': copies }),
    ...(augmentation !== undefined && { augmentation }),
    ...(also && { also, 'also-weight': weight }),
    ...(from && { from }),
    ...(other > 0 && { 'other-gender-weight': other }),
    trainings,
    training,
    ...(args.with && { with: args.with }),
    ...typedOptions(rowOptions(args)),
    ...(args.tuned && { tuned: args.tuned }),
    ...(args['speaker-adapt'] && { 'speaker-adapt': true }),
    ...(args['speaker-adapt-clips'] !== undefined && { 'speaker-adapt-clips': args['speaker-adapt-clips'] }),
  };
  return ['eval', ...optionWords(values)];
}
