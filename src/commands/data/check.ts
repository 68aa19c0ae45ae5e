import type { Argv } from 'yargs';
import { getCorpus } from '../../data/corpora/corpora.ts';
import { formatScan, summariseScan } from '../../data/corpora/scanReport.ts';
import { CORPUS_OPTION } from '../corpusOption.ts';
import { JSON_OPTION } from '../options.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('folder', { type: 'string', demandOption: true, describe: 'Folder of the clips, nested or flat' })
    .option('name', CORPUS_OPTION)
    .option('json', JSON_OPTION)
    .example('$0 data check ~/audio', 'as text')
    .example('$0 data check ~/audio --json', 'for programs');

export async function handler({ folder, name, json }: Arguments<typeof builder>): Promise<void> {
  const summary = summariseScan(await getCorpus(name).clips(folder));
  console.log(json ? JSON.stringify(summary, null, 2) : formatScan(summary));
  if (summary.problems.length > 0) process.exitCode = 1;
}
