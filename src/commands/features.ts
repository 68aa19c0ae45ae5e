import type { CommandModule } from 'yargs';
import { defaultCorpusFolder, saveTables, scanCorpus, TABLE_FOLDER } from '../data/buildCorpus.ts';
import { TABLE_DEFAULTS } from '../data/buildTables.ts';
import { extractFiles } from '../data/extractFiles.ts';
import { formatVectors, VECTOR_FORMATS } from '../data/formatVectors.ts';
import type { VectorFormat } from '../data/formatVectors.ts';
import { ravdess } from '../data/ravdess.ts';
import { DEFAULT_WORKERS } from '../data/workerPool.ts';
import { SerError } from '../error.ts';
import { featureSet, FEATURE_SETS } from '../features/index.ts';
import { writeFileAtomic } from '../files.ts';
import { type Progress, showProgress } from '../progress.ts';

const FEATURES_OPTION = {
  type: 'string',
  choices: FEATURE_SETS.map(({ name }) => name),
  default: TABLE_DEFAULTS.featureSet,
  describe: 'Feature set',
} as const;

const WORKERS_OPTION = {
  type: 'number',
  default: DEFAULT_WORKERS,
  defaultDescription: 'all cores',
  describe: 'Worker threads',
} as const;

interface BuildArguments {
  corpus?: string;
  out: string;
  features: string;
  copies: number;
  seed: number;
  workers: number;
  resume: boolean;
}

const build: CommandModule<object, BuildArguments> = {
  command: 'build',
  describe: 'Compute the feature tables of RAVDESS and of its augmented copies from the audio',
  builder: (parser) =>
    parser
      .option('corpus', {
        type: 'string',
        defaultDescription: '$SER_CORPORA/ravdess, else data/raw/ravdess',
        describe: 'Folder with the RAVDESS audio',
      })
      .option('out', {
        type: 'string',
        default: TABLE_FOLDER,
        defaultDescription: 'data/features of this package',
        describe: 'Folder for the tables',
      })
      .option('features', FEATURES_OPTION)
      .option('copies', { type: 'number', default: TABLE_DEFAULTS.copies, describe: 'Augmented copies of each clip' })
      .option('seed', { type: 'number', default: TABLE_DEFAULTS.seed, describe: 'Of the augmentation' })
      .option('workers', WORKERS_OPTION)
      .option('resume', {
        type: 'boolean',
        default: true,
        describe: 'Go on from what a stopped build has left; --no-resume starts anew',
      })
      .example('$0 features build', 'both tables, on all cores')
      .example('$0 features build --corpus ~/ravdess --out /tmp/tables --copies 0', 'only the clips themselves'),
  handler: async ({ corpus: folder = defaultCorpusFolder(ravdess.name), out, features, ...options }) => {
    const scan = await scanCorpus(ravdess, folder);
    if (scan.problems.length > 0) {
      console.error(`${folder}: ${scan.problems.length} problems; \`ser data check ${folder}\` lists them`);
    }
    const stop = new AbortController();
    const interrupt = (): void => stop.abort();
    process.once('SIGINT', interrupt);
    let bar: Progress | undefined;
    try {
      const { paths, original, augmented, failures } = await saveTables(ravdess, scan, out, {
        ...options,
        featureSet: features,
        signal: stop.signal,
        onStart: (clips, done) => (bar = showProgress('features', clips, done)),
        onClip: (id) => bar?.tick(id),
      });
      bar?.stop();
      for (const { path, reason } of failures) console.error(`failed: ${path}: ${reason}`);
      if (failures.length > 0) {
        console.error(`${failures.length} clips failed and are in no table; the same command tries them again`);
        process.exitCode = 1;
      }
      [original, augmented].forEach((table, i) => {
        if (table) console.log(`${paths[i]}: ${table.clips.length} rows × ${table.names.length} features`);
      });
    } catch (error) {
      bar?.stop();
      if (!stop.signal.aborted) throw error;
      console.error('\nstopped; the same command goes on from here');
      process.exitCode = 130;
    } finally {
      process.off('SIGINT', interrupt);
    }
  },
};

interface ExtractArguments {
  files: string[];
  format: VectorFormat;
  out?: string;
  features: string;
  workers: number;
}

const extract: CommandModule<object, ExtractArguments> = {
  command: ['extract <files..>', '$0'],
  describe: 'Print the feature vectors of audio files',
  builder: (parser) =>
    parser
      .positional('files', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'WAV, FLAC, MP3 or Ogg; any rate, any number of channels',
      })
      .option('format', { choices: VECTOR_FORMATS, default: 'csv' as VectorFormat, describe: 'Form of the result' })
      .option('out', { type: 'string', describe: 'File for the result', defaultDescription: 'standard output' })
      .option('features', FEATURES_OPTION)
      .option('workers', WORKERS_OPTION)
      .example('$0 features clip.wav', 'a CSV line of 186 features')
      .example('$0 features *.flac --format parquet --out clips.parquet', 'for pandas or DuckDB'),
  handler: async ({ files, format, out, features, workers }) => {
    if (format === 'parquet' && !out && process.stdout.isTTY) {
      throw new SerError('usage', 'Parquet is not for a terminal: give `--out FILE`, or redirect the output.');
    }
    const rows = await extractFiles(files, {
      featureSet: features,
      workers,
      onFailure: (file, reason) => {
        console.error(`failed: ${reason.startsWith(file) ? reason : `${file}: ${reason}`}`);
        process.exitCode = 1;
      },
    });
    const result = formatVectors(rows, featureSet(features), format);
    if (out) writeFileAtomic(out, result);
    else process.stdout.write(result);
  },
};

/** `ser features`: from audio to numbers. */
export const featuresCommand: CommandModule = {
  command: 'features',
  describe: 'Compute feature vectors: of any audio files, or the tables of RAVDESS',
  builder: (parser) => parser.command(build).command(extract).demandCommand(1, 'Name audio files, or say `build`.'),
  handler: () => undefined,
};
