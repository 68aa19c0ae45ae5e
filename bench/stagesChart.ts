import { CHART_BASE, type ChartSpec, heading, SERIES_COLOURS } from '../src/eval/charts/chartTheme.ts';

export interface StageTimes {
  what: string;
  stages: { stage: string; ms: number }[];
}

/** Milliseconds a clip of every stage, side by side, on a logarithmic axis. */
export function stagesChart(contenders: readonly StageTimes[], clips: number): ChartSpec {
  const names = contenders.map(({ what }) => what);
  const order = contenders[0].stages.toSorted((a, b) => b.ms - a.ms).map(({ stage }) => stage);
  return {
    ...CHART_BASE,
    title: heading({
      title: 'Where the time of the 186 features goes',
      subtitle: `milliseconds a clip, one thread, mean of ${clips} clips, median of the rounds`,
    }),
    data: { values: contenders.flatMap(({ what, stages }) => stages.map((stage) => ({ what, ...stage }))) },
    width: 520,
    height: { step: 18 },
    encoding: {
      y: { field: 'stage', type: 'nominal', sort: order, axis: { title: null } },
      yOffset: { field: 'what', type: 'nominal', sort: names },
      x: {
        field: 'ms',
        type: 'quantitative',
        scale: { type: 'symlog', constant: 1 },
        axis: { title: 'ms a clip', values: [0, 1, 3, 10, 30, 100, 300] },
      },
    },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: {
          color: {
            field: 'what',
            type: 'nominal',
            sort: names,
            scale: { domain: names, range: [...SERIES_COLOURS].slice(0, names.length) },
            legend: { title: null, orient: 'bottom' },
          },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 4, fontSize: 11 },
        encoding: { text: { field: 'ms', type: 'quantitative', format: '.3~r' } },
      },
    ],
  };
}
