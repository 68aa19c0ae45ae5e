import { CHART_BASE, type ChartSpec, type ChartText, figureBy, heading, shadeBy } from '../chartTheme.ts';

export interface CorporaChartData extends ChartText {
  corpora: readonly string[];
  /** UAR of each pair of a training and a test corpus. */
  cells: readonly { train: string; test: string; uar: number }[];
}

const CELL = 74;
const AXIS = { domain: false, ticks: false, labelPadding: 8 } as const;

/**
 * UAR by training corpus (rows) and test corpus (columns), as a heat map.
 * @example
 * corporaChart({ corpora: ['a'], cells: [{ train: 'a', test: 'a', uar: 0.5 }], title: 'UAR', subtitle: 'svm' }).title.text // → 'UAR'
 */
export function corporaChart({ corpora, cells, ...text }: CorporaChartData): ChartSpec {
  const sort = [...corpora];
  return {
    ...CHART_BASE,
    title: heading(text),
    width: CELL * corpora.length,
    height: CELL * corpora.length,
    data: { values: cells.map((cell) => ({ ...cell, text: cell.uar.toFixed(3) })) },
    encoding: {
      x: { field: 'test', type: 'nominal', sort, axis: { ...AXIS, title: 'tested on', labelAngle: -35 } },
      y: { field: 'train', type: 'nominal', sort, axis: { ...AXIS, title: 'trained on' } },
    },
    layer: [
      { mark: { type: 'rect', stroke: 'white', strokeWidth: 2 }, encoding: { color: shadeBy('uar') } },
      {
        mark: { type: 'text', fontSize: 14 },
        encoding: { text: { field: 'text', type: 'nominal' }, color: figureBy('uar', 'false') },
      },
    ],
  };
}
