import { toCsv } from '../../../files/csv.ts';
import { CHART_BASE, type ChartSpec, type ChartText, heading } from '../chartTheme.ts';

/** A clip on a map. */
export interface MapPoint {
  id: string;
  x: number;
  y: number;
  /** Name of its colour group: emotion, gender. */
  group: string;
  /** Whether a model's prediction is wrong: then its dot is open. */
  wrong?: boolean;
}

export interface ClipMapChartData extends ChartText {
  points: readonly MapPoint[];
  /** In the order of the legend. */
  groups: readonly string[];
  /** Title of the legend. */
  by: string;
  axes: readonly [x: string, y: string];
}

/** Okabe and Ito's whole palette, with the pale yellow darkened for a white background; for up to eight groups. */
const GROUP_COLOURS = ['#56B4E9', '#009E73', '#E69F00', '#0072B2', '#D55E00', '#CC79A7', '#8C8000', '#1f2933'];
const TWO_COLOURS = ['#0072B2', '#E69F00'];
const SIZE = 520;

/**
 * A 2-D map of clips as dots, coloured by group; dots of wrong predictions are open.
 * @example
 * const points = [{ id: 'a', x: 0, y: 1, group: 'angry' }];
 * clipMapChart({ points, groups: ['angry'], by: 'emotion', axes: ['PC 1', 'PC 2'], title: 'Clips' }).title.text // → 'Clips'
 */
export function clipMapChart({ points, groups, by, axes, ...text }: ClipMapChartData): ChartSpec {
  const scored = points.some(({ wrong }) => wrong !== undefined);
  const rows = points.map(({ id, x, y, group, wrong }) => [
    ...[id, rounded(x), rounded(y), group],
    ...(scored ? [wrong ? 'wrong' : 'right'] : []),
  ]);
  // As CSV, thousands of clips take a third of the bytes of JSON records.
  const values = toCsv([['clip', 'x', 'y', by, ...(scored ? ['answer'] : [])], ...rows], { exact: true });
  const axis = (title: string) => ({ title, tickCount: 5, domain: false, ticks: false });
  const position = {
    x: { field: 'x', type: 'quantitative' as const, axis: axis(axes[0]), scale: { zero: false } },
    y: { field: 'y', type: 'quantitative' as const, axis: axis(axes[1]), scale: { zero: false } },
  };
  const tooltip = ['clip', by, ...(scored ? ['answer'] : [])].map((field) => ({ field }));
  const colour = {
    field: by,
    type: 'nominal' as const,
    scale: { domain: [...groups], range: groups.length > 2 ? GROUP_COLOURS : TWO_COLOURS },
    legend: { title: by, symbolOpacity: 1, symbolType: 'circle' as const },
  };
  const dots = {
    ...(scored && { transform: [{ filter: "datum.answer === 'right'" }] }),
    mark: { type: 'circle' as const, size: 26, opacity: 0.65 },
    encoding: {
      ...position,
      color: colour,
      tooltip,
    },
  };
  const rings = {
    transform: [{ filter: "datum.answer === 'wrong'" }],
    mark: { type: 'point' as const, size: 24, strokeWidth: 1, opacity: 0.8 },
    encoding: {
      ...position,
      color: colour,
      shape: {
        field: 'answer',
        type: 'nominal' as const,
        scale: { domain: ['wrong'], range: ['circle'] },
        legend: { title: 'answer' },
      },
      tooltip,
    },
  };
  return {
    ...CHART_BASE,
    title: heading(text),
    width: SIZE,
    height: SIZE,
    data: { values, format: { type: 'csv', parse: { x: 'number', y: 'number' } } },
    layer: scored ? [dots, rings] : [dots],
  };
}

/** Four digits are more than a screen shows. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
