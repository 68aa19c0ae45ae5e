import { CHART_BASE, type ChartSpec, type ChartText, FAINT, heading, SERIES_COLOURS } from './chartTheme.ts';

export interface RecallsChartData extends ChartText {
  recalls: readonly { label: string; clips: number; first: number; second: number }[];
  /** Names of the two systems. */
  names: readonly [first: string, second: string];
}

/** Recall of every emotion by two systems: a dot each, and a line between them. Emotions without clips are left out. */
export function recallsChart({ recalls, names, ...text }: RecallsChartData): ChartSpec {
  const tested = recalls.filter(({ clips }) => clips > 0);
  const rows = tested.map(({ label, clips, first, second }) => ({ emotion: `${label} (${clips})`, first, second }));
  const dots = rows.flatMap(({ emotion, first, second }) =>
    [first, second].map((recall, i) => ({ emotion, system: names[i], recall })),
  );
  const y = { field: 'emotion', type: 'nominal', sort: null, axis: { title: 'emotion (clips)', ticks: false, domain: false, labelPadding: 8 } } as const; // prettier-ignore
  const x = { type: 'quantitative', scale: { domain: [0, 1] as number[] }, axis: { title: 'recall', format: '.1f', tickCount: 6 } } as const; // prettier-ignore
  return {
    ...CHART_BASE,
    title: heading(text),
    width: 460,
    height: 34 * rows.length,
    data: { values: rows },
    layer: [
      {
        mark: { type: 'rule', color: FAINT, size: 2 },
        encoding: { y, x: { ...x, field: 'first' }, x2: { field: 'second' } },
      },
      {
        data: { values: dots },
        mark: { type: 'point', filled: true, size: 110, opacity: 1 },
        encoding: {
          y,
          x: { ...x, field: 'recall' },
          color: {
            field: 'system',
            type: 'nominal',
            sort: null,
            scale: { domain: [...names], range: SERIES_COLOURS.slice(0, 2) },
            legend: { title: null, orient: 'bottom', direction: 'vertical', labelLimit: 0, offset: 12 },
          },
          shape: {
            field: 'system',
            type: 'nominal',
            sort: null,
            scale: { domain: [...names], range: ['circle', 'diamond'] },
          },
          tooltip: [
            { field: 'emotion' },
            { field: 'system' },
            { field: 'recall', type: 'quantitative', format: '.3f' },
          ],
        },
      },
    ],
  };
}
