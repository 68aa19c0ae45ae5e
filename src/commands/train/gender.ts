import { join } from 'node:path';
import type { Argv } from 'yargs';
import { SerError } from '../../error.ts';
import { checkOutFolder } from '../../files/files.ts';
import { loadEngine } from '../../train/engine/engine.ts';
import { OUT_OF_FOLD_FILE, writeGender } from '../../train/gender/training/genderOutputs.ts';
import {
  GENDER_RUN_DEFAULTS,
  type GenderRunOptions,
  prepareGender,
  runGender,
  runGenderJob,
} from '../../train/gender/training/genderRun.ts';
import type { GenderScore } from '../../train/gender/training/genderScores.ts';
import { SHORT_DEFAULTS, trainShort, writeShortTable } from '../../train/gender/training/genderShort.ts';
import { VOICE_CORPORA } from '../../train/gender/voices/voices.ts';
import { runCommands } from '../../train/processes.ts';
import { barPerJob } from '../barPerJob.ts';
import { resumable } from '../resumable.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .option('corpora', {
      type: 'string',
      default: process.env.SER_CORPORA ?? 'data/raw/corpora',
      defaultDescription: 'SER_CORPORA, else data/raw/corpora',
      describe: 'Folder that contains ravdess/, librispeech-mini/ and emodb/',
    })
    .option('folds', {
      type: 'number',
      default: GENDER_RUN_DEFAULTS.folds,
      describe: 'Folds of the cross-validation over all speakers',
    })
    .option('cross-corpus', {
      type: 'boolean',
      default: GENDER_RUN_DEFAULTS.crossCorpus,
      describe: 'Also train on two corpora and test on the third',
    })
    .option('out', {
      type: 'string',
      defaultDescription: 'models/gender; with --short: reports/gender-short',
      describe: 'Folder for model, card and figures',
    })
    .option('cache', {
      type: 'string',
      default: GENDER_RUN_DEFAULTS.cache,
      describe: 'Folder for the tables of voices and the results of single trainings, 1.4 GB',
    })
    .option('seed', { type: 'number', default: GENDER_RUN_DEFAULTS.seed, describe: 'Same seed: same model' })
    .option('steps', {
      type: 'number',
      defaultDescription: `${GENDER_RUN_DEFAULTS.steps}; with --short: ${SHORT_DEFAULTS.steps}`,
      describe: 'Batches per training',
    })
    .option('processes', {
      type: 'number',
      default: GENDER_RUN_DEFAULTS.processes,
      describe: 'Trainings at the same time',
    })
    .option('resume', {
      type: 'boolean',
      default: GENDER_RUN_DEFAULTS.resume,
      describe: 'Keep the finished trainings of an interrupted run (--no-resume: start again)',
    })
    .option('short', {
      type: 'boolean',
      default: false,
      describe: 'A small model in a few minutes, from the table that is part of the toolkit, without audio',
    })
    .option('without', {
      choices: VOICE_CORPORA,
      array: true,
      describe: 'With --short: corpora that are not learnt from, such as one that is not for commercial use',
    })
    .option('short-table', {
      type: 'boolean',
      default: false,
      describe: 'Make that table again, without training',
    })
    .option('job', { type: 'string', hidden: true, describe: 'One training of a run, in this process' })
    .option('json', { type: 'boolean', default: false, describe: 'Print the figures as JSON' })
    .example('$0 train gender --corpora ~/corpora', 'all folds and corpora, then the model, into models/gender')
    .example('$0 train gender', 'the same command continues after Ctrl-C with the missing trainings')
    .example('$0 train gender --short', 'from the table in data/features')
    .example('$0 train gender --short --without ravdess --out models/open/gender', 'for the open family');

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const bars = barPerJob();
  if (args.without && !args.short) throw new SerError('usage', '--without goes with --short: the whole training takes all corpora.'); // prettier-ignore
  if (!args.job && !args['short-table'])
    checkOutFolder(args.out ?? (args.short ? SHORT_DEFAULTS.out : 'models/gender'));
  if (!args.short) checkOutFolder(args.cache, '--cache');
  const options: GenderRunOptions = {
    ...{ ...GENDER_RUN_DEFAULTS, ...args },
    steps: args.steps ?? (args.short ? SHORT_DEFAULTS.steps : GENDER_RUN_DEFAULTS.steps),
    crossCorpus: args['cross-corpus'],
  };
  await resumable(
    async (signal) => {
      let total = 0;
      const onStart = (clips: number, done: number): void => bars.at('tables', done, (total = clips));
      const onClip = (): void => bars.at('tables', undefined, total);
      const run = { signal, onStart, onClip };
      if (args.job) {
        const engine = await loadEngine();
        const onStep = (step: number, loss: number, steps: number): void =>
          bars.at(args.job!.padEnd(17), step, steps, lossNote(loss));
        await runGenderJob(args.job, options, { engine, signal, onStep });
        return bars.stop();
      }
      if (args['short-table']) return writeShortTable((await prepareGender(options, run)).tables[0]);
      if (args.short) {
        const engine = await loadEngine();
        const onStep = (step: number, loss: number, steps: number): void =>
          bars.at('training', step, steps, lossNote(loss));
        const out = args.out ?? SHORT_DEFAULTS.out;
        const scores = await trainShort({ ...options, out }, { engine, signal, onStep });
        bars.stop();
        return print({ outOfFold: scores }, out, args.json);
      }
      const data = await prepareGender(options, run);
      bars.stop();
      const words = (names: string[]) => names.map((name) => jobWords(name, options));
      const results = await runGender(data, options, (names) => runCommands(words(names), signal, options.processes));
      const out = args.out ?? 'models/gender';
      // The local path of the corpora does not belong in a report.
      const { folds, seed, steps } = options;
      const command = `npm run -s ser -- train gender --corpora FOLDER --folds ${folds} --seed ${seed} --steps ${steps}`;
      const outOfFold = args.out ? join(args.out, 'out-of-fold.csv') : OUT_OF_FOLD_FILE;
      const engine = await loadEngine();
      print(await writeGender(results, { ...options, out, outOfFold, command, engine }), out, args.json);
    },
    () => bars.stop(),
    args.short ? 'nothing of it is kept' : undefined,
  );
}

function jobWords(name: string, { corpora, folds, crossCorpus, cache, seed, steps }: GenderRunOptions): string[] {
  const values = { job: name, corpora, folds, 'cross-corpus': crossCorpus, cache, seed, steps };
  return ['train', 'gender', ...Object.entries(values).map(([key, value]) => `--${key}=${value}`)];
}

function lossNote(loss: number): string {
  return `loss ${loss.toFixed(3)}`;
}

function print(metrics: { outOfFold: GenderScore[]; crossCorpus?: GenderScore[] }, out: string, json: boolean): void {
  if (json) return console.log(JSON.stringify(metrics, null, 2));
  for (const { on, protocol, n, correct, accuracy, interval } of [
    ...metrics.outOfFold,
    ...(metrics.crossCorpus ?? []),
  ]) {
    const range = interval ? `, 95 % ${(100 * interval.low).toFixed(2)}–${(100 * interval.high).toFixed(2)}` : '';
    console.log(`${on} (${protocol}): ${correct} of ${n}, ${(100 * accuracy).toFixed(2)} %${range}`);
  }
  console.log(`→ ${out}`);
}
