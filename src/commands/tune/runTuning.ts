import { join } from 'node:path';
import { getProtocol } from '../../data/protocols/protocols.ts';
import { trainedWith } from '../../data/protocols/trainedWith.ts';
import { joinTestCorpus, openTable } from '../../data/tables/tableFile.ts';
import { SerError } from '../../error.ts';
import { checkOutFolder, jsonText, writeFileAtomic } from '../../files/files.ts';
import { type Progress, showProgress } from '../../progress.ts';
import { getClassifier } from '../../train/classifiers/classifiers.ts';
import { drawCandidates } from '../../train/tune/candidates.ts';
import { costOf, rungsOf } from '../../train/tune/halving.ts';
import { outerFolds } from '../../train/tune/outerFolds.ts';
import { search } from '../../train/tune/search.ts';
import { defaultSpace, ownOptions, readSpace } from '../../train/tune/space.ts';
import { type Executor, strangeResult } from '../../train/executor.ts';
import { findTrial, runTrial, type Trial, type TrialOptions } from '../../train/tune/trial.ts';
import { TUNING_FILE, trialsCsv, type Tuning } from '../../train/tune/tuning.ts';
import { counted } from '../../words.ts';
import { givenOptions } from '../classifierOptions.ts';
import { commandLine, optionNameOf } from '../commandLine.ts';
import { nameOf } from '../eval/crossValidate.ts';
import { withExecutor } from '../queueOptions.ts';
import { resumable } from '../resumable.ts';
import { readTrainingTables } from '../trainingTables.ts';
import type { Arguments } from '../lazily.ts';
import type { builder, TuneArguments } from './tune.ts';
import { tuningFigure } from './tuningFigure.ts';
import { tuningText } from './tuningText.ts';

/**
 * Chooses the options of a classifier on the training clips of each fold of a protocol, by trials in several processes at once.
 * @param typed  the arguments before defaults of tables
 */
