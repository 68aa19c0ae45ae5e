import { ANCHORS } from '../text/anchors.ts';
import { CHART_BASE, type ChartSpec, FAINT, heading, INK, SERIES_COLOURS } from './chartTheme.ts';
import { mean } from '../statistics/mean.ts';
import { type KeptReport, sharedPhrase, trainedText } from '../reports/results.ts';
import { wholeOf } from '../systems/scores.ts';

const OURS = 'here: mean over the seeds, 95 % interval';
const THEIRS = 'published';

/** UAR of the first system of every report, the highest first, beside published figures under the same protocol. */
export function resultsChart(reports: readonly KeptReport[]): ChartSpec {
  const ours = reports
    .map(({ trained, report: { protocol, seeds, systems } }) => {
      const { n, figures: { uar } } = wholeOf(systems[0]); // prettier-ignore
      const counts = `${n} clips, ${seeds.length === 1 ? '1 seed' : `${seeds.length} seeds`}`;
      const row = [`${protocol}, ${trained.model}`, trainedText(trained), sharedPhrase(protocol), counts].join('|');
      return { protocol, row, mean: uar.mean, low: uar.interval?.low, high: uar.interval?.high, who: OURS };
    })
    .sort((a, b) => b.mean - a.mean);
  const theirs = ours.flatMap(({ protocol, row }) =>
    (ANCHORS[protocol] ?? []).map(({ uar, what, source }) => ({ row, uar: middleOf(uar), what, source, who: THEIRS })),
  );
  const y = {
    field: 'row',
    type: 'nominal',
    sort: ours.map(({ row }) => row),
    axis: { title: null, labelExpr: "split(datum.label, '|')", labelLimit: 400, labelOffset: -14, ticks: false, domain: false, labelPadding: 10 }, // prettier-ignore
  } as const;
  const x = { type: 'quantitative' as const, scale: { domain: [0, 1] }, axis: { title: 'UAR', format: '.1f' } };
  const chance = 1 / reports[0].report.labels.length;
  const who = {
    field: 'who',
    type: 'nominal',
    scale: { domain: [OURS, THEIRS], range: [SERIES_COLOURS[0], SERIES_COLOURS[1]] },
    legend: { title: null, orient: 'bottom', labelLimit: 0 },
  } as const;
  const dashed = { type: 'rule' as const, strokeDash: [5, 4], color: FAINT };
  return {
    ...CHART_BASE,
    title: heading({
      title: 'The figures depend on who is tested',
      subtitle: `${reports[0].report.labels.length} emotions; dashed: chance`,
    }),
    width: 520,
    height: 76 * ours.length,
    data: { values: ours },
    layer: [
      { data: { values: [{ chance }] }, mark: dashed, encoding: { x: { ...x, field: 'chance' } } },
      {
        mark: { type: 'rule', size: 2 },
        encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' }, color: who },
      },
      { mark: { type: 'circle', size: 110, opacity: 1 }, encoding: { y, x: { ...x, field: 'mean' }, color: who } },
      {
        mark: { type: 'text', dy: -14, fontSize: 12, color: INK },
        encoding: { y, x: { ...x, field: 'mean' }, text: { field: 'mean', format: '.3f' } },
      },
      {
        data: { values: theirs },
        mark: { type: 'point', shape: 'diamond', size: 70, filled: true, opacity: 1 },
        encoding: { y, x: { ...x, field: 'uar' }, color: who, tooltip: [{ field: 'what' }, { field: 'source' }] },
      },
    ],
  };
}

/** The middle of a range. */
const middleOf = (uar: string): number => mean(uar.split('–').map(Number));
