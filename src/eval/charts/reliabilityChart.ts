import type { CalibrationBin } from '../metrics/calibration.ts';
import { CHART_BASE, type ChartSpec, type ChartText, FAINT, heading, INK, SERIES_COLOURS } from './chartTheme.ts';

export interface ReliabilityChartData extends ChartText {
  /** One column each, such as before and after calibration. */
  panels: readonly { name: string; bins: readonly CalibrationBin[]; ece: number }[];
}

const SIZE = 350;
const MARKS = ['accuracy of the bin', 'gap to its mean confidence'] as const;

/**
 * Reliability diagrams: the accuracy of each bin as a bar, its mean confidence as a mark, and between them the gap, whose mean is the ECE; below,
 * the number of clips of each bin. For a calibrated system the bars end on the diagonal. Columns share their scales.
 * @example
 * const rows = [['angry', 'angry', 0.9], ['angry', 'calm', 0.4], ['calm', 'calm', 0.2], ['calm', 'calm', 0.3]].map(
 *   ([label, predicted, p], i) => ({ id: `clip ${i}`, speaker: `speaker ${i % 2}`, gender: 'female', label, predicted, probabilities: [p, 1 - p] }),
 * );
 * const { bins, ece } = calibration({ labels: ['angry', 'calm'], rows });
 * reliabilityChart({ panels: [{ name: 'cnn', bins, ece }], title: 'Calibration' }).title.text // → 'Calibration'
 */
export function reliabilityChart({ panels, ...text }: ReliabilityChartData): ChartSpec {
  const values = panels.flatMap(({ name, bins }) =>
    bins.filter(({ count }) => count > 0).map((bin) => ({ panel: name, ...bin })),
  );
  const most = Math.max(1, ...values.map(({ count }) => count));
  return {
    ...CHART_BASE,
    title: { ...heading(text), frame: 'bounds' },
    data: { values },
    spacing: 36,
    resolve: { scale: { color: 'shared' } },
    hconcat: panels.map(({ name, ece }, column) => ({
      title: { text: `${name}: ECE ${ece.toFixed(3)}`, fontSize: 13, offset: 8, anchor: 'start', frame: 'group' },
      transform: [{ filter: `datum.panel === ${JSON.stringify(name)}` }],
      spacing: 12,
      vconcat: [diagram(column === 0), counts(column === 0, most)],
    })),
  };
}

function diagram(isFirst: boolean) {
  const colour = (name: (typeof MARKS)[number]) => ({
    datum: name,
    type: 'nominal' as const,
    scale: { domain: [...MARKS], range: SERIES_COLOURS.slice(0, 2) },
    legend: { title: null, orient: 'bottom' as const, direction: 'horizontal' as const, offset: 8, labelLimit: 0 },
  });
  const tooltip = [
    { field: 'low', title: 'confidence above', format: '.3f' },
    { field: 'high', title: 'to', format: '.3f' },
    { field: 'count', title: 'clips' },
    { field: 'confidence', title: 'mean confidence', format: '.3f' },
    { field: 'accuracy', format: '.3f' },
  ];
  const y = {
    type: 'quantitative' as const,
    scale: { domain: [0, 1] },
    axis: { ...SHARE, title: isFirst ? `accuracy (pale: under ${FEW} clips)` : null, minExtent: 36 },
  };
  return {
    width: SIZE,
    height: SIZE,
    layer: [
      {
        mark: { type: 'bar' as const, stroke: 'white', strokeWidth: 1.5 },
        encoding: {
          x: { field: 'low', ...CONFIDENCE, axis: null },
          x2: { field: 'high' },
          y: { field: 'accuracy', ...y },
          y2: { datum: 0 },
          color: colour(MARKS[0]),
          opacity: PALE,
          tooltip,
        },
      },
      {
        data: { values: [{ from: 0, to: 1 }] },
        mark: { type: 'rule' as const, color: INK, strokeDash: [5, 4], strokeWidth: 1.2 },
        encoding: {
          x: { field: 'from', ...CONFIDENCE },
          x2: { field: 'to' },
          y: { field: 'from', ...y },
          y2: { field: 'to' },
        },
      },
      {
        mark: { type: 'rule' as const, strokeWidth: 5 },
        encoding: {
          x: { field: 'confidence', ...CONFIDENCE },
          y: { field: 'accuracy', ...y },
          y2: { field: 'confidence' },
          color: colour(MARKS[1]),
          opacity: PALE,
          tooltip,
        },
      },
    ],
  };
}

/** The clips of each bin, on the confidence axis of the diagram. */
function counts(isFirst: boolean, most: number) {
  const y = {
    field: 'count',
    type: 'quantitative' as const,
    scale: { domain: [0, 1.25 * most] },
    axis: { title: isFirst ? 'clips' : null, minExtent: 36, grid: false, labels: false, ticks: false, domain: false },
  };
  return {
    width: SIZE,
    height: 90,
    layer: [
      {
        mark: { type: 'bar' as const, color: FAINT, stroke: 'white', strokeWidth: 1.5 },
        encoding: {
          x: { field: 'low', ...CONFIDENCE, axis: { ...SHARE, title: 'confidence', grid: false } },
          x2: { field: 'high' },
          y,
          y2: { datum: 0 },
        },
      },
      {
        transform: [{ calculate: '(datum.low + datum.high) / 2', as: 'middle' }],
        mark: { type: 'text' as const, baseline: 'bottom' as const, dy: -2, fontSize: 10, color: INK },
        encoding: { x: { field: 'middle', ...CONFIDENCE }, y, text: { field: 'count', type: 'quantitative' as const } },
      },
    ],
  };
}

const CONFIDENCE = { type: 'quantitative' as const, scale: { domain: [0, 1] } };
const SHARE = { values: [0, 0.2, 0.4, 0.6, 0.8, 1], format: '.1f', domain: false, ticks: false, labelFlush: false };
/** Number of clips below which a bin's accuracy is mostly chance. */
const FEW = 10;
const PALE = { condition: { test: `datum.count < ${FEW}`, value: 0.3 }, value: 1 };
