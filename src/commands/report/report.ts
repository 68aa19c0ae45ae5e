import { join } from 'node:path';
import type { Argv } from 'yargs';
import { CORPORA } from '../../data/corpora/corpora.ts';
import { MANIFEST, readReportJson, readReportText } from '../../eval/reports/reportJson.ts';
import { counted } from '../../words.ts';
import { AUDIO_OPTION, readLinks } from './readLinks.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('dir', { type: 'string', demandOption: true, describe: 'A report folder, as written by `ser eval`' })
    .option('audio', AUDIO_OPTION)
    .option('json', { type: 'boolean', default: false, describe: 'Print the paths of all files as JSON' })
    .example(
      '$0 report reports/combined',
      'report.html: one file with interactive charts, for offline and for paper; report.md: the same with PNGs',
    );

export async function handler({ dir, audio, json }: Arguments<typeof builder>): Promise<void> {
  // Loaded after the checks: the charts' libraries are slow to load.
  const { rebuildReport } = await import('../../eval/reports/reportFiles.ts');
  readReportText(dir, 'report.json'); // what has none is not a report folder
  const { corpus = CORPORA[0].name } = readReportJson(dir, 'manifest.json', MANIFEST).data;
  const links = await readLinks(audio, String(corpus), dir);
  const files = (await rebuildReport(dir, links)).map((name) => join(dir, name));
  if (json) return console.log(JSON.stringify(files, null, 2));
  console.log(`${join(dir, 'report.html')}\n${join(dir, 'report.md')}`);
  console.error(`${counted(files.length, 'file')} made again in ${dir}`);
}
