import type { CommandModule } from 'yargs';
import { defaultCorpusFolder, saveTables, scanCorpus, TABLE_FOLDER } from '../../data/corpora/buildCorpus.ts';
import { TABLE_DEFAULTS } from '../../data/tables/buildTables.ts';
import type { Gender } from '../../data/clip.ts';
import { extractFiles } from '../../data/tables/extractFiles.ts';
import { manifestCorpus } from '../../data/corpora/manifest.ts';
import { formatVectors, VECTOR_FORMATS } from '../../data/tables/formatVectors.ts';
import type { VectorFormat } from '../../data/tables/formatVectors.ts';
import { emodb } from '../../data/corpora/emodb.ts';
import { ravdess } from '../../data/corpora/ravdess.ts';
import { SerError } from '../../error.ts';
import { featureSet } from '../../features/index.ts';
import { checkOutFile, checkOutFolder, writeFileAtomic } from '../../files/files.ts';
import { printableName } from '../../printable.ts';
import { type Progress, showProgress } from '../../progress.ts';
import { classifyVoices } from '../../serve/voices/classifyVoices.ts';
import { findGenderModel } from '../../serve/predict/modelFiles.ts';
import { clipsOf } from '../clipsOf.ts';
import { counted } from '../../words.ts';
import { featuresShow } from './show.ts';
import { featuresWindows } from './windows.ts';
import { CLIPS_POSITIONAL, FEATURES_OPTION, STRICT_OPTION, WORKERS_OPTION } from '../options.ts';
import { resumable } from '../resumable.ts';

/** Corpora that are read by the names of their files. */
const CORPORA = [ravdess, emodb];

interface BuildArguments {
  name: string;
  corpus?: string;
  manifest?: string;
  out: string;
  features: string;
  'fill-genders': boolean;
  copies: number;
  seed: number;
  strict: boolean;
  workers: number;
  resume: boolean;
}

