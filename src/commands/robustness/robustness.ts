import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Argv } from 'yargs';
import { defaultCorpusFolder, scanCorpus } from '../../data/corpora/buildCorpus.ts';
import { GENDERS } from '../../data/clip.ts';
import { checkNoises, CONDITIONS, getCondition } from '../../data/perturb/conditions.ts';
import { PERTURB_DEFAULTS, perturbTables, possibleConditions } from '../../data/perturb/perturbTables.ts';
import { speakerAdapted } from '../../data/adapt/speakerAdapted.ts';
import { getProtocol } from '../../data/protocols/protocols.ts';
import { getCorpus } from '../../data/corpora/corpora.ts';
import { hashTable } from '../../data/tables/table.ts';
import { readTable } from '../../data/tables/tableFile.ts';
import { SerError } from '../../error.ts';
import { countOverlap } from '../../eval/statistics/overlap.ts';
import { checkReportFolder } from '../../eval/reports/reportFolder.ts';
import { systemLines } from '../../eval/text/figureText.ts';
import { installedVersions } from '../../eval/reports/versions.ts';
import { printableName } from '../../printable.ts';
import { type Progress, showProgress } from '../../progress.ts';
import { createRandom } from '../../random.ts';
import { findFamily } from '../../train/families/families.ts';
import { testedBy } from '../../train/bundle/testedBy.ts';
import { predictConditions } from '../../train/predictConditions.ts';
import { openTested } from '../../train/predictTestClips.ts';
import { counted } from '../../words.ts';
import { clipsOf } from '../clipsOf.ts';
import { commandLine } from '../commandLine.ts';
import { BOOTSTRAP_SEED_OPTION, PROTOCOL_OPTION, RESAMPLES_OPTION } from '../experimentOptions.ts';
import { MODELS_OPTION, RESUME_OPTION, WORKERS_OPTION } from '../options.ts';
import { resumable } from '../resumable.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .option('audio', {
      alias: 'corpus',
      type: 'string',
      defaultDescription: '$SER_CORPORA/CORPUS, else data/raw/CORPUS',
      describe: 'Folder with the recordings of the corpus',
    })
    .option('models', MODELS_OPTION)
    .option('protocol', {
      ...PROTOCOL_OPTION,
      defaultDescription: 'that of the models',
      describe: `${PROTOCOL_OPTION.describe}. Must be the one under which the models were trained`,
    })
    .option('table', {
      type: 'string',
      defaultDescription: 'that of the models’ corpus and features',
      describe: 'Feature table on which the models were trained: lists the clips',
    })
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
    .option('out', { type: 'string', default: 'reports/robustness', describe: 'The report folder' })
    .option('resamples', RESAMPLES_OPTION)
    .option('bootstrap-seed', BOOTSTRAP_SEED_OPTION)
    .option('resume', RESUME_OPTION)
    .option('json', { type: 'boolean', default: false, describe: 'Print report.json instead of text' })
    .example('$0 robustness', 'the shipped pair on the 491 reference test clips under all conditions')
    .example('$0 robustness --clips 50 --out reports/quick', 'a first look')
    .example('$0 robustness --conditions noise-10 mp3-64 --json', 'some conditions, for another program')
    .example('$0 robustness --noise my/noises', 'in recorded noise too')
    .example('$0 robustness --models my/models --audio ~/audio', 'your own models and audio')
    .epilogue(
      'Exit code 1 if a clip could not be analysed; it is left out of all conditions, and the others are scored.',
    );

