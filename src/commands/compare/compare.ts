import { extname } from 'node:path';
import type { Argv } from 'yargs';
import { SerError } from '../../error.ts';
import { compareReports } from '../../eval/systems/compare.ts';
import { comparisonMarkdown, comparisonText } from '../../eval/text/comparisonWords.ts';
import { checkOutFile, writeFileAtomic } from '../../files/files.ts';
import { commandLine } from '../commandLine.ts';
import { BOOTSTRAP_SEED_OPTION, RESAMPLES_OPTION } from '../experimentOptions.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('first', { type: 'string', demandOption: true, describe: 'A report folder' })
    .positional('second', { type: 'string', demandOption: true, describe: 'Another report folder, or the same one' })
    .option('system', {
      type: 'string',
      describe: 'System of the reports: oracle, hard, soft, pooled …; two separated by a comma: one for each report',
      defaultDescription: 'the first of each report',
    })
    .option('common', {
      type: 'boolean',
      default: false,
      describe: 'Compare on the common clips if the protocols or the clips differ',
    })
    .option('resamples', RESAMPLES_OPTION)
    .option('bootstrap-seed', BOOTSTRAP_SEED_OPTION)
    .option('json', { type: 'boolean', default: false, describe: 'Print all figures as JSON instead of text' })
    .option('out', { type: 'string', describe: 'Also write the comparison to this file, .md or .html' })
    .example(
      '$0 compare reports/luna-5fold-pair reports/luna-5fold-pooled',
      'one model per gender against one for both',
    )
    .example('$0 compare reports/loso-pair reports/loso-pair --system oracle,hard', 'two systems of one report');

export async function handler({
  first,
  second,
  system,
  common,
  resamples,
  json,
  out,
  ...rest
}: Arguments<typeof builder>): Promise<void> {
  const type = out && extname(out).toLowerCase();
  if (out && type !== '.md' && type !== '.html')
    throw new SerError('usage', `${out} must end in .md or .html, the formats of a comparison.`);
  if (out) checkOutFile(out);
  const systems = system?.split(',') ?? [];
  if (systems.length > 2) throw new SerError('usage', `--system takes one or two names; it got ${system}.`);
  // Loaded after the checks: the charts' libraries are slow to load.
  const { readSystem } = await import('../../eval/reports/reportFiles.ts');
  const comparison = compareReports(readSystem(first, systems[0]), readSystem(second, systems[1] ?? systems[0]), {
    common,
    resamples,
    seed: rest['bootstrap-seed'],
  });
  console.log(json ? JSON.stringify(comparison, null, 2) : comparisonText(comparison));
  if (!out) return;
  const command = commandLine();
  if (type === '.md') writeFileAtomic(out, comparisonMarkdown(comparison, command));
  else {
    const { comparisonPage } = await import('../../eval/reports/page/comparisonPage.ts');
    writeFileAtomic(out, await comparisonPage(comparison, command));
  }
  console.error(`comparison: ${out}`);
}