const build: CommandModule<object, BuildArguments> = {
  command: 'build',
  describe: 'Compute the feature tables of RAVDESS, or another corpus, and of its augmented copies from the audio',
  builder: (parser) =>
    parser
      .option('name', {
        choices: CORPORA.map(({ name }) => name),
        default: ravdess.name,
        describe: 'Which corpus: what its files are called says what they are',
      })
      .option('corpus', {
        type: 'string',
        defaultDescription: '$SER_CORPORA/NAME, else data/raw/NAME',
        describe: 'Folder with its audio',
      })
      .option('manifest', {
        type: 'string',
        conflicts: 'corpus',
        describe:
          'Manifest of another corpus, as `ser data split` writes it; rows with speaker, gender and emotion, and without a review, are used',
      })
      .option('fill-genders', {
        type: 'boolean',
        default: false,
        describe:
          'With --manifest: ask the gender model where the column gender is empty; the table says of how many clips',
      })
      .option('out', {
        type: 'string',
        default: TABLE_FOLDER,
        defaultDescription: 'data/features of this package',
        describe: 'Folder for the tables',
      })
      .option('features', FEATURES_OPTION)
      .option('copies', { type: 'number', default: TABLE_DEFAULTS.copies, describe: 'Augmented copies of each clip' })
      .option('seed', { type: 'number', default: TABLE_DEFAULTS.seed, describe: 'Seed of the augmentation' })
      .option('strict', STRICT_OPTION)
      .option('workers', WORKERS_OPTION)
      .option('resume', {
        type: 'boolean',
        default: true,
        describe: 'Go on from what a stopped build has left; --no-resume starts anew',
      })
      .example('$0 features build', 'both tables, on all cores')
      .example('$0 features build --corpus ~/ravdess --out tables --copies 0', 'only the clips themselves')
      .example('$0 features build --features meyda', "tables of Meyda's features, under names of their own")
      .example('$0 features build --name emodb --copies 0', 'the corpus that the protocol cross-corpus tests on')
      .example('$0 features build --manifest corpus/manifest.csv --out tables', 'another corpus'),
  handler: async ({ name, corpus: given, manifest, out, features, 'fill-genders': fill, ...options }) => {
    checkOutFolder(out);
    const folder = manifest ?? given ?? defaultCorpusFolder(name);
    const corpus = manifest
      ? manifestCorpus(manifest, fill ? fillGenders : undefined)
      : CORPORA.find((one) => one.name === name)!;
    const scan = manifest ? await corpus.clips(manifest) : await scanCorpus(corpus, folder);
    if (scan.gendersFilledIn) {
      console.error(`gender of ${counted(scan.gendersFilledIn, 'clip')} filled in by the gender model`);
    }
    if (manifest) {
      for (const { name, reason } of scan.problems) console.error(`left out: ${printableName(`${name}: ${reason}`)}`);
    } else if (scan.problems.length > 0) {
      console.error(`${folder}: ${counted(scan.problems.length, 'problem')}; \`ser data check ${folder}\` lists them`);
    }
    let bar: Progress | undefined;
    await resumable(
      async (signal) => {
        const { paths, original, augmented, failures, warned } = await saveTables(corpus, scan, out, {
          ...options,
          featureSet: features,
          signal,
          onStart: (clips, done) => (bar = showProgress('features', clips, done)),
          onClip: (id) => bar?.tick(id),
        });
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
  },
};

async function fillGenders(files: readonly string[]): Promise<Map<string, Gender>> {
  const bar = showProgress('gender', files.length);
  const voices = await classifyVoices(files, findGenderModel(), { onVoice: () => bar.tick() }).finally(() =>
    bar.stop(),
  );
  return new Map(voices.flatMap((voice) => ('error' in voice ? [] : [[voice.file, voice.label] as const])));
}

interface ExtractArguments {
  paths: string[];
  format: VectorFormat;
  out?: string;
  features: string;
  strict: boolean;
  workers: number;
}

const extract: CommandModule<object, ExtractArguments> = {
  command: ['extract <paths..>', '$0'],
  describe: 'Print the feature vectors of audio files, and of folders of them',
  builder: (parser) =>
    parser
      .positional('paths', CLIPS_POSITIONAL)
      .option('format', { choices: VECTOR_FORMATS, default: 'csv' as VectorFormat, describe: 'Form of the result' })
      .option('out', { type: 'string', describe: 'File for the result', defaultDescription: 'standard output' })
      .option('features', FEATURES_OPTION)
      .option('strict', STRICT_OPTION)
      .option('workers', WORKERS_OPTION)
      .example('$0 features clip.wav', 'CSV: a header, and a line of 186 features')
      .example('$0 features recordings/ --format parquet --out clips.parquet', 'a folder, for pandas or DuckDB')
      .example('$0 features clip.wav --features meyda --format json', "Meyda's features, by their names")
      .epilogue('Exit code 1 if a file failed; standard error says why, and the others are printed all the same.'),
  handler: async ({ paths, format, out, features, strict, workers }) => {
    if (format === 'parquet' && !out && process.stdout.isTTY) {
      throw new SerError('usage', 'Parquet is not for a terminal: give `--out FILE`, or redirect the output.');
    }
    if (out) checkOutFile(out);
    const files = clipsOf(paths);
    const bar = files.length > 1 ? showProgress('features', files.length) : undefined;
    const failures: string[] = [];
    const warned: string[] = [];
    const rows = await extractFiles(files, {
      featureSet: features,
      strict,
      workers,
      onVector: ({ file, warnings }) => {
        warned.push(...warnings.map((warning) => `${file}: ${warning}`));
        bar?.tick();
      },
      onFailure: (file, reason) => {
        failures.push(reason.startsWith(file) ? reason : `${file}: ${reason}`);
        bar?.tick();
      },
    }).finally(() => bar?.stop());
    for (const warning of warned) console.error(`warning: ${printableName(warning)}`);
    for (const failure of failures) console.error(`failed: ${printableName(failure)}`);
    if (failures.length > 0) process.exitCode = 1;
    const result = formatVectors(rows, featureSet(features), format);
    if (out) writeFileAtomic(out, result);
    else process.stdout.write(result);
  },
};

/** `ser features`: from audio to numbers. */
export const featuresCommand: CommandModule = {
  command: 'features',
  describe: 'Feature vectors of any audio files, a picture of them, or the tables of RAVDESS',
  builder: (parser) => parser.command(build).command(extract).command(featuresShow).command(featuresWindows),
  handler: () => undefined,
};
