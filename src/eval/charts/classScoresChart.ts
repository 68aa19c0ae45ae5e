import { CHART_BASE, type ChartSpec, type ChartText, heading, INK, SERIES_COLOURS } from './chartTheme.ts';
import type { Scores } from '../metrics/classScores.ts';

export interface ClassScoresChartData extends ChartText {
  labels: readonly string[];
  /** One entry per label. */
  scores: readonly Scores[];
}

const METRICS = ['precision', 'recall', 'F1'] as const;

/**
 * Precision, recall and F1 of every label as bars, with their figures. Labels without clips are marked as such.
 * @example
 * const { perClass } = classScores(['angry', 'calm'], ['angry', 'calm'], ['angry', 'calm']);
 * classScoresChart({ labels: ['angry', 'calm'], scores: perClass, title: 'Test' }).title.text // → 'Test'
 */
export function classScoresChart({ labels, scores, ...text }: ClassScoresChartData): ChartSpec {
  const names = labels.map(
    (label, i) => `${label}\n${scores[i].support === 0 ? 'no clips' : `n = ${scores[i].support}`}`,
  );
  const values = labels.flatMap((label, i) => {
    const { precision, recall, f1, support } = scores[i];
    const figures = { precision, recall, F1: f1 };
    return METRICS.map((metric) => ({
      emotion: names[i],
      label,
      metric,
      value: figures[metric],
      text: support === 0 ? '–' : figures[metric].toFixed(2).replace(/^0/, ''),
    }));
  });
  return {
    ...CHART_BASE,
    title: heading(text),
    width: 96 * labels.length,
    height: 280,
    data: { values },
    encoding: {
      x: {
        field: 'emotion',
        type: 'nominal',
        sort: names,
        scale: { paddingInner: 0.18, paddingOuter: 0.1 },
        axis: { title: null, labelAngle: 0, labelExpr: "split(datum.value, '\\n')", labelPadding: 8, ticks: false },
      },
      xOffset: { field: 'metric', type: 'nominal', sort: [...METRICS] },
      y: {
        field: 'value',
        type: 'quantitative',
        scale: { domain: [0, 1] },
        axis: { title: null, values: [0, 0.2, 0.4, 0.6, 0.8, 1], format: '.1f', domain: false, ticks: false },
      },
    },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: {
          color: {
            field: 'metric',
            type: 'nominal',
            sort: [...METRICS],
            scale: { domain: [...METRICS], range: [...SERIES_COLOURS] },
            legend: { title: null, orient: 'bottom', direction: 'horizontal', offset: 12 },
          },
          tooltip: [
            { field: 'label', title: 'emotion' },
            { field: 'metric' },
            { field: 'value', type: 'quantitative', format: '.4f' },
          ],
        },
      },
      {
        mark: { type: 'text', baseline: 'bottom', dy: -2, fontSize: 11, color: INK },
        encoding: { text: { field: 'text', type: 'nominal' } },
      },
    ],
  };
}
