import type { Argv } from 'yargs';
import { CORPORA, getCorpus } from '../../data/corpora/corpora.ts';
import { readCorpusFolder } from '../../data/corpora/scan.ts';
import { formatScan, summariseScan } from '../../data/corpora/scanReport.ts';
import { identifyCorpus, sameBytes } from '../../data/sources/identify.ts';
import { SerError } from '../../error.ts';
import { JSON_OPTION } from '../options.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('folder', { type: 'string', demandOption: true, describe: 'Folder of the clips, nested or flat' })
    .option('name', {
      choices: CORPORA.map(({ name }) => name),
      defaultDescription: 'the one whose file names most clips have',
      describe: 'Name of the corpus',
    })
    .option('json', JSON_OPTION)
    .example('$0 data check ~/audio', 'as text')
    .example('$0 data check ~/audio --json', 'for programs');

export async function handler({ folder, name, json }: Arguments<typeof builder>): Promise<void> {
  const corpus = name === undefined ? corpusIn(folder) : getCorpus(name);
  const scan = await corpus.clips(folder);
  const summary = summariseScan({ ...scan, problems: [...scan.problems, ...sameBytes(scan.clips)] }, corpus);
  console.log(json ? JSON.stringify(summary, null, 2) : formatScan(summary));
  if (summary.problems.length > 0) process.exitCode = 1;
}

function corpusIn(folder: string) {
  const { clips, passedOver } = readCorpusFolder(folder);
  const found = identifyCorpus(clips.length > 0 ? clips : passedOver.map(({ path }) => path));
  if (found) return found.corpus;
  const first = clips.length > 0 ? `; the first of ${clips.length} audio files is ${clips[0]}` : ' and no audio file';
  throw new SerError('corpus', `${folder} has the names of no corpus known here (${CORPORA.map(({ title }) => title).join(', ')})${first}. \`ser data init ${folder}\` makes a manifest of any recordings; --name NAME lists what is missing of a known corpus.`); // prettier-ignore
}
