import { CHART_BASE, type ChartSpec, type ChartText, figureBy, heading, shadeBy } from './chartTheme.ts';
import { normaliseRows } from '../metrics/confusion.ts';
import { sum } from '../statistics/mean.ts';

export interface ConfusionChartData extends ChartText {
  labels: readonly string[];
  /** Counts, true label × predicted label. */
  confusion: readonly (readonly number[])[];
  /** Show shares of each true label's clips in per cent (with the recalls on the diagonal) instead of counts. */
  normalised?: boolean;
  /** Number of runs over the same clips that were added up. Default 1. */
  runs?: number;
}

const CELL = 58;

/**
 * A confusion matrix as a heat map with figures in the cells. The row of a label without clips has dashes.
 * @example
 * confusionChart({ labels: ['angry', 'calm'], confusion: [[3, 1], [0, 2]], title: 'Test' }).title.text // → 'Test'
 */
export function confusionChart({
  labels,
  confusion,
  normalised = false,
  runs = 1,
  ...text
}: ConfusionChartData): ChartSpec {
  const shares = normaliseRows(confusion);
  const supports = confusion.map((row) => sum(row));
  const rowNames = labels.map((label, i) => `${label} (${supports[i] / runs})`);
  const largest = Math.max(1, ...confusion.flat());
  const values = labels.flatMap((truth, row) =>
    labels.map((predicted, column) => {
      const count = confusion[row][column];
      const share = shares[row][column];
      const shown = normalised ? `${(100 * share).toFixed(0)}%` : String(count);
      return {
        truth: rowNames[row],
        predicted,
        count,
        share,
        shade: normalised ? share : count / largest,
        text: supports[row] === 0 ? '–' : shown,
        emotion: truth,
      };
    }),
  );
  return {
    ...CHART_BASE,
    title: heading(text),
    width: CELL * labels.length,
    height: CELL * labels.length,
    data: { values },
    encoding: {
      x: {
        field: 'predicted',
        type: 'nominal',
        sort: [...labels],
        axis: { title: 'predicted emotion', labelAngle: -35, domain: false, ticks: false, labelPadding: 6 },
      },
      y: {
        field: 'truth',
        type: 'nominal',
        sort: rowNames,
        axis: { title: 'true emotion (clips)', domain: false, ticks: false, labelPadding: 8 },
      },
    },
    layer: [
      {
        mark: { type: 'rect', stroke: 'white', strokeWidth: 2 },
        encoding: {
          color: shadeBy('shade'),
          tooltip: [
            { field: 'emotion', title: 'true' },
            { field: 'predicted', title: 'predicted' },
            { field: 'count', title: 'clips' },
            { field: 'share', title: 'of the true', format: '.1%' },
          ],
        },
      },
      {
        mark: { type: 'text', fontSize: normalised ? 14 : 15 },
        encoding: {
          text: { field: 'text', type: 'nominal' },
          color: figureBy('shade', 'datum.count === 0'),
        },
      },
    ],
  };
}
