import type { Argv } from 'yargs';
import { defaultCorpusFolder, saveTables, scanCorpus } from '../../data/corpora/buildCorpus.ts';
import { featureSet } from '../../data/embeddings/load.ts';
import { AUGMENTATIONS } from '../../data/augment/augment.ts';
import { TABLE_DEFAULTS } from '../../data/tables/buildTables.ts';
import { TABLE_FOLDER } from '../../data/tables/tablePaths.ts';
import type { Corpus, CorpusScan } from '../../data/corpora/corpus.ts';
import { dataClips } from '../../data/sources/dataClips.ts';
import { getCorpus, TEST_CORPUS } from '../../data/corpora/corpora.ts';
import { findClips } from '../../data/audio/clipFiles.ts';
import { SerError } from '../../error.ts';
import { checkOutFolder } from '../../files/files.ts';
import { printableName } from '../../messages/printable.ts';
import { type Progress, showProgress } from '../../progress.ts';
import { counted } from '../../words.ts';
import { CORPUS_OPTION } from './corpusOption.ts';
import { DATA_OPTIONS, sourceOptions, tellScan } from '../data/dataOption.ts';
import { FEATURES_OPTION } from './featuresOption.ts';
import { RESUME_OPTION, STRICT_OPTION, WORKERS_OPTION } from '../options.ts';
import { QUEUE_OPTIONS, withExecutor } from '../queueOptions.ts';
import { resumable } from '../resumable.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .option('name', CORPUS_OPTION)
    .option('corpus', {
      type: 'string',
      defaultDescription: '$SER_CORPORA/NAME, else data/raw/NAME',
      describe: 'Folder with its audio',
    })
    .option('manifest', {
      type: 'string',
      conflicts: 'corpus',
      describe: 'The same as --data, for a manifest',
    })
    .options(DATA_OPTIONS)
    .option('out', {
      type: 'string',
      default: TABLE_FOLDER,
      defaultDescription: 'data/features of this package',
      describe: 'Folder for the tables',
    })
    .option('features', FEATURES_OPTION)
    .option('copies', { type: 'number', default: TABLE_DEFAULTS.copies, describe: 'Augmented copies of each clip' })
    .option('augmentation', {
      choices: Object.keys(AUGMENTATIONS) as (keyof typeof AUGMENTATIONS)[],
      default: 'reference' as keyof typeof AUGMENTATIONS,
      describe: 'Kind of the copies: as in the reference system, or disturbed by noise, rooms, telephones and speed',
    })
    .option('noise', {
      type: 'string',
      describe:
        'With --augmentation disturbances: folder of recorded noises, mixed into some copies besides synthetic ones',
    })
    .option('babble', {
      type: 'string',
      describe:
        'With --augmentation disturbances: folder of recordings of one speaker each, several of which talk in some copies; of nobody whose clips are to test a model',
    })
    .option('seed', { type: 'number', default: TABLE_DEFAULTS.seed, describe: 'Seed of the augmentation' })
    .option('strict', STRICT_OPTION)
    .option('workers', WORKERS_OPTION)
    .option('resume', RESUME_OPTION)
    .options(QUEUE_OPTIONS)
    .example('$0 features build', 'both tables, on all cores')
    .example('$0 features build --corpus ~/audio --out tables --copies 0', 'only the clips themselves')
    .example(
      '$0 features build --features voice --augmentation disturbances --out tables',
      'frames of the voice, for --classifier tcn',
    )
    .example('$0 features build --features meyda', "tables of Meyda's features, with their own file names")
    .example(
      `$0 features build --name ${TEST_CORPUS.name} --copies 0`,
      'the corpus that the protocol cross-corpus tests on',
    )
    .example('$0 features build --data corpus/manifest.csv --out tables', 'recordings of your own');

export async function handler({
  name,
  corpus: given,
  manifest,
  out,
  features,
  data,
  augmentation,
  noise,
  babble,
  ...options
}: Arguments<typeof builder>): Promise<void> {
  featureSet(features); // refuses an unknown name before the corpus is read
  checkOutFolder(out);
  const recordingsIn = (option: string, folder?: string): string[] => {
    if (folder === undefined) return [];
    if ('interference' in AUGMENTATIONS[augmentation]) return findClips([folder]).clips;
    throw new SerError('usage', `--${option} is for copies with noise: add --augmentation disturbances.`);
  };
  const [noises, voices] = [recordingsIn('noise', noise), recordingsIn('babble', babble)];
  const own = [...(data ?? []), manifest ?? []].flat();
  const { corpus, scan } = await (own.length > 0
    ? dataClips(own, { ...sourceOptions(options), onScan: tellScan })
    : knownClips(name, given));
  let bar: Progress | undefined;
  await resumable(
    async (signal) => {
      const { paths, original, augmented, failures, warned } = await withExecutor(
        options,
        1,
        signal,
        ({ open }, signal) =>
          saveTables(corpus, scan, out, {
            ...options,
            augmentation: AUGMENTATIONS[augmentation],
            ...{ noises, voices, featureSet: features, open, signal },
            onStart: (clips, done) => (bar = showProgress('features', clips, done)),
            onClip: (id) => bar?.tick(id),
          }),
      );
      bar?.stop();
      for (const { path, warnings } of warned) {
        for (const warning of warnings) console.error(`warning: ${printableName(path)}: ${warning}`);
      }
      for (const { path, reason } of failures) console.error(`failed: ${printableName(`${path}: ${reason}`)}`);
      if (failures.length > 0) {
        console.error(
          `${counted(failures.length, 'clip')} failed and ${failures.length === 1 ? 'is' : 'are'} in no table; the same command tries again`,
        );
        process.exitCode = 1;
      }
      [original, augmented].forEach((table, i) => {
        if (table) console.log(`${paths[i]}: ${counted(table.clips.length, 'row')} × ${table.names.length} features`);
      });
    },
    () => bar?.stop(),
  );
}

async function knownClips(name: string, given: string | undefined): Promise<{ corpus: Corpus; scan: CorpusScan }> {
  const folder = given ?? defaultCorpusFolder(name);
  const corpus = getCorpus(name);
  const scan = await scanCorpus(corpus, folder);
  if (scan.problems.length > 0) {
    console.error(`${folder}: ${counted(scan.problems.length, 'problem')}; \`ser data check ${folder}\` lists them`);
  }
  return { corpus, scan };
}
