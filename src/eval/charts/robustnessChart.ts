import { CHART_BASE, type ChartSpec, type ChartText, FAINT, heading, INK, SERIES_COLOURS } from './chartTheme.ts';
import type { Report } from '../reports/report.ts';
import type { Interval } from '../statistics/bootstrap.ts';
import { wholeOf } from '../systems/scores.ts';

export interface RobustnessChartData extends ChartText {
  /** Conditions; the first is the reference for the others. */
  report: Pick<Report, 'systems' | 'comparisons'>;
}

const ROW = 34;
const SERIES = ['UAR', 'accuracy', 'mean confidence'];

/**
 * One row per condition. Left: UAR and accuracy with their intervals, and the mean confidence; a line marks the UAR without a disturbance.
 * Then the UAR as a share of that without a disturbance, and the share of clips whose prediction differs from that without it.
 */
export function robustnessChart({ report: { systems, comparisons }, ...text }: RobustnessChartData): ChartSpec {
  const order = systems.map(({ title }) => title);
  const scores = systems.flatMap((system) => {
    const { figures, confidence } = wholeOf(system);
    const bars = [figures.uar, figures.accuracy].map(({ mean, interval }, i) => {
      return { figure: SERIES[i], value: mean, ...interval, interval: range(interval) };
    });
    return [...bars, { figure: SERIES[2], value: confidence, interval: '–' }].map((bar) => ({ condition: system.title, ...bar })); // prettier-ignore
  });
  const changed = comparisons.map(({ second, changed: { value, clips, interval } }) => ({
    ...{ condition: systems.find(({ name }) => name === second)!.title, value, ...interval },
    text: `${(100 * value).toFixed(0)} % (${clips})`,
  }));
  const shares = comparisons.flatMap(({ second, share }) =>
    share
      ? [{ condition: systems.find(({ name }) => name === second)!.title, value: share.value, ...share.interval, text: `${(100 * share.value).toFixed(0)} %` }] // prettier-ignore
      : [],
  );
  const y = (labels: boolean) =>
    ({
      field: 'condition',
      type: 'nominal',
      // Repeated here, so that the rows of both panels are aligned.
      scale: { domain: order, paddingInner: 0.2, paddingOuter: 0.1 },
      axis: labels
        ? { title: null, labelLimit: 260, ticks: false, domain: false, labelPadding: 10, grid: true }
        : { title: null, labels: false, ticks: false, domain: false, grid: true },
    }) as const;
  const offset = { field: 'figure', type: 'nominal' as const, scale: { domain: [...SERIES] } };
  const colour = {
    field: 'figure',
    type: 'nominal',
    scale: { domain: [...SERIES], range: [SERIES_COLOURS[0], SERIES_COLOURS[1], INK] },
    legend: { title: null, orient: 'bottom', direction: 'horizontal' },
  } as const;
  const shape = { field: 'figure', type: 'nominal', scale: { domain: [...SERIES], range: ['circle', 'square', 'diamond'] } } as const; // prettier-ignore
  const x = { type: 'quantitative' as const, scale: { domain: [0, 1] } };
  const shareX = { type: 'quantitative' as const, scale: { domain: [0, 1.2] } };
  const height = ROW * systems.length;
  return {
    ...CHART_BASE,
    title: heading(text),
    spacing: 24,
    hconcat: [
      {
        width: 440,
        height,
        data: { values: scores },
        layer: [
          {
            data: { values: scores.slice(0, 1) },
            mark: { type: 'rule', color: SERIES_COLOURS[0], strokeDash: [4, 4], opacity: 0.8 },
            encoding: { x: { ...x, field: 'value' } },
          },
          {
            transform: [{ filter: 'isValid(datum.low)' }],
            mark: { type: 'rule', size: 2, opacity: 0.75 },
            encoding: { y: y(true), yOffset: offset, x: { ...x, field: 'low' }, x2: { field: 'high' }, color: colour },
          },
          {
            mark: { type: 'point', filled: true, size: 70, opacity: 1 },
            encoding: {
              y: y(true),
              yOffset: offset,
              x: {
                ...x,
                field: 'value',
                axis: { title: `UAR, accuracy, confidence (dashed: UAR, ${order[0]})`, format: '.1f', tickCount: 6 },
              },
              color: colour,
              shape,
              tooltip: [
                { field: 'condition', type: 'nominal' },
                { field: 'figure', type: 'nominal' },
                { field: 'value', type: 'quantitative', format: '.3f' },
                { field: 'interval', type: 'nominal' },
              ],
            },
          },
        ],
      },
      {
        width: 250,
        height,
        data: { values: shares },
        layer: [
          {
            data: { values: [{ value: 1 }] },
            mark: { type: 'rule', color: SERIES_COLOURS[0], strokeDash: [4, 4] },
            encoding: { x: { ...shareX, field: 'value' } },
          },
          {
            transform: [{ filter: 'isValid(datum.low)' }],
            mark: { type: 'rule', size: 2, color: SERIES_COLOURS[0] },
            encoding: { y: y(false), x: { ...shareX, field: 'low' }, x2: { field: 'high' } },
          },
          {
            mark: { type: 'point', filled: true, size: 70, opacity: 1, color: SERIES_COLOURS[0] },
            encoding: {
              y: y(false),
              x: {
                ...shareX,
                field: 'value',
                axis: { title: `share of the UAR, ${order[0]}`, format: '.0%', values: [0, 0.5, 1] },
              },
            },
          },
          {
            mark: { type: 'text', align: 'left', dx: 8, fontSize: 12, color: INK },
            encoding: {
              y: y(false),
              x: { ...shareX, field: shares.some((one) => 'high' in one) ? 'high' : 'value' },
              text: { field: 'text', type: 'nominal' },
            },
          },
        ],
      },
      {
        width: 250,
        height,
        data: { values: changed },
        layer: [
          {
            mark: { type: 'bar', color: FAINT, height: { band: 0.5 } },
            encoding: {
              y: y(false),
              x: {
                ...x,
                field: 'value',
                axis: { title: 'predictions that change (clips)', format: '.0%', values: [0, 0.5, 1] },
              },
            },
          },
          {
            transform: [{ filter: 'isValid(datum.low)' }],
            mark: { type: 'rule', color: INK, size: 1.5 },
            encoding: { y: y(false), x: { ...x, field: 'low' }, x2: { field: 'high' } },
          },
          {
            mark: { type: 'text', align: 'left', dx: 6, fontSize: 12, color: INK },
            encoding: {
              y: y(false),
              x: { ...x, field: comparisons.some(({ changed }) => changed.interval) ? 'high' : 'value' },
              text: { field: 'text', type: 'nominal' },
            },
          },
        ],
      },
    ],
  };
}

const range = (interval: Interval | null): string =>
  interval ? `${interval.low.toFixed(3)}–${interval.high.toFixed(3)}` : '–';