export async function runTuning(args: TuneArguments, typed: Arguments<typeof builder>): Promise<void> {
  for (const what of ['trials', 'processes'] as const) {
    if (Number.isInteger(args[what]) && args[what] > 0) continue;
    throw new SerError('usage', `--${what} must be a whole number, 1 or more; it is ${args[what]}.`);
  }
  const out = args.out ?? `reports/tune-${nameOf(args)}`;
  checkOutFolder(out);
  checkOutFolder(args.trainings, '--trainings');
  const classifier = getClassifier(args.classifier);
  const given = givenOptions(classifier, args);
  const space = args.space === undefined ? defaultSpace(classifier, given) : readSpace(args.space, classifier, given);
  const candidates = drawCandidates(classifier, given, space, args);
  const rungs = args.halving ? rungsOf(candidates.length) : [{ candidates: candidates.length, share: 1 }];
  const protocol = trainedWith(getProtocol(args.protocol), args.with ? [args.with] : []);
  const inner = { folds: args['inner-folds'], by: args['inner-by'], seed: args.seed };
  const options: TrialOptions = {
    ...{ model: args.model, classifier: args.classifier, given, seed: args.seed, folder: args.trainings },
    otherGenderWeight: args['other-gender-weight'],
    train: args['speaker-adapt'] ? { speakerAdapt: true } : {},
  };
  let bar: Progress | undefined;
  await resumable(
    async (signal) => {
      const training = await readTrainingTables(args, args.job ? () => undefined : console.error);
      if (training.members) throw new SerError('usage', 'A stack whose members have features of their own is not tuned as a whole: tune a member alone, with its features.'); // prettier-ignore
      const tables = { ...training, table: await joinTestCorpus(protocol, training.table, openTable) };
      const folds = outerFolds(tables, protocol, inner, args.fold);
      if (args.job) {
        for (const job of args.job.split(',')) {
          signal.throwIfAborted();
          const [fold, candidate, rung] = job.split(':').map(Number);
          const trial: Trial = { fold: folds[fold], candidate: candidates[candidate], share: rungs[rung].share };
          await runTrial(trial, options, { signal, onNotice: () => undefined });
          console.log(job);
        }
        return;
      }
      if (candidates.length < args.trials)
        console.error(`the space has ${counted(candidates.length, 'candidate')}, no more`);
      const run = async (
        trials: readonly Trial[],
        rung: number,
        { lanes, runCommands }: Executor,
        signal: AbortSignal,
      ) => {
        const units = Math.round(rungs[rung].share / rungs[0].share);
        const missing = trials.filter((trial) => !findTrial(trial, options));
        const done = units * (trials.length - missing.length);
        if (bar) bar.tick('', done);
        else {
          console.error(`${counted(candidates.length, 'candidate')} in ${counted(folds.length, 'fold')}, ${args['inner-folds']} inner folds each, up to ${lanes} at once`); // prettier-ignore
          const total = rungs.reduce((sum, one) => sum + Math.round(costOf(one) / rungs[0].share), 0);
          bar = showProgress('trials', total * folds.length, done);
        }
        const jobs = missing.map(({ fold, candidate }) => [folds.indexOf(fold), candidates.indexOf(candidate), rung].join(':')); // prettier-ignore
        // One process for many trials: they are often shorter than its start.
        const shares = Array.from({ length: lanes }, (_, i) => jobs.filter((_, at) => at % lanes === i));
        const commands = shares.filter(({ length }) => length > 0).map((jobs) => wordsFor(args, jobs));
        await runCommands({ commands, folder: args.trainings, signal, onOutput: () => bar!.tick('', units) });
        return trials.map((trial) => {
          const result = findTrial(trial, options);
          if (result) return result;
          throw strangeResult('a trial');
        });
      };
      const scores = await withExecutor(args, args.processes, signal, (executor, signal) =>
        search(folds, candidates, rungs, (trials, rung) => run(trials, rung, executor, signal)),
      );
      bar?.stop();
      const tuning: Tuning = {
        ...{ protocol: args.protocol, model: args.model, classifier: args.classifier },
        ...{ given, space: Object.fromEntries(space), trials: candidates.length, halving: args.halving },
        ...{ innerFolds: args['inner-folds'], innerBy: folds[0].by, seed: args.seed, command: commandLine() },
        folds: scores.map(({ fold: { name, testClips }, scores: [best, ...others] }) => ({
          ...{ name, testClips, options: ownOptions(classifier, { ...given, ...best.options }) },
          trials: [best, ...others],
        })),
      };
      writeFileAtomic(join(out, 'trials.csv'), trialsCsv(tuning));
      for (const [path, content] of await tuningFigure(tuning)) writeFileAtomic(join(out, path), content);
      writeFileAtomic(join(out, TUNING_FILE), jsonText(tuning));
      console.log(args.json ? jsonText(tuning).trimEnd() : tuningText(tuning, typed, out));
      if (args.json) console.error(`trials and chart: ${out}`);
    },
    () => bar?.stop(),
  );
}

/** Options that a command for some trials has of its own, or with which it has nothing to do, and how many values follow. */
const LEFT_OUT = ['data', 'map', 'fill-genders', 'table', 'augmented-table', 'trainings', 'out', 'json', 'processes', 'queue', 'queue-host', 'queue-files', 'queue-ca']; // prettier-ignore

/** The same command for some of its trials, with the tables that it reads: the fold, the candidate and the rung of each. */
function wordsFor(args: TuneArguments, jobs: readonly string[]): string[] {
  let isLeftOut = false;
  const words = process.argv.slice(2).filter((word) => {
    const name = optionNameOf(word);
    if (name !== '') isLeftOut = LEFT_OUT.includes(name);
    return !isLeftOut;
  });
  const { table, 'augmented-table': augmented } = args;
  return [
    ...words,
    `--table=${table}`,
    ...(augmented ? [`--augmented-table=${augmented}`] : []),
    `--job=${jobs.join()}`,
  ];
}
