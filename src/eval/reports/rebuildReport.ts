import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SerError } from '../../error.ts';
import { writeFileAtomic } from '../../files/files.ts';
import type { ClipLinks } from '../text/clipLinks.ts';
import { composeCross, readCrossFolder } from './crossFolder.ts';
import { composeReport, readReport } from './report.ts';
import { composeRobustness, readRobustnessFolder } from './robustnessFolder.ts';

/** `models`: of finished models on test clips; `cross`: of a cross-validation; `conditions`: of finished models under noise and the like. */
export type ReportKind = 'models' | 'cross' | 'conditions';

/** @throws {SerError} `table` if it is no report folder */
export function reportKind(dir: string): ReportKind {
  if (!existsSync(join(dir, 'report.json')))
    throw new SerError('table', `${dir} is no report folder: it has no report.json. \`ser eval\` writes one.`);
  if (existsSync(join(dir, 'answers.csv'))) return 'cross';
  return existsSync(join(dir, 'predictions')) ? 'conditions' : 'models';
}

/**
 * Makes everything of a report folder again from the predictions and the manifest that it keeps, without any model. Other files in it stay;
 * pictures of charts that the report has no more go.
 * @param links  to the recordings, for the most confident errors
 * @returns paths in the folder
 * @throws {SerError} `table` if it is no report folder, or a damaged one: it then stays as it is
 */
export async function rebuildReport(dir: string, links?: ClipLinks): Promise<string[]> {
  const { files } = await composed(dir, links);
  for (const [name, content] of files) writeFileAtomic(join(dir, name), content);
  const figures = existsSync(join(dir, 'figures')) ? readdirSync(join(dir, 'figures')) : [];
  for (const name of figures) {
    if (/\.(svg|png)$/.test(name) && !files.has(`figures/${name}`)) rmSync(join(dir, 'figures', name));
  }
  return [...files.keys()];
}

function composed(dir: string, links?: ClipLinks): Promise<{ files: Map<string, string | Uint8Array> }> {
  switch (reportKind(dir)) {
    case 'cross':
      return composeCross({ ...readCrossFolder(dir), links });
    case 'conditions':
      return composeRobustness(readRobustnessFolder(dir));
    case 'models':
      return composeReport({ ...readReport(dir), links });
  }
}
