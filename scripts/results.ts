/**
 * Makes docs/results.json, its chart, and the tables of docs/results.md and README.md again from the predictions in docs/predictions/, without training, and
 * what the README shows of a first clip from the shipped models.
 *
 *     npm run results                                       # in seconds
 *     npm run results -- reports/luna-5fold-pair            # first takes a new cross-validation's predictions into docs/predictions/
 *     npm run results -- --route-again                      # after a new gender model: first routes the kept pairs by its data/features/gender-out-of-fold.csv
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { fencedMarkdown, fillMarked } from '../src/eval/text/markdown.ts';
import { readKeptReports, resultsMarkdown, resultsOf, resultsSummary } from '../src/eval/reports/results.ts';
import { readVoices } from '../src/commands/eval/readVoices.ts';
import { makeReport } from '../src/eval/reports/report.ts';
import { readReport } from '../src/eval/reports/reportFiles.ts';
import { renderPng } from '../src/eval/charts/render.ts';
import { resultsChart } from '../src/eval/charts/resultsChart.ts';
import { voicesToCsv } from '../src/eval/systems/voicesCsv.ts';
import { jsonText, writeFileAtomic } from '../src/files/files.ts';
import { GENDER_POSTERIORS_PATH } from '../src/train/gender/voices/genderPosteriors.ts';

const KEPT = 'docs/predictions';
/** What the report is made of; pages and pictures are not kept. */
const FILES = ['predictions.csv', 'gender-posteriors.csv', 'importance.csv', 'map.csv', 'report.json', 'manifest.json'];

const { values: options, positionals } = parseArgs({ options: { 'route-again': { type: 'boolean' } }, allowPositionals: true }); // prettier-ignore
for (const report of positionals) {
  const folder = join(KEPT, basename(report));
  mkdirSync(folder, { recursive: true });
  for (const name of FILES) if (existsSync(join(report, name))) copyFileSync(join(report, name), join(folder, name));
}
if (options['route-again']) for (const name of readdirSync(KEPT)) routeAgain(join(KEPT, name));
const reports = readKeptReports(KEPT);
const results = resultsOf(reports);
await write('docs/results.json', JSON.stringify(results));
await fill('docs/results.md', 'results', resultsMarkdown(reports));
await fill('README.md', 'results', resultsSummary(reports));
await fill('README.md', 'first-clip', fencedMarkdown(firstClip(), 'text'));
writeFileAtomic('docs/figures/results.png', await renderPng(resultsChart(reports)));
console.log(
  `${results.length} figures of ${reports.length} cross-validations in docs/results.json, docs/results.md and README.md`,
);

async function write(path: string, text: string): Promise<void> {
  writeFileAtomic(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

/** Makes the report of a pair that is routed by predicted gender again with the posteriors of today. */
function routeAgain(folder: string): void {
  const input = readReport(folder);
  if (input.posteriors === undefined) return;
  const [{ rows }] = input.predictions;
  const voices = readVoices(rows, GENDER_POSTERIORS_PATH, 'ravdess');
  if (!voices) throw new Error(`${folder} cannot be routed again.`);
  writeFileAtomic(join(folder, 'report.json'), jsonText(makeReport({ ...input, ...voices }).report));
  writeFileAtomic(join(folder, 'gender-posteriors.csv'), voicesToCsv(voices.maleProbability, rows));
  console.log(`${folder}: routed again`);
}

/** What the README's first command prints. */
function firstClip(): string {
  const [node, ...words] = ['node', '--import', 'tsx', 'src/cli.ts', 'predict', 'data/voices'];
  return execFileSync(node, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

/** Puts Markdown where a page has its place of that name. */
async function fill(path: string, name: string, markdown: string): Promise<void> {
  const filled = fillMarked(readFileSync(path, 'utf8'), name, markdown);
  if (filled === undefined) throw new Error(`${path} has no place for ${name}.`);
  await write(path, filled);
}
