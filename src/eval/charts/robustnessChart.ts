import { CHART_BASE, type ChartSpec, type ChartText, FAINT, heading, INK, SERIES_COLOURS } from './chartTheme.ts';
import type { ConditionResult, Estimate } from '../reports/robustness.ts';

export interface RobustnessChartData extends ChartText {
  /** The first is what the others are compared with. */
  conditions: readonly ConditionResult[];
}

const ROW = 34;
const SERIES = ['UAR', 'accuracy', 'mean confidence'];

/**
 * A row for each condition. Left: UAR and accuracy with their intervals, and how sure the models are; a line stands at the undisturbed UAR.
 * Right: the share of clips whose prediction is another than without the condition.
 */
export function robustnessChart({ conditions, ...text }: RobustnessChartData): ChartSpec {
  const [first] = conditions;
  const order = conditions.map(({ label }) => label);
  const scores = conditions.flatMap(({ label, uar, accuracy, confidence }) => [
    { condition: label, figure: SERIES[0], value: uar.value, ...uar.interval, interval: range(uar) },
    { condition: label, figure: SERIES[1], value: accuracy.value, ...accuracy.interval, interval: range(accuracy) },
    { condition: label, figure: SERIES[2], value: confidence, interval: '–' },
  ]);
  const flips = conditions.slice(1).map(({ label, flips: { value, clips, interval } }) => ({
    ...{ condition: label, value, ...interval },
    text: `${(100 * value).toFixed(0)} % (${clips})`,
  }));
  const y = (labels: boolean) =>
    ({
      field: 'condition',
      type: 'nominal',
      // Said here, so that the rows of both panels lie level.
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
  const height = ROW * conditions.length;
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
            data: { values: [{ value: first.uar.value }] },
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
                axis: { title: `UAR, accuracy, confidence (dashed: UAR, ${first.label})`, format: '.1f', tickCount: 6 },
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
        data: { values: flips },
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
              x: { ...x, field: conditions.some(({ flips }) => flips.interval) ? 'high' : 'value' },
              text: { field: 'text', type: 'nominal' },
            },
          },
        ],
      },
    ],
  };
}

const range = ({ interval }: Estimate): string =>
  interval ? `${interval.low.toFixed(3)}–${interval.high.toFixed(3)}` : '–';
