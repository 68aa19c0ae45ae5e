import { SerError } from '../../error.ts';
import { checkReportFolder } from '../../eval/reports/reportFolder.ts';
import { getTraining, runTraining } from '../../train/crossValidation.ts';
import { collectImportance, collectPredictions } from '../../train/collect.ts';
import type { FitProgress } from '../../train/classifiers/classifier.ts';
import { getClassifier } from '../../train/classifiers/classifiers.ts';
import type { Phase } from '../../train/trainFold.ts';
import { barPerJob } from '../barPerJob.ts';
import { commandLine } from '../commandLine.ts';
import type { CrossArguments } from './crossOptions.ts';
import { crossManifest, crossOptionsOf, planCross, runCross } from './crossTrainings.ts';
import { type ReportArguments, reportPredictions } from './reportPredictions.ts';
import { FEATURES_OPTION } from '../features/featuresOption.ts';
import { withExecutor } from '../queueOptions.ts';
import { resumable } from '../resumable.ts';

export interface CrossValidateArguments extends ReportArguments, CrossArguments {
  table: string;
  /** The command, for repeating it from its report. */
  command: string;
  out?: string;
  'keep-models': boolean;
  training?: string;
}

/** Trains in every fold of a protocol, in several processes at once, and scores the test clips of all folds together. */
export async function crossValidate(args: CrossValidateArguments): Promise<void> {
  const { training: name } = args;
  if (!(Number.isInteger(args.resamples) && args.resamples > 0)) {
    throw new SerError('usage', `--resamples must be a whole number, 1 or more; it is ${args.resamples}.`);
  }
  if (!(args['max-error'] >= 0 && args['max-error'] <= 1)) {
    throw new SerError(
      'usage',
      `--max-error must be a share between 0 and 1, such as 0.25; it is ${args['max-error']}.`,
    );
  }
  const out = args.out ?? `reports/${nameOf(args)}`;
  if (!name) checkReportFolder(out);
  const keepModels = args['keep-models'] ? commandLine() : undefined;
  crossOptionsOf(args, keepModels);
  const bars = barPerJob();
  await resumable(
    async (signal) => {
      const plan = await planCross(args, keepModels);
      const { options, tables, trainings } = plan;
      const { table } = tables;
      if (name) {
        const onProgress = ({ done, total, text }: FitProgress, phase: Phase): void =>
          bars.at(phase === 'fit' ? name : `${name}, on all clips`, done, total, text);
        await runTraining(getTraining(trainings, name), tables, options, { signal, onProgress });
        return bars.stop();
      }
      const results = await withExecutor(args, args.processes, signal, (executor, signal) =>
        runCross(args, plan, executor, signal),
      );
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
        manifest: crossManifest(args, plan, results),
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
  | 'dataName'
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
  dataName,
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
  return [protocol, model, dataName, ...others].filter(Boolean).join('-');
}
