import { join } from 'node:path';
import * as v from 'valibot';
import type { Argv } from 'yargs';
import { findSources } from '../../data/sources/dataClips.ts';
import { SerError } from '../../error.ts';
import { readReportJson } from '../../eval/reports/reportJson.ts';
import { mean } from '../../eval/statistics/mean.ts';
import { markdownTable } from '../../eval/text/markdown.ts';
import { checkOutFolder, writeFileAtomic, writeJson } from '../../files/files.ts';
import { runCommands } from '../../train/processes.ts';
import { commandLine, optionNameOf } from '../commandLine.ts';
import { sourceOptions } from '../data/dataOption.ts';
import { crossOptions } from '../eval/crossOptions.ts';
import type { Arguments } from '../lazily.ts';
import { MODELS_OPTION } from '../options.ts';
import { resumable } from '../resumable.ts';

/** Options of this command alone; the others are passed on to `ser eval`. */
const OWN = ['data', 'within', 'out', 'json'];

export const builder = (parser: Argv) =>
  parser
    .options(crossOptions())
    .option('models', {
      ...MODELS_OPTION,
      describe: 'Family whose recipe is followed where no classifier and no features are given',
    })
    .default('model', 'pooled')
    .demandOption('data')
    .option('within', {
      type: 'string',
      default: 'k-fold',
      describe: 'Protocol of the diagonal, where a corpus is both trained and tested on',
    })
    .option('out', {
      type: 'string',
      default: 'reports/heat-map',
      describe: 'Folder of the map and of the report of each cell',
    })
    .option('json', { type: 'boolean', default: false, describe: 'Print the cells as JSON' })
    .example('$0 heat-map --data a.csv --data b.csv --data recordings', 'nine cells, one model for all voices in each')
    .example(
      '$0 heat-map --data a.csv --data b.csv --classifier svm --features librosa186',
      'in minutes: support vector machines',
    );

/** Trains on each corpus and tests on each: a report of every pair by `ser eval`, and their UARs as a map. */
export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { data = [], within, out, json } = args;
  const names = findSources(data, sourceOptions(args)).map(({ corpus }) => corpus.name);
  if (names.length < 2) throw new SerError('usage', 'A map needs two corpora or more: repeat --data.');
  checkOutFolder(out);
  const words = passedOn(process.argv.slice(3));
  if (!words.some((word) => /^--model(=|$)/.test(word))) words.push('--model', args.model);
  const pairs = names.flatMap((train, i) => names.map((test, k) => ({ train, test, data: i === k ? [data[i]] : [data[i], data[k]] }))); // prettier-ignore
  const folderOf = ({ train, test }: { train: string; test: string }): string => join(out, `${train}-to-${test}`);
  const commands = pairs.map((pair) => [
    ...['eval', ...words, '--protocol', pair.train === pair.test ? within : `cross-corpus-${pair.test}`],
    ...pair.data.map((one) => `--data=${one}`),
    ...['--out', folderOf(pair)],
  ]);
  const makeMap = async (signal: AbortSignal): Promise<void> => {
    // One after another: each has processes of its own.
    await runCommands(commands, signal, 1);
    const cells = pairs.map(({ train, test }) => ({ train, test, ...readCell(folderOf({ train, test })) }));
    const others = cells.filter(({ train, test }) => train !== test);
    const offDiagonal = mean(others.map(({ uar }) => uar));
    await writeMap(out, { command: commandLine(), corpora: names, cells, offDiagonal });
    console.log(
      json ? JSON.stringify({ corpora: names, cells, offDiagonal }, null, 2) : tableOf(names, cells, offDiagonal),
    );
    console.error(`map: ${join(out, 'heat-map.png')}`);
  };
  await resumable(makeMap, () => undefined);
}

interface Cell {
  train: string;
  test: string;
  /** Of the report's first system, mean over the seeds. */
  uar: number;
  interval: { low: number; high: number } | null;
  /** Shared by both corpora. */
  labels: string[];
  clips: number;
}

const PART = v.object({
  n: v.number(),
  figures: v.object({ uar: v.object({ mean: v.number(), interval: v.nullable(v.object({ low: v.number(), high: v.number() })) }) }), // prettier-ignore
});
const REPORT = v.object({
  labels: v.array(v.string()),
  systems: v.pipe(v.array(v.object({ parts: v.record(v.string(), PART) })), v.minLength(1)),
});

function readCell(folder: string): Omit<Cell, 'train' | 'test'> {
  const { labels, systems } = readReportJson(folder, 'report.json', REPORT);
  const { n, figures } = Object.values(systems[0].parts).at(-1)!;
  return { uar: figures.uar.mean, interval: figures.uar.interval, labels, clips: n };
}

/** The words of the command line that are not of this command alone. */
function passedOn(words: readonly string[]): string[] {
  let isOwn = false;
  return words.filter((word) => {
    const name = optionNameOf(word);
    if (name !== '') isOwn = OWN.includes(name);
    return !isOwn;
  });
}

function tableOf(names: readonly string[], cells: readonly Cell[], offDiagonal: number): string {
  const rows = names.map((train) => [train, ...names.map((test) => textOf(cells.find((cell) => cell.train === train && cell.test === test)!))]); // prettier-ignore
  return [
    'UAR by training corpus (rows) and test corpus, over the emotions that both have; in brackets 95 % intervals over the test speakers, and the number of emotions.',
    '',
    markdownTable(['trained on', ...names], rows),
    '',
    `Mean off the diagonal: ${offDiagonal.toFixed(3)}.`,
  ].join('\n');
}

function textOf({ uar, interval, labels }: Cell): string {
  const range = interval ? ` [${interval.low.toFixed(3)}, ${interval.high.toFixed(3)}]` : '';
  return `${uar.toFixed(3)}${range} (${labels.length})`;
}

async function writeMap(
  out: string,
  map: { command: string; corpora: readonly string[]; cells: readonly Cell[]; offDiagonal: number },
): Promise<void> {
  const { command, corpora, cells, offDiagonal } = map;
  // Loaded late: the charts' libraries are slow to load.
  const [{ corporaChart }, { renderPng, renderSvg }] = await Promise.all([
    import('../../eval/charts/matrices/corporaChart.ts'),
    import('../../eval/charts/render.ts'),
  ]);
  const chart = corporaChart({ corpora, cells, title: 'UAR by training and test corpus', subtitle: `mean off the diagonal ${offDiagonal.toFixed(3)}` }); // prettier-ignore
  const svg = await renderSvg(chart);
  writeJson(join(out, 'heat-map.json'), map);
  writeFileAtomic(join(out, 'heat-map.md'), `# Trained on one corpus, tested on another\n\n${tableOf(corpora, cells, offDiagonal)}\n\nCommand: \`${command}\`\n`); // prettier-ignore
  writeFileAtomic(join(out, 'heat-map.svg'), svg);
  writeFileAtomic(join(out, 'heat-map.png'), await renderPng(svg));
}
