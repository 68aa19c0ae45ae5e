import { CHART_BASE, type ChartSpec, heading, SERIES_COLOURS } from '../src/eval/charts/chartTheme.ts';
import type { BlockParity } from './parity.ts';

/** What is too small to see is drawn here. */
const FLOOR = 1e-9;

/** Median, 99th percentile and largest deviation of every block, on a logarithmic axis. */
export function parityChart(blocks: readonly BlockParity[]): ChartSpec {
  const statistics = { median: 'median', p99: '99 %', max: 'largest' } as const;
  const names = [...new Set(blocks.map(({ block }) => block))];
  const values = blocks
    .filter(({ group }) => group !== 'synthetic')
    .flatMap((row) =>
      Object.entries(statistics).map(([key, statistic]) => ({
        clips: row.group,
        block: row.block,
        statistic,
        deviation: Math.max(FLOOR, row[key as keyof typeof statistics]),
      })),
    );
  return {
    ...CHART_BASE,
    title: heading({
      title: 'Deviation of the 186 features from librosa 0.10.2',
      subtitle: 'in standard deviations of each feature over RAVDESS; 72 clips of 16 kHz and 8 of 48 kHz',
    }),
    data: { values },
    facet: { column: { field: 'clips', type: 'nominal', title: null } },
    spec: {
      width: 330,
      height: 300,
      encoding: {
        y: { field: 'block', type: 'nominal', sort: names, axis: { title: null } },
        x: {
          field: 'deviation',
          type: 'quantitative',
          scale: { type: 'log', domain: [FLOOR, 10] },
          axis: { title: 'standard deviations', values: [1e-9, 1e-7, 1e-5, 1e-3, 1e-1], format: '.0e' },
        },
      },
      layer: [
        { mark: { type: 'line', color: '#cbd2d9', strokeWidth: 3 }, encoding: { detail: { field: 'block' } } },
        {
          mark: { type: 'point', filled: true, size: 70, opacity: 1 },
          encoding: {
            color: {
              field: 'statistic',
              type: 'nominal',
              sort: Object.values(statistics),
              scale: { domain: Object.values(statistics), range: [...SERIES_COLOURS] },
              legend: { title: null, orient: 'bottom' },
            },
          },
        },
      ],
    },
  };
}
