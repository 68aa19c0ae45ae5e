import { CHART_BASE, type ChartSpec, type ChartText, FAINT, heading, INK } from './chartTheme.ts';
import { normaliseRows } from './confusion.ts';
import type { GroupScores } from './mistakes.ts';

export interface GroupChartData extends ChartText {
  labels: readonly string[];
  groups: readonly Pick<GroupScores, 'group' | 'confusion'>[];
}

/** Light for nothing, dark for all; the figures on the dark cells are white, those of nothing faint. */
const SHADES = {
  field: 'share',
  type: 'quantitative',
  scale: { range: ['#f3f6f9', '#9ecae1', '#3182bd', '#08306b'], domain: [0, 1 / 3, 2 / 3, 1] },
  legend: null,
} as const;
const FIGURE_COLOUR = {
  condition: [
    { test: "datum.text === '0' || datum.text === '–'", value: FAINT },
    { test: 'datum.share > 0.6', value: 'white' },
  ],
  value: INK,
};
const CELL = 34;

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** Confusion matrices of groups of clips side by side: of each true emotion, the per cent that each emotion is predicted for. */
export function groupConfusionChart({ labels, groups, ...text }: GroupChartData): ChartSpec {
  const values = groups.flatMap(({ group, confusion }) => {
    const shares = normaliseRows(confusion);
    return labels.flatMap((truth, row) => {
      const clips = sum(confusion[row]);
      return labels.map((predicted, column) => ({
        ...{ group, truth, predicted, clips: confusion[row][column], share: shares[row][column] },
        text: clips === 0 ? '–' : (100 * shares[row][column]).toFixed(0),
      }));
    });
  });
  const axis = { domain: false, ticks: false, labelPadding: 5 };
  return {
    ...CHART_BASE,
    title: heading(text),
    data: { values },
    facet: {
      column: { field: 'group', type: 'nominal', title: null, sort: groups.map(({ group }) => group) },
    },
    spec: {
      width: CELL * labels.length,
      height: CELL * labels.length,
      encoding: {
        x: {
          field: 'predicted',
          type: 'nominal',
          sort: [...labels],
          axis: { ...axis, title: 'predicted', labelAngle: -45 },
        },
        y: { field: 'truth', type: 'nominal', sort: [...labels], axis: { ...axis, title: 'true emotion, %' } },
        tooltip: ['group', 'truth', 'predicted', 'clips'].map((field) => ({ field })),
      },
      layer: [
        { mark: { type: 'rect', stroke: 'white', strokeWidth: 1 }, encoding: { color: SHADES } },
        { mark: { type: 'text', fontSize: 11 }, encoding: { text: { field: 'text' }, color: FIGURE_COLOUR } },
      ],
    },
  };
}

/** Recall of every emotion in every group, such as a speaker, in per cent; the groups with the highest mean recall first. */
export function groupRecallChart({ labels, groups, by, ...text }: GroupChartData & { by: string }): ChartSpec {
  const recalls = groups.map(({ group, confusion }) => ({
    group,
    recalls: confusion.map((row, i) => ({ clips: sum(row), share: row[i] / sum(row) })),
  }));
  const meanOf = (one: (typeof recalls)[number]): number => {
    const known = one.recalls.filter(({ clips }) => clips > 0);
    return sum(known.map(({ share }) => share)) / known.length;
  };
  const order = recalls.toSorted((a, b) => meanOf(b) - meanOf(a)).map(({ group }) => group);
  const values = recalls.flatMap(({ group, recalls }) =>
    recalls.map(({ clips, share }, i) => ({
      ...{ group, emotion: labels[i], clips, share: clips === 0 ? 0 : share },
      text: clips === 0 ? '–' : (100 * share).toFixed(0),
    })),
  );
  const axis = { domain: false, ticks: false, labelPadding: 5 };
  return {
    ...CHART_BASE,
    title: heading(text),
    width: CELL * order.length,
    height: CELL * labels.length,
    data: { values },
    encoding: {
      x: { field: 'group', type: 'nominal', sort: order, axis: { ...axis, title: by, labelAngle: 0 } },
      y: { field: 'emotion', type: 'nominal', sort: [...labels], axis: { ...axis, title: 'recall, %' } },
      tooltip: ['group', 'emotion', 'text', 'clips'].map((field) => ({
        field,
        ...(field === 'text' && { title: 'recall, %' }),
      })),
    },
    layer: [
      { mark: { type: 'rect', stroke: 'white', strokeWidth: 1 }, encoding: { color: SHADES } },
      { mark: { type: 'text', fontSize: 11 }, encoding: { text: { field: 'text' }, color: FIGURE_COLOUR } },
    ],
  };
}
