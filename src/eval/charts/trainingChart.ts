import type { TrainingEpoch } from '../systems/trainingEpoch.ts';
import { CHART_BASE, type ChartSpec, type ChartText, heading, SERIES_COLOURS } from './chartTheme.ts';

export interface TrainingChartData extends ChartText {
  /** One column of curves each. */
  runs: readonly { name: string; epochs: readonly TrainingEpoch[] }[];
}

const METRICS = ['loss', 'accuracy', 'learning rate'] as const;
type Metric = (typeof METRICS)[number];
const SERIES = ['training', 'validation'] as const;

interface Point {
  run: string;
  epoch: number;
  metric: Metric;
  series: (typeof SERIES)[number];
  value: number;
}

/**
 * Loss, accuracy and learning rate of every epoch, one column per run; the runs share their scales.
 * @example
 * const epochs = [{ epoch: 1, loss: 2, accuracy: 0.2, learningRate: 1e-3 }];
 * trainingChart({ runs: [{ name: 'male', epochs }], title: 'Training' }).title.text // → 'Training'
 */
export function trainingChart({ runs, ...text }: TrainingChartData): ChartSpec {
  const values = runs.flatMap(({ name, epochs }) => epochs.flatMap((epoch) => pointsOf(name, epoch)));
  const hasValidation = values.some((point) => point.series === 'validation');
  const row = (metric: Metric) => {
    const { scale, ticks } = yAxis(metric, values);
    return {
      spacing: 24,
      hconcat: runs.map(({ name }, column) => ({
        ...(runs.length > 1 && metric === 'loss' && { title: { text: name, fontSize: 13, offset: 6 } }),
        width: runs.length > 1 ? 320 : 600,
        height: metric === 'learning rate' ? 80 : 170,
        transform: [{ filter: `datum.run === ${JSON.stringify(name)} && datum.metric === '${metric}'` }],
        mark: { type: 'line' as const, strokeWidth: 2, ...(metric === 'learning rate' && STEPS) },
        encoding: {
          x: {
            field: 'epoch',
            type: 'quantitative' as const,
            scale: { domain: [0, Math.max(...values.map((point) => point.epoch))] },
            axis: {
              title: metric === 'learning rate' ? 'epoch' : null,
              grid: false,
              tickCount: 5,
              tickMinStep: 1,
              format: 'd',
            },
          },
          y: {
            field: 'value',
            type: 'quantitative' as const,
            scale,
            axis: { title: column === 0 ? metric : null, minExtent: 48, domain: false, ticks: false, ...ticks },
          },
          color:
            metric === 'learning rate'
              ? { value: '#52606d' }
              : {
                  field: 'series',
                  type: 'nominal' as const,
                  scale: { domain: [...SERIES], range: SERIES_COLOURS.slice(0, 2) },
                  legend: hasValidation ? { title: null, orient: 'bottom' as const, symbolType: 'stroke' } : null,
                },
          tooltip: ['run', 'epoch', 'series', 'value'].map((field) => ({ field })),
        },
      })),
    };
  };
  return {
    ...CHART_BASE,
    title: { ...heading(text), frame: 'bounds' },
    data: { values },
    spacing: 14,
    vconcat: METRICS.map(row),
  };
}

/** The rate is constant within an epoch. */
const STEPS = { interpolate: 'step-after' } as const;

function yAxis(metric: Metric, points: readonly Point[]) {
  const values = points.filter((point) => point.metric === metric).map((point) => point.value);
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  if (metric === 'accuracy') return { scale: { domain: [0, 1] }, ticks: { tickCount: 5, format: '.1f' } };
  if (metric === 'loss') return { scale: { domain: [0, 1.05 * highest] }, ticks: { tickCount: 5 } };
  return {
    scale: { type: 'log' as const, domain: [lowest / 1.5, highest * 1.5] },
    ticks: { values: [...new Set([highest, lowest])], format: '.1e' },
  };
}

function pointsOf(run: string, epoch: TrainingEpoch): Point[] {
  const { validationLoss, validationAccuracy } = epoch;
  const point = (metric: Metric, value: number, series: Point['series'] = 'training'): Point => ({
    run,
    epoch: epoch.epoch,
    metric,
    series,
    value,
  });
  return [
    point('loss', epoch.loss),
    point('accuracy', epoch.accuracy),
    point('learning rate', epoch.learningRate),
    ...(validationLoss === undefined ? [] : [point('loss', validationLoss, 'validation')]),
    ...(validationAccuracy === undefined ? [] : [point('accuracy', validationAccuracy, 'validation')]),
  ];
}
