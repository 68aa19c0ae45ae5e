/**
 * Makes docs/results.json, its chart and the table of results in README.md again from the predictions in docs/predictions/, without training.
 *
 *     npm run results                                       # in seconds
 *     npm run results -- reports/luna-5fold-pair            # first takes a new cross-validation's predictions into docs/predictions/
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { fillMarked } from '../src/eval/text/markdown.ts';
import { readKeptReports, resultsMarkdown, resultsOf } from '../src/eval/reports/results.ts';
import { renderPng } from '../src/eval/charts/render.ts';
import { resultsChart } from '../src/eval/charts/resultsChart.ts';
import { writeFileAtomic } from '../src/files/files.ts';

const KEPT = 'docs/predictions';
/** What the report is made of; pages and pictures are not kept. */
const FILES = ['predictions.csv', 'gender-posteriors.csv', 'importance.csv', 'map.csv', 'report.json', 'manifest.json'];

for (const report of process.argv.slice(2)) {
  const folder = join(KEPT, basename(report));
  mkdirSync(folder, { recursive: true });
  for (const name of FILES) if (existsSync(join(report, name))) copyFileSync(join(report, name), join(folder, name));
}
const reports = readKeptReports(KEPT);
const results = resultsOf(reports);
await write('docs/results.json', JSON.stringify(results));
const readme = fillMarked(readFileSync('README.md', 'utf8'), 'results', resultsMarkdown(reports));
if (readme === undefined) throw new Error('README.md has no place for the results.');
await write('README.md', readme);
writeFileAtomic('docs/figures/results.png', await renderPng(resultsChart(reports)));
console.log(`${results.length} figures of ${reports.length} cross-validations in docs/results.json and README.md`);

async function write(path: string, text: string): Promise<void> {
  writeFileAtomic(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}
