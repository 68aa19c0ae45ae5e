import { CHART_BASE, type ChartSpec, type ChartText, FAINT, heading, INK } from './chartTheme.ts';
import { normaliseRows } from './confusion.ts';

export interface ConfusionChartData extends ChartText {
  labels: readonly string[];
  /** Counts, true label × predicted label. */
  confusion: readonly (readonly number[])[];
  /** Show the share of each true label's clips in per cent (the diagonal holds the recalls) instead of counts. */
  normalised?: boolean;
}

const CELL = 58;

/** A confusion matrix as a heat map with its figures in the cells. The row of a label without clips holds dashes. */
export function confusionChart({ labels, confusion, normalised = false, ...text }: ConfusionChartData): ChartSpec {
  const shares = normaliseRows(confusion);
  const supports = confusion.map((row) => row.reduce((total, count) => total + count, 0));
  const rowNames = labels.map((label, i) => `${label} (${supports[i]})`);
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
          color: {
            field: 'shade',
            type: 'quantitative',
            scale: { range: ['#f3f6f9', '#9ecae1', '#3182bd', '#08306b'], domain: [0, 1 / 3, 2 / 3, 1] },
            legend: null,
          },
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
          color: {
            // White on the dark cells; faint zeros, so that the mistakes stand out.
            condition: [
              { test: 'datum.count === 0', value: FAINT },
              { test: 'datum.shade > 0.6', value: 'white' },
            ],
            value: INK,
          },
        },
      },
    ],
  };
}
