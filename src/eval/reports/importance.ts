import { cellNumber, parseCsv, toCsv } from '../../files/csv.ts';
import { SerError } from '../../error.ts';
import { CHART_BASE, type ChartSpec, type ChartText, heading, INK, SERIES_COLOURS } from '../charts/chartTheme.ts';
import { markdownTable, plainMarkdown } from '../text/markdown.ts';

/** Loss of a system without a block of features. */
export interface BlockImportance {
  /** Common name of the features, such as `mfcc`. */
  block: string;
  /** Number of features. */
  features: number;
  /** Loss of UAR when the block is permuted between clips: mean over repeats and seeds. */
  uar: number;
  accuracy: number;
}

const COLUMNS = ['block', 'features', 'uar', 'accuracy'] as const;

export function importanceToCsv(blocks: readonly BlockImportance[]): string {
  return toCsv([[...COLUMNS], ...blocks.map((block) => COLUMNS.map((column) => block[column]))]);
}

/** Reads the output of `importanceToCsv`. @throws {SerError} `table`, with the row, for a table of another kind or an invalid figure */
export function parseImportanceCsv(text: string, origin: string): BlockImportance[] {
  const [header = [], ...lines] = parseCsv(text, origin);
  const refuse = (message: string): never => {
    throw new SerError('table', `${origin}: ${message}`);
  };
  if (header.join() !== COLUMNS.join()) refuse(`its header must be ${COLUMNS.join()}; it is ${header.join()}.`);
  return lines.map(([block, ...cells], i) => {
    const [features, uar, accuracy] = cells.map(cellNumber);
    const isWhole = cells.length === 3 && [features, uar, accuracy].every(Number.isFinite);
    return isWhole
      ? { block, features, uar, accuracy }
      : refuse(`row ${i + 1} (${block}) does not have three numbers.`);
  });
}

/** The section of report.md on the importance of each block of features. */
export function importanceMarkdown(blocks: readonly BlockImportance[]): string {
  const rows = sorted(blocks).map(({ block, features, uar, accuracy }) => [
    plainMarkdown(block),
    String(features),
    uar.toFixed(3),
    accuracy.toFixed(3),
  ]);
  return [
    '## Permutation feature importance',
    'Loss when a block of features is permuted across the test clips (Breiman, 2001), means over five repeats and the seeds. ' +
      'Blocks that contain the same information as others show a small loss.',
    markdownTable(['block', 'features', 'UAR drop', 'accuracy drop'], rows),
  ].join('\n\n');
}

/** Loss of UAR by block as bars, the largest first. */
export function importanceChart({ blocks, ...text }: ChartText & { blocks: readonly BlockImportance[] }): ChartSpec {
  const values = sorted(blocks).map(({ block, features, uar }) => ({
    block: features > 1 ? `${block} (${features})` : block,
    uar,
    text: uar.toFixed(3),
  }));
  const y = {
    field: 'block',
    type: 'nominal',
    sort: null,
    axis: { title: null, ticks: false, domain: false },
  } as const;
  const x = { field: 'uar', type: 'quantitative', axis: { title: 'UAR drop', format: '.2f' } } as const;
  return {
    ...CHART_BASE,
    title: heading(text),
    width: 420,
    height: 26 * values.length,
    data: { values },
    layer: [
      { mark: { type: 'bar', color: SERIES_COLOURS[0] }, encoding: { x, y } },
      {
        mark: { type: 'text', align: 'left', dx: 5, fontSize: 12, color: INK },
        encoding: { x: { ...x, field: 'uar' }, y, text: { field: 'text' } },
      },
    ],
  };
}

const sorted = (blocks: readonly BlockImportance[]): BlockImportance[] => blocks.toSorted((a, b) => b.uar - a.uar);
