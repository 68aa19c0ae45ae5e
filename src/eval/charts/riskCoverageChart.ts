import { CHART_BASE, type ChartSpec, type ChartText, heading, INK, SERIES_COLOURS } from './chartTheme.ts';
import { percent } from '../text/figureText.ts';
import { aurc, type Selection } from '../statistics/selective.ts';

export interface RiskCoverageChartData extends ChartText {
  /** One curve each, with the result of a threshold chosen on validation clips; null if none reaches the error. */
  systems: readonly { name: string; curve: readonly Selection[]; chosen?: Selection | null }[];
  /** The error for which the thresholds were chosen; drawn as a line. */
  maxError?: number;
}

const WIDTH = 600;
/** Number of answered clips at which a curve begins: with fewer, one clip changes the error by more than 10 %. */
const LEAST_CLIPS = 10;
/** Distinguish systems in grey, and if there are more than colours. */
const DASHES = [[1, 0], [7, 4], [2, 3], [10, 3, 2, 3]]; // prettier-ignore

/** Error among the answered clips against the share that is answered; the chosen thresholds are marked, and listed in the legend. */
export function riskCoverageChart({ systems, maxError, ...text }: RiskCoverageChartData): ChartSpec {
  const names = systems.map(legendText);
  const values = systems.flatMap(({ curve }, i) =>
    curve
      .filter(({ answered, n }) => answered >= Math.min(LEAST_CLIPS, n))
      .map((point) => ({ system: names[i], ...point })),
  );
  const chosen = systems.flatMap(({ chosen }, i) =>
    chosen && chosen.answered > 0 ? [{ system: names[i], ...chosen }] : [],
  );
  const highest = Math.max(
    0.05,
    maxError ?? 0,
    ...values.map(({ error }) => error),
    ...chosen.map(({ error }) => error),
  );
  const x = { field: 'coverage', type: 'quantitative' as const };
  const y = { field: 'error', type: 'quantitative' as const };
  const tooltip = [
    { field: 'system' },
    { field: 'coverage', title: 'answered', format: '.1%' },
    { field: 'error', title: 'wrong of these', format: '.1%' },
    { field: 'threshold', title: 'confidence from', format: '.3f' },
    { field: 'answered', title: 'clips' },
  ];
  const colour = {
    field: 'system',
    type: 'nominal' as const,
    scale: { domain: names, range: names.map((_, i) => SERIES_COLOURS[i % SERIES_COLOURS.length]) },
  };
  return {
    ...CHART_BASE,
    title: heading(text),
    width: WIDTH,
    height: 340,
    data: { values },
    layer: [
      {
        mark: { type: 'line', strokeWidth: 2.2 },
        encoding: {
          x: {
            ...x,
            scale: { domain: [0, 1] },
            axis: { title: 'coverage: clips answered, the surest first', format: '.0%', tickCount: 6, grid: false },
          },
          y: {
            ...y,
            scale: { domain: [0, 1.06 * highest], nice: false },
            axis: { title: 'error among them', format: '.0%', tickCount: 6, domain: false, ticks: false },
          },
          color: {
            ...colour,
            legend: { title: null, orient: 'bottom', columns: 1, labelLimit: 0, symbolType: 'stroke', symbolSize: 500 },
          },
          strokeDash: {
            field: 'system',
            type: 'nominal',
            scale: { domain: names, range: names.map((_, i) => DASHES[i % DASHES.length]) },
          },
          tooltip,
        },
      },
      ...(maxError === undefined ? [] : chosenError(maxError)),
      {
        data: { values: chosen },
        mark: {
          type: 'point',
          shape: 'diamond',
          size: 190,
          filled: true,
          opacity: 1,
          stroke: 'white',
          strokeWidth: 1.5,
        },
        encoding: { x, y, color: colour, tooltip },
      },
    ],
  };
}

function chosenError(maxError: number) {
  const y = { field: 'error', type: 'quantitative' as const };
  const data = { values: [{ error: maxError, text: `chosen error\n${percent(maxError)}` }] };
  return [
    { data, mark: { type: 'rule' as const, color: INK, strokeDash: [5, 4] }, encoding: { y } },
    {
      data,
      mark: {
        type: 'text' as const,
        align: 'left' as const,
        baseline: 'middle' as const,
        dx: 6,
        lineBreak: '\n',
        color: INK,
        fontSize: 12,
      },
      encoding: { x: { value: WIDTH }, y, text: { field: 'text', type: 'nominal' as const } },
    },
  ];
}

function legendText({ name, curve, chosen }: RiskCoverageChartData['systems'][number]): string {
  const area = `${name}: AURC ${aurc(curve).toFixed(3)}`;
  if (chosen === undefined) return area;
  if (chosen === null) return `${area}; no threshold reaches the chosen error`;
  const { threshold, coverage, answered, error } = chosen;
  const wrong = answered === 0 ? '' : `, ${percent(error)} of these wrongly`;
  return `${area}; ◆ from confidence ${threshold.toFixed(3)} it answers ${percent(coverage)}${wrong}`;
}
