import type { Argv } from 'yargs';
import { ravdess } from '../../data/corpora/ravdess.ts';
import { formatScan, summariseScan } from '../../data/corpora/scanReport.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('folder', { type: 'string', demandOption: true, describe: 'Folder of the clips, nested or flat' })
    .option('json', { type: 'boolean', default: false, describe: 'All of it as JSON' })
    .example('$0 data check data/raw/ravdess', 'in words')
    .example('$0 data check data/raw/ravdess --json', 'for programs');

export async function handler({ folder, json }: Arguments<typeof builder>): Promise<void> {
  const summary = summariseScan(await ravdess.clips(folder));
  console.log(json ? JSON.stringify(summary, null, 2) : formatScan(summary));
  if (summary.problems.length > 0) process.exitCode = 1;
}
