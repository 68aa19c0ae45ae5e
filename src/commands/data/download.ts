import type { CommandModule } from 'yargs';
import { downloadCorpus } from '../../data/corpora/downloadCorpus.ts';
import { ravdess } from '../../data/corpora/ravdess.ts';
import { formatScan, summariseScan } from '../../data/corpora/scanReport.ts';
import { checkOutFolder } from '../../files/files.ts';
import { barPerJob } from '../barPerJob.ts';
import { dataSplit } from './split.ts';
import { resumable } from '../resumable.ts';

interface DownloadArguments {
  to: string;
  'base-url': string;
  'keep-archives': boolean;
}

const download: CommandModule<object, DownloadArguments> = {
  command: 'download',
  describe: 'Fetch the RAVDESS audio (434 MB from Zenodo), check it, unpack it; goes on where it was stopped',
  builder: (parser) =>
    parser
      .option('to', { type: 'string', default: 'data/raw/ravdess', describe: 'Folder for the clips' })
      .option('base-url', {
        type: 'string',
        default: ravdess.download!.baseUrl,
        describe: 'Where the two archives lie: a mirror, if Zenodo is out of reach',
      })
      .option('keep-archives', { type: 'boolean', default: false, describe: 'Keep the zip files beside the clips' })
      .example('$0 data download', 'into data/raw/ravdess')
      .example('$0 data download --to ~/corpora/ravdess --keep-archives', 'elsewhere, with the zip files'),
  handler: async ({ to, 'base-url': baseUrl, 'keep-archives': keepArchives }) => {
    checkOutFolder(to, '--to');
    const bars = barPerJob();
    console.error(`RAVDESS is licensed ${ravdess.download!.licence}.`);
    await resumable(async (signal) => {
      const scan = await downloadCorpus(ravdess, to, {
        baseUrl,
        keepArchives,
        signal,
        onProgress: ({ file, bytes }, received) => bars.at(`${file} (MB)`, received / 1e6, bytes / 1e6),
        onFile: ({ file }, name, total) => bars.at(`${file} unpacked`, undefined, total, name),
        onRetry: (reason, wait) => console.error(`\n${reason}; next try in ${Math.round(wait / 1000)} s`),
        onSkip: ({ file }) => console.error(`${file}: all its clips are there`),
      });
      bars.stop();
      console.log(formatScan(summariseScan(scan)));
    }, bars.stop);
  },
};

const check: CommandModule<object, { folder: string; json: boolean }> = {
  command: 'check <folder>',
  describe: 'Say which RAVDESS clips a folder holds, and what is missing, twice or foreign (then the exit code is 1)',
  builder: (parser) =>
    parser
      .positional('folder', { type: 'string', demandOption: true, describe: 'Folder of the clips, nested or flat' })
      .option('json', { type: 'boolean', default: false, describe: 'All of it as JSON' })
      .example('$0 data check data/raw/ravdess', 'in words')
      .example('$0 data check data/raw/ravdess --json', 'for programs'),
  handler: async ({ folder, json }) => {
    const summary = summariseScan(await ravdess.clips(folder));
    console.log(json ? JSON.stringify(summary, null, 2) : formatScan(summary));
    if (summary.problems.length > 0) process.exitCode = 1;
  },
};

/** `ser data`: get the corpus and look at it, or sort another one. */
export const dataCommand: CommandModule = {
  command: 'data',
  describe: 'Download the RAVDESS audio, check a folder of it, or sort any corpus by gender',
  builder: (parser) =>
    parser
      .command(download)
      .command(check)
      .command(dataSplit)
      .demandCommand(1, 'say what to do: download, check or split'),
  handler: () => undefined,
};
