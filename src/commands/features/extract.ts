import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Argv } from 'yargs';
import { extractFiles } from '../../data/vectors/extractFiles.ts';
import { formatVectors, VECTOR_FORMATS } from '../../data/vectors/formatVectors.ts';
import type { FileVector, VectorFormat } from '../../data/vectors/formatVectors.ts';
import type { OpenPool } from '../../data/workers/executor.ts';
import { SerError } from '../../error.ts';
import { featureSet } from '../../data/embeddings/load.ts';
import { checkOutFile, writeArriving } from '../../files/files.ts';
import { printableName } from '../../messages/printable.ts';
import { showProgress } from '../../progress.ts';
import { clipsOf } from '../clipsOf.ts';
import { FEATURES_OPTION } from './featuresOption.ts';
import { CLIPS_POSITIONAL, STRICT_OPTION, WORKERS_OPTION } from '../options.ts';
import { QUEUE_OPTIONS, withExecutor } from '../queueOptions.ts';
import type { Arguments } from '../lazily.ts';

/** The options. @param features  the default feature set */
export const extractOptions = (parser: Argv, features: string = FEATURES_OPTION.default) =>
  parser
    .positional('paths', CLIPS_POSITIONAL)
    .option('format', { choices: VECTOR_FORMATS, default: 'csv' as VectorFormat, describe: 'Format of the result' })
    .option('out', { type: 'string', describe: 'File for the result', defaultDescription: 'standard output' })
    .option('features', { ...FEATURES_OPTION, default: features })
    .option('strict', STRICT_OPTION)
    .option('workers', WORKERS_OPTION)
    .options(QUEUE_OPTIONS)
    .epilogue('Exit code 1 if a file failed; standard error gives the reason, and the others are printed.');

export const builder = (parser: Argv) =>
  extractOptions(parser)
    .example('$0 features clip.wav', 'CSV: a header, and a line of 186 features')
    .example('$0 features recordings/ --format parquet --out clips.parquet', 'a folder, for pandas or DuckDB')
    .example('$0 features clip.wav --features meyda --format json', "Meyda's features, by name");

export async function handler({
  paths,
  format,
  out,
  features,
  strict,
  workers,
  ...queue
}: Arguments<typeof builder>): Promise<void> {
  if (format === 'parquet' && !out && process.stdout.isTTY) {
    throw new SerError('usage', 'Parquet cannot be printed to a terminal: give `--out FILE`, or redirect the output.');
  }
  const set = featureSet(features);
  if (out) checkOutFile(out);
  const files = clipsOf(paths);
  const bar = files.length > 1 ? showProgress('features', files.length) : undefined;
  const failures: string[] = [];
  const warned: string[] = [];
  const options = {
    featureSet: set.name,
    strict,
    workers,
    onFailure: (file: string, reason: string) => {
      failures.push(reason.startsWith(file) ? reason : `${file}: ${reason}`);
      bar?.tick();
    },
  };
  const rows = async function* (open?: OpenPool): AsyncGenerator<FileVector> {
    for await (const row of extractFiles(files, { ...options, open })) {
      warned.push(...row.warnings.map((warning) => `${row.file}: ${warning}`));
      bar?.tick();
      yield row;
    }
  };
  await withExecutor(queue, 1, new AbortController().signal, async ({ open }) => {
    const parts = formatVectors(rows(open), set, format);
    if (out) await writeArriving(out, parts);
    else await pipeline(Readable.from(parts), process.stdout, { end: false });
  }).finally(() => bar?.stop());
  for (const warning of warned) console.error(`warning: ${printableName(warning)}`);
  for (const failure of failures) console.error(`failed: ${printableName(failure)}`);
  if (failures.length > 0) process.exitCode = 1;
}
