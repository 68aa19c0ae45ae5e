import { CHART_BASE, type ChartSpec, type ChartText, heading, INK, SERIES_COLOURS } from './chartTheme.ts';
import { type SystemScores, wholeOf } from '../systems/scores.ts';
import type { SystemName } from '../systems/systems.ts';

export interface SystemsChartData extends ChartText {
  systems: readonly (Pick<SystemName, 'title'> & Pick<SystemScores, 'parts'>)[];
  /** UAR of guessing. */
  chance: number;
}

/** UAR of every system: each seed a ring, the mean a dot, the interval over the speakers a line. */
export function systemsChart({ systems, chance, ...text }: SystemsChartData): ChartSpec {
  const rows = systems.map((one) => {
    const { uar } = wholeOf(one).figures;
    return { system: one.title, mean: uar.mean, ...(uar.interval ?? {}), values: uar.values };
  });
  const y = { field: 'system', type: 'nominal', sort: null, axis: { title: null, ticks: false, domain: false, labelPadding: 10 } } as const; // prettier-ignore
  const x = { type: 'quantitative', scale: { zero: false, nice: true, padding: 12 }, axis: { title: 'UAR (ring: one seed; dot: mean; line: 95 % interval over the speakers)', format: '.2f' } } as const; // prettier-ignore
  const seeds = rows.flatMap(({ system, values }) => values.map((value) => ({ system, value })));
  return {
    ...CHART_BASE,
    title: heading(text),
    width: 420,
    height: 44 * rows.length,
    data: { values: rows },
    layer: [
      {
        data: { values: [{ chance }] },
        mark: { type: 'rule', strokeDash: [5, 4], color: INK },
        encoding: { x: { ...x, field: 'chance' } },
      },
      {
        data: { values: [{ chance, text: 'chance' }] },
        mark: { type: 'text', align: 'left', dx: 4, y: 8, fontSize: 12, color: INK },
        encoding: { x: { ...x, field: 'chance' }, text: { field: 'text' } },
      },
      ...(rows.every((row) => 'low' in row)
        ? [
            {
              mark: { type: 'rule', color: SERIES_COLOURS[0], size: 2 },
              encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' } },
            } as const,
          ]
        : []),
      {
        data: { values: seeds },
        mark: { type: 'point', shape: 'circle', size: 70, color: SERIES_COLOURS[0], opacity: 0.7 },
        encoding: { y, x: { ...x, field: 'value' } },
      },
      { mark: { type: 'point', filled: true, size: 90, color: INK }, encoding: { y, x: { ...x, field: 'mean' } } },
      {
        mark: { type: 'text', dy: -13, fontSize: 12, color: INK },
        encoding: { y, x: { ...x, field: 'mean' }, text: { field: 'mean', format: '.3f' } },
      },
    ],
  };
}
