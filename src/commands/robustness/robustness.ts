import { rmSync } from 'node:fs';
import type { Argv } from 'yargs';
import { defaultCorpusFolder, scanCorpus } from '../../data/corpora/buildCorpus.ts';
import { checkNoises, CONDITIONS, getCondition } from '../../data/perturb/conditions.ts';
import { PERTURB_DEFAULTS, perturbTables, possibleConditions } from '../../data/perturb/perturbTables.ts';
import { testedCorpus } from '../../data/protocols/protocol.ts';
import type { CorpusScan } from '../../data/corpora/corpus.ts';
import { dataClips } from '../../data/sources/dataClips.ts';
import { getCorpus } from '../../data/corpora/corpora.ts';
import { hashTable } from '../../data/tables/table.ts';
import { SerError } from '../../error.ts';
import { countOverlap } from '../../eval/statistics/overlap.ts';
import { checkReportFolder } from '../../eval/reports/reportFolder.ts';
import { installedVersions } from '../../eval/reports/versions.ts';
import { conditionLines } from '../../eval/text/conditionLines.ts';
import { printableName } from '../../messages/printable.ts';
import { type Progress, showProgress } from '../../progress.ts';
import { createRandom } from '../../random.ts';
import { getClassifier } from '../../train/classifiers/classifiers.ts';
import { counted } from '../../words.ts';
import { clipsOf } from '../clipsOf.ts';
import { commandLine } from '../commandLine.ts';
import { crossArguments, crossOptions } from '../eval/crossOptions.ts';
import { crossOptionsOf } from '../eval/crossTrainings.ts';
import { nameOf } from '../eval/crossValidate.ts';
import { BOOTSTRAP_SEED_OPTION, PROTOCOL_OPTION, RESAMPLES_OPTION } from '../experimentOptions.ts';
import { type DataArguments, sourceOptions } from '../data/dataOption.ts';
import type { Arguments } from '../lazily.ts';
import { MODELS_OPTION, RESUME_OPTION, WORKERS_OPTION } from '../options.ts';
import { withExecutor } from '../queueOptions.ts';
import { resumable } from '../resumable.ts';
import { TRAINING_TABLES } from '../trainingTables.ts';
import { dataModels, finishedModels, foldModels } from './models.ts';

