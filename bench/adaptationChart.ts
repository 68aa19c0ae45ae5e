import { CHART_BASE, type ChartSpec, heading, SERIES_COLOURS } from '../src/eval/charts/chartTheme.ts';

/** UAR where some clips of each test speaker are known; `clips` null: without adaptation. */
export interface CurvePoint {
  clips: number | null;
  uar: number;
  low: number;
  high: number;
}

/** UAR by the number of known clips, on a logarithmic axis, with intervals; without adaptation as a line across. */
export function adaptationChart(
  points: readonly CurvePoint[],
  { title, subtitle }: { title: string; subtitle: string },
): ChartSpec {
  const plain = points.filter(({ clips }) => clips === null);
  const adapted = points.flatMap(({ clips, ...uar }) => (clips === null ? [] : [{ clips, ...uar }]));
  const [low, high] = [Math.min(...points.map((one) => one.low)), Math.max(...points.map((one) => one.high))];
  const y = {
    field: 'uar',
    type: 'quantitative' as const,
    scale: { domain: [Math.floor(20 * low) / 20, Math.ceil(20 * high) / 20] },
    axis: { title: 'UAR' },
  };
  const x = {
    field: 'clips',
    type: 'quantitative' as const,
    scale: { type: 'log' as const, base: 2 },
    axis: {
      title: 'clips of the test speaker, without labels',
      values: adapted.map(({ clips }) => clips),
      format: 'd',
    },
  };
  return {
    ...CHART_BASE,
    title: heading({ title, subtitle }),
    width: 640,
    height: 280,
    layer: [
      { data: { values: adapted }, mark: { type: 'area', color: SERIES_COLOURS[0], opacity: 0.15 }, encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } } }, // prettier-ignore
      { data: { values: plain }, mark: { type: 'rule', strokeDash: [4, 4] }, encoding: { y } },
      {
        data: { values: plain.map((one) => ({ ...one, text: 'without adaptation', clips: adapted.at(-1)!.clips })) },
        mark: { type: 'text', align: 'right', dy: 12 },
        encoding: { x, y, text: { field: 'text', type: 'nominal' } },
      },
      { data: { values: adapted }, mark: { type: 'line', color: SERIES_COLOURS[0], point: true }, encoding: { x, y } },
      {
        data: { values: adapted },
        mark: { type: 'text', dy: -12 },
        encoding: { x, y, text: { field: 'uar', type: 'quantitative' as const, format: '.3f' } },
      },
    ],
  };
}
