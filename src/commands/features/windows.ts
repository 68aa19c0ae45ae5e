import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Argv } from 'yargs';
import { formatWindows, WINDOW_FORMATS, type WindowFormat } from '../../data/vectors/formatWindows.ts';
import { streamAudio } from '../../data/audio/load.ts';
import type { RecordingFacts } from '../../data/audio/read.ts';
import { speechDetector } from '../../data/speech/load.ts';
import { featureSet } from '../../data/embeddings/load.ts';
import { featureWindows, WINDOW_DEFAULTS } from '../../features/windows.ts';
import { printableName } from '../../messages/printable.ts';
import { FEATURES_OPTION } from './featuresOption.ts';
import { RECORDING_POSITIONAL, STRICT_OPTION } from '../options.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('file', RECORDING_POSITIONAL)
    .option('window', { type: 'number', default: WINDOW_DEFAULTS.window, describe: 'Length of a window in seconds' })
    .option('hop', {
      type: 'number',
      default: WINDOW_DEFAULTS.hop,
      describe: 'Seconds between the starts of two windows',
    })
    .option('format', { choices: WINDOW_FORMATS, default: 'csv' as WindowFormat, describe: 'Format of the result' })
    .option('features', { ...FEATURES_OPTION, describe: 'Feature set' })
    .option('strict', STRICT_OPTION)
    .example('$0 features windows meeting.wav', 'windows of 3 s, one per second, as CSV: start, end, features')
    .example('$0 features windows talk.mp3 --window 5 --hop 5 --format json', 'windows without overlap');

export async function handler({
  file,
  format,
  features,
  strict,
  ...options
}: Arguments<typeof builder>): Promise<void> {
  const set = featureSet(features);
  const windows = featureWindows(
    warned(file, streamAudio(file, { strict, speech: await speechDetector() })),
    set,
    options,
  );
  await pipeline(Readable.from(formatWindows(windows, set, format)), process.stdout, { end: false });
}

/** Passes the blocks on, and prints the reader's warnings to standard error at the end. */
async function* warned(
  file: string,
  blocks: AsyncGenerator<Float32Array, RecordingFacts>,
): AsyncGenerator<Float32Array> {
  const { warnings } = yield* blocks;
  for (const warning of warnings) console.error(`warning: ${printableName(file)}: ${warning}`);
}