export const builder = (parser: Argv) =>
  parser
    .option('audio', {
      alias: 'corpus',
      type: 'string',
      defaultDescription: '$SER_CORPORA/CORPUS, else data/raw/CORPUS',
      describe: 'Folder with the recordings of the corpus',
    })
    .option('models', {
      ...MODELS_OPTION,
      describe: `${MODELS_OPTION.describe}. With --model: the family whose recipe is followed, as in \`ser eval\``,
    })
    .option('protocol', {
      ...PROTOCOL_OPTION,
      defaultDescription: 'that of the models; required with --model',
      describe: `${PROTOCOL_OPTION.describe}. Finished models must have been trained under it`,
    })
    .options(crossOptions())
    .option('table', {
      type: 'string',
      defaultDescription: 'that of the models’ corpus and features',
      describe: 'Feature table on which the models were trained: lists the clips',
    })
    .default('classifier', getClassifier().name, `that of --models, else ${getClassifier().name}`)
    .default('features', TRAINING_TABLES.features.default, `that of --models, else ${TRAINING_TABLES.features.default}`)
    .option('conditions', {
      type: 'string',
      array: true,
      defaultDescription: 'all of them; those of recorded noise with --noise',
      describe: `Any of ${CONDITIONS.map(({ name }) => name).join(', ')}; clean is always included`,
    })
    .option('noise', { type: 'string', describe: 'Folder of recordings of noise, for the conditions recorded-noise-…' })
    .option('clips', {
      type: 'number',
      describe: 'Number of test clips, drawn with the seed',
      defaultDescription: 'all',
    })
    .option('workers', WORKERS_OPTION)
    .option('seed', {
      type: 'number',
      default: PERTURB_DEFAULTS.seed,
      describe: 'Seed of noise, rooms and drawn clips',
    })
    .option('out', {
      type: 'string',
      defaultDescription: 'reports/robustness, with --model reports/robustness-PROTOCOL-MODEL',
      describe: 'The report folder',
    })
    .option('resamples', RESAMPLES_OPTION)
    .option('bootstrap-seed', BOOTSTRAP_SEED_OPTION)
    .option('resume', RESUME_OPTION)
    .option('json', { type: 'boolean', default: false, describe: 'Print report.json instead of text' })
    .example('$0 robustness', 'the shipped pair on the 491 reference test clips under all conditions')
    .example('$0 robustness --clips 50 --out reports/quick', 'a first look')
    .example('$0 robustness --conditions noise-10 mp3-64 --json', 'some conditions, for another program')
    .example(
      '$0 robustness --protocol luna-5fold --model pooled --noise my/noises',
      'on unseen speakers, in recorded noise too: by the models of a cross-validation',
    )
    .example('$0 robustness --models my/models --data recordings/manifest.csv', 'on recordings of your own')
    .example('$0 robustness --models my/models --audio ~/audio', 'your own models and audio')
    .epilogue(
      'Exit code 1 if a clip could not be analysed; it is left out of all conditions, and the others are scored.',
    );

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { clips: count, seed, workers, resamples } = args;
  if (count !== undefined && !(Number.isInteger(count) && count > 0))
    throw new SerError('usage', `--clips must be a whole number, 1 or more; it is ${count}.`);
  const noises = args.noise === undefined ? [] : clipsOf([args.noise]);
  const conditions = [...new Set(['clean', ...(args.conditions ?? possibleConditions(noises))])].map(getCondition);
  for (const one of conditions) checkNoises(one, noises);
  const names = conditions.map(({ name }) => name);
  const { model, protocol: asked } = args;
  if (model && !asked) throw new SerError('usage', '--model requires a --protocol, in whose folds the models are trained.'); // prettier-ignore
  const cross = model && asked ? { ...(await crossArguments(args)), protocol: asked } : undefined;
  if (cross) crossOptionsOf(cross, commandLine());
  const out = args.out ?? (cross ? `reports/robustness-${nameOf(cross)}` : 'reports/robustness');
  checkReportFolder(out);

  // Beside the report, whose folder is replaced as a whole.
  const journal = `${out}.journal`;
  let bar: Progress | undefined;
  await resumable(
    (aborted) =>
      withExecutor(args, args.processes, aborted, async (executor, signal) => {
        const { protocol, table, folds, predict, command, notes, manifest, ...tested } = await (cross
          ? foldModels(cross, executor, signal)
          : args.data
            ? dataModels({ ...args, data: args.data })
            : finishedModels(args));
        const ids = [...new Set(folds.flatMap(({ test }) => test.map(({ id }) => id)))].sort();
        const drawn = new Set(count === undefined ? ids : createRandom(seed).shuffle(ids).slice(0, count));
        const scan = await (args.data
          ? scanData(args.data, args)
          : scanAudio(testedCorpus(protocol, table), args.audio));
        const clips = scan.clips.filter(({ id }) => drawn.has(id));
        const missing = [...drawn].filter((id) => !clips.some((clip) => clip.id === id));
        if (clips.length === 0)
          throw new SerError(
            'corpus',
            `None of the ${drawn.size} test clips is in the audio folder, such as ${missing[0]}.`,
          );
        const { tables, failures } = await perturbTables(clips, {
          featureSet: table.featureSet,
          conditions: names,
          ...{ noises, seed, workers, open: executor.open, journal, signal, resume: args.resume },
          onStart: (clips, done) => (bar = showProgress('robustness', clips, done)),
          onClip: (id) => bar?.tick(id),
        });
        bar?.stop();
        for (const { reason } of failures) console.error(`failed: ${printableName(reason)}`);
        const left = [...missing, ...failures.map(({ id }) => id)];
        if (left.length > 0) {
          console.error(
            `${left.length} of ${counted(drawn.size, 'clip')} left out; ${missing.length} of these not in the audio folder`,
          );
          process.exitCode = 1;
        }
        // Loaded after the checks: the charts' libraries are slow to load.
        const { writeReport } = await import('../../eval/reports/reportFiles.ts');
        const report = await writeReport(out, {
          kind: 'conditions',
          predictions: predict(tables),
          names: conditions.map(({ name, label, what }) => ({ name, title: label, what })),
          description: protocol.describe(table.clips),
          overlap:
            tested.overlap ??
            countOverlap(folds.map((fold) => ({ ...fold, test: fold.test.filter(({ id }) => drawn.has(id)) }))),
          notes: [
            ...notes,
            ...(count === undefined
              ? []
              : [`${drawn.size} of the ${ids.length} test clips were drawn at random (seed ${seed}).`]),
            ...(left.length === 0
              ? []
              : [`${left.length} clips could not be analysed and are left out, such as ${left[0]}.`]),
          ],
          options: { resamples, seed: args['bootstrap-seed'] },
          manifest: {
            command,
            created: new Date().toISOString(),
            options: { protocol: protocol.name, ...manifest.options, clips: count ?? null, seed, conditions: names, noises: noises.length, resamples, bootstrapSeed: args['bootstrap-seed'] }, // prettier-ignore
            seed: manifest.seed,
            versions: installedVersions(['wasm-media-encoders', 'mpg123-decoder']),
            data: {
              ...{ ...manifest.data, featureSet: table.featureSet, sha256: hashTable(table) },
              conditions: Object.fromEntries(Array.from(tables, ([name, one]) => [name, hashTable(one)])),
            },
            models: manifest.models,
          },
        });
        if (failures.length === 0) rmSync(journal, { force: true });
        if (args.json) console.log(JSON.stringify(report, null, 2));
        else console.log(conditionLines(report));
        console.error(`report: ${out}`);
      }),
    () => bar?.stop(),
  );
}

async function scanAudio(name: string, folder: string | undefined): Promise<CorpusScan> {
  return scanCorpus(getCorpus(name), folder ?? defaultCorpusFolder(name));
}

async function scanData(data: readonly string[], args: DataArguments): Promise<CorpusScan> {
  return (await dataClips(data, sourceOptions(args))).scan;
}
