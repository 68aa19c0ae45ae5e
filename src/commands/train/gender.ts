import { join } from 'node:path';
import type { Argv } from 'yargs';
import { checkOutFolder } from '../../files/files.ts';
import { loadEngine } from '../../train/engine/engine.ts';
import { writeGender } from '../../train/gender/training/genderOutputs.ts';
import {
  GENDER_RUN_DEFAULTS,
  type GenderRunOptions,
  prepareGender,
  prepareHead,
  runGender,
  runGenderJob,
} from '../../train/gender/training/genderRun.ts';
import { runJobs } from '../../train/gender/training/genderJobs.ts';
import type { Doubt, GenderScore } from '../../train/gender/training/genderScores.ts';
import { SHORT_DEFAULTS, trainShort, writeShortTable } from '../../train/gender/training/genderShort.ts';
import { GENDER_POSTERIORS_PATH } from '../../train/gender/voices/genderPosteriors.ts';
import { VOICE_CORPORA, VOICE_FOLDERS } from '../../train/gender/voices/voices.ts';
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
      describe: `Folder that contains ${VOICE_FOLDERS.map((folder) => `${folder}/`).join(', ')}`,
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
      describe: 'Corpora that are not learnt from, such as one that is not for commercial use',
    })
    .option('short-table', {
      type: 'boolean',
      default: false,
      describe: 'Make that table again, without training',
    })
    .option('job', { type: 'string', hidden: true, describe: 'One training of a run, in this process' })
    .option('json', { type: 'boolean', default: false, describe: 'Print the figures as JSON' })
    .example('$0 train gender --corpora ~/corpora', 'without each corpus in turn, then the model, into models/gender')
    .example('$0 train gender', 'the same command continues after Ctrl-C with the missing trainings')
    .example('$0 train gender --short', 'from the table in data/features')
    .example('$0 train gender --without ravdess --out models/open/gender', 'for the open family');

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const bars = barPerJob();
  if (!args.job && !args['short-table'])
    checkOutFolder(args.out ?? (args.short ? SHORT_DEFAULTS.out : 'models/gender'));
  if (!args.short) checkOutFolder(args.cache, '--cache');
  const options: GenderRunOptions = {
    ...{ ...GENDER_RUN_DEFAULTS, ...args },
    steps: args.steps ?? (args.short ? SHORT_DEFAULTS.steps : GENDER_RUN_DEFAULTS.steps),
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
        return print({ outOfCorpus: scores }, out, args.json);
      }
      const data = await prepareGender(options, run);
      const vectors = await prepareHead(options, run);
      bars.stop();
      const results = await runGender(data, options, (names) =>
        runCommands(
          names.map((name) => jobWords(name, options)),
          signal,
          options.processes,
        ),
      );
      const out = args.out ?? 'models/gender';
      // The local path of the corpora does not belong in a report.
      const { seed, steps, without = [] } = options;
      const words = ['npm run -s ser -- train gender --corpora FOLDER', ...without.map((name) => `--without ${name}`)];
      const command = `${words.join(' ')} --seed ${seed} --steps ${steps}`;
      // The predictions of the default model's strangers belong to the tables of the toolkit.
      const own = args.out ? join(out, 'strangers.csv') : GENDER_POSTERIORS_PATH;
      const strangers = without.length > 0 ? undefined : own;
      const engine = await loadEngine();
      const output = { ...options, out, strangers, jobs: runJobs(without), vectors, command, engine };
      print(await writeGender(results, output), out, args.json);
    },
    () => bars.stop(),
    args.short ? 'nothing of it is kept' : undefined,
  );
}

function jobWords(name: string, { corpora, cache, seed, steps, without = [] }: GenderRunOptions): string[] {
  const values = Object.entries({ job: name, corpora, cache, seed, steps });
  const words = [...values, ...without.map((corpus) => ['without', corpus] as const)];
  return ['train', 'gender', ...words.map(([key, value]) => `--${key}=${value}`)];
}

function lossNote(loss: number): string {
  return `loss ${loss.toFixed(3)}`;
}

function print(metrics: { outOfCorpus: GenderScore[]; doubt?: Doubt }, out: string, json: boolean): void {
  if (json) return console.log(JSON.stringify(metrics, null, 2));
  const { outOfCorpus, doubt } = metrics;
  const percent = (value: number): string => (100 * value).toFixed(2);
  for (const { on, protocol, n, correct, accuracy, interval, male, female } of outOfCorpus) {
    const range = interval ? `, 95 % ${percent(interval.low)}–${percent(interval.high)}` : '';
    const genders = `men ${male.correct} of ${male.n}, women ${female.correct} of ${female.n}`;
    console.log(`${on} (${protocol}): ${correct} of ${n}, ${percent(accuracy)} %${range}; ${genders}`);
  }
  if (doubt)
    console.log(
      `doubtful, P < ${doubt.below}: ${doubt.doubtful} of ${doubt.clips}, and ${doubt.marked} of the ${doubt.errors} errors`,
    );
  console.log(`→ ${out}`);
}