export async function handler({
  models: family,
  clips: count,
  out,
  resamples,
  workers,
  seed,
  json,
  ...args
}: Arguments<typeof builder>): Promise<void> {
  if (count !== undefined && !(Number.isInteger(count) && count > 0))
    throw new SerError('usage', `--clips must be a whole number, 1 or more; it is ${count}.`);
  checkReportFolder(out);
  const noises = args.noise === undefined ? [] : clipsOf([args.noise]);
  const conditions = [...new Set(['clean', ...(args.conditions ?? possibleConditions(noises))])].map(getCondition);
  for (const one of conditions) checkNoises(one, noises);
  const { folder } = findFamily(family);
  const { protocol: trainedBy, table: path } = testedBy(join(folder, GENDERS[0]), args.table);
  const protocol = getProtocol(args.protocol ?? trainedBy);
  const table = await readTable(path);
  const models = GENDERS.map((gender) => openTested(gender, join(folder, gender), table, protocol));
  const isAdapted = models.some(({ bundle }) => bundle.speakerPrior);
  const tested = models.flatMap(({ fold }) => fold.test.map(({ id }) => id)).sort();
  const drawn = new Set(count === undefined ? tested : createRandom(seed).shuffle(tested).slice(0, count));
  const corpus = getCorpus(table.clips[0].corpus);
  const scan = await scanCorpus(corpus, args.audio ?? defaultCorpusFolder(corpus.name));
  const clips = scan.clips.filter(({ id }) => drawn.has(id));
  const missing = [...drawn].filter((id) => !clips.some((clip) => clip.id === id));
  if (clips.length === 0)
    throw new SerError('corpus', `None of the ${drawn.size} test clips is in the audio folder, such as ${missing[0]}.`);

  // Beside the report, whose folder is replaced as a whole.
  const journal = `${out}.journal`;
  let bar: Progress | undefined;
  await resumable(
    async (signal) => {
      const { tables, failures } = await perturbTables(clips, {
        featureSet: table.featureSet,
        conditions: conditions.map(({ name }) => name),
        ...{ noises, seed, workers, journal, signal, resume: args.resume },
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
      const notes = [
        "Each clip is predicted by the model of its speaker's true gender (oracle gender).",
        ...(count === undefined
          ? []
          : [`${drawn.size} of the ${tested.length} test clips were drawn at random (seed ${seed}).`]),
        ...(left.length === 0
          ? []
          : [`${left.length} clips could not be analysed and are left out, such as ${left[0]}.`]),
      ];
      // Loaded after the checks: the charts' libraries are slow to load.
      const { writeReport } = await import('../../eval/reports/reportFiles.ts');
      const report = await writeReport(out, {
        kind: 'conditions',
        predictions: predictConditions(models, tables, protocol.name),
        names: conditions.map(({ name, label, what }) => ({ name, title: label, what })),
        description: (isAdapted ? speakerAdapted(protocol) : protocol).describe(table.clips),
        overlap: countOverlap(
          models.map(({ fold }) => ({ ...fold, test: fold.test.filter(({ id }) => drawn.has(id)) })),
        ),
        notes,
        options: { resamples, seed: args['bootstrap-seed'] },
        manifest: {
          command: commandLine(),
          created: new Date().toISOString(),
          options: { protocol: protocol.name, ...(isAdapted && { speakerAdapt: true }), models: family, clips: count ?? null, seed, conditions: conditions.map(({ name }) => name), noises: noises.length, resamples, bootstrapSeed: args['bootstrap-seed'] }, // prettier-ignore
          seed: Object.fromEntries(models.map(({ gender, bundle }) => [gender, bundle.seed])),
          versions: installedVersions(['wasm-media-encoders', 'mpg123-decoder']),
          data: {
            ...{ table: relative('.', path), featureSet: table.featureSet, sha256: hashTable(table) },
            conditions: Object.fromEntries(Array.from(tables, ([name, one]) => [name, hashTable(one)])),
          },
          models: Object.fromEntries(
            models.map(({ gender, dir, bundle: { files, protocol, fold } }) => [gender, { dir, files, protocol, fold }]), // prettier-ignore
          ),
        },
      });
      if (failures.length === 0) rmSync(journal, { force: true });
      if (json) console.log(JSON.stringify(report, null, 2));
      else console.log(systemLines(report.systems));
      console.error(`report: ${out}`);
    },
    () => bar?.stop(),
  );
}
