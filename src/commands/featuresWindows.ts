import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CommandModule } from 'yargs';
import { formatWindows, WINDOW_FORMATS, type WindowFormat } from '../data/formatWindows.ts';
import { streamAudio } from '../data/audio/load.ts';
import { featureSet } from '../features/index.ts';
import { featureWindows, WINDOW_DEFAULTS } from '../features/windows.ts';
import { FEATURES_OPTION, RECORDING_POSITIONAL } from './options.ts';

interface WindowsArguments {
  file: string;
  window: number;
  hop: number;
  format: WindowFormat;
  features: string;
}

/** `ser features windows`: a long recording, window by window. */
export const featuresWindows: CommandModule<object, WindowsArguments> = {
  command: 'windows <file>',
  describe: 'Print the feature vectors of a long recording, window by window, in bounded memory',
  builder: (parser) =>
    parser
      .positional('file', RECORDING_POSITIONAL)
      .option('window', { type: 'number', default: WINDOW_DEFAULTS.window, describe: 'Seconds in a window' })
      .option('hop', { type: 'number', default: WINDOW_DEFAULTS.hop, describe: 'Seconds from one window to the next' })
      .option('format', { choices: WINDOW_FORMATS, default: 'csv' as WindowFormat, describe: 'Form of the result' })
      .option('features', { ...FEATURES_OPTION, describe: 'Feature set' })
      .example('$0 features windows meeting.wav', '3 seconds of every second, as CSV: start, end, features')
      .example('$0 features windows talk.mp3 --window 5 --hop 5 --format json', 'one window after the other'),
  handler: async ({ file, format, features, ...options }) => {
    const set = featureSet(features);
    const windows = featureWindows(streamAudio(file), set, options);
    await pipeline(Readable.from(formatWindows(windows, set, format)), process.stdout, { end: false });
  },
};
