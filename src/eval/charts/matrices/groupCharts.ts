import { CHART_BASE, type ChartSpec, type ChartText, figureBy, heading, shadeBy } from '../chartTheme.ts';
import { normaliseRows } from '../../metrics/confusion.ts';
import { sum } from '../../statistics/mean.ts';
import type { GroupScores } from '../../statistics/mistakes.ts';

export interface GroupChartData extends ChartText {
  labels: readonly string[];
  groups: readonly Pick<GroupScores, 'group' | 'confusion'>[];
}

const CELL = 34;
const AXIS = { domain: false, ticks: false, labelPadding: 5 } as const;
const CELLS = [
  { mark: { type: 'rect' as const, stroke: 'white', strokeWidth: 1 }, encoding: { color: shadeBy('share') } },
  {
    mark: { type: 'text' as const, fontSize: 11 },
    encoding: { text: { field: 'text' }, color: figureBy('share', "datum.text === '0' || datum.text === '–'") },
  },
];

/** Confusion matrices of groups of clips side by side: per cent of each true emotion's clips by predicted emotion. */
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
          axis: { ...AXIS, title: 'predicted', labelAngle: -45 },
        },
        y: { field: 'truth', type: 'nominal', sort: [...labels], axis: { ...AXIS, title: 'true emotion, %' } },
        tooltip: ['group', 'truth', 'predicted', 'clips'].map((field) => ({ field })),
      },
      layer: CELLS,
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
  return {
    ...CHART_BASE,
    title: heading(text),
    width: CELL * order.length,
    height: CELL * labels.length,
    data: { values },
    encoding: {
      x: { field: 'group', type: 'nominal', sort: order, axis: { ...AXIS, title: by, labelAngle: 0 } },
      y: { field: 'emotion', type: 'nominal', sort: [...labels], axis: { ...AXIS, title: 'recall, %' } },
      tooltip: ['group', 'emotion', 'text', 'clips'].map((field) => ({
        field,
        ...(field === 'text' && { title: 'recall, %' }),
      })),
    },
    layer: CELLS,
  };
}
