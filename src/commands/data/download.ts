import { join } from 'node:path';
import type { Argv } from 'yargs';
import { downloadCorpus } from '../../data/corpora/download/downloadCorpus.ts';
import { CORPORA, getCorpus } from '../../data/corpora/corpora.ts';
import { formatScan, summariseScan } from '../../data/corpora/scanReport.ts';
import { checkOutFolder } from '../../files/files.ts';
import { barPerJob } from '../barPerJob.ts';
import { resumable } from '../resumable.ts';
import type { Arguments } from '../lazily.ts';

const OFFERED = CORPORA.filter(({ download }) => download).map(({ name }) => name);

export const builder = (parser: Argv) =>
  parser
    .option('name', { choices: OFFERED, default: OFFERED[0], describe: 'Which corpus' })
    .option('to', { type: 'string', defaultDescription: 'data/raw/NAME', describe: 'Folder for the clips' })
    .option('base-url', {
      type: 'string',
      describe: 'URL of the archives on a mirror, if the publisher cannot be reached',
    })
    .option('keep-archives', { type: 'boolean', default: false, describe: 'Keep the zip files beside the clips' })
    .example('$0 data download', `into data/raw/${OFFERED[0]}`)
    .example('$0 data download --to ~/audio --keep-archives', 'elsewhere, with the zip files');

export async function handler({
  name,
  to: given,
  'base-url': baseUrl,
  'keep-archives': keepArchives,
}: Arguments<typeof builder>): Promise<void> {
  const corpus = getCorpus(name);
  const to = given ?? join('data', 'raw', name);
  checkOutFolder(to, '--to');
  const bars = barPerJob();
  console.error(`${corpus.title} is licensed ${corpus.licence}.`);
  await resumable(async (signal) => {
    const scan = await downloadCorpus(corpus, to, {
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
}
