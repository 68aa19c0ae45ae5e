import { cellNumber, parseCsv, toCsv } from '../../../files/csv.ts';
import { type FeatureTable, selectRows, timeMeans } from '../../../data/tables/table.ts';
import { SerError } from '../../../error.ts';
import type { ChartSpec, ChartText } from '../chartTheme.ts';
import { clipMapChart } from './clipMapChart.ts';
import type { Predictions } from '../../systems/predictions.ts';
import { principalComponents } from '../../statistics/principalComponents.ts';

/** Test clips in the plane that shows most of the variance of their features. */
export interface ClipMap {
  /** The two components, with the share of the variance that each explains. */
  axes: readonly [x: string, y: string];
  /** By clip id. */
  places: ReadonlyMap<string, readonly [x: number, y: number]>;
}

/** Principal components of the standardised features of some clips of a table; for frames, of their means over time. @throws {SerError} `table`, as `principalComponents` */
export function clipMap(table: FeatureTable, ids: ReadonlySet<string>): ClipMap {
  const { clips, values, names } = timeMeans(selectRows(table, (row) => row.copy === 0 && ids.has(row.id)));
  const { coordinates, explained } = principalComponents({ values, columns: names.length });
  const axis = (i: number): string =>
    `principal component ${i + 1} (${(100 * explained[i]).toFixed(1)} % of the variance)`;
  return {
    axes: [axis(0), axis(1)],
    places: new Map(clips.map(({ id }, i) => [id, [rounded(coordinates[i][0]), rounded(coordinates[i][1])]])),
  };
}

/** Five significant digits: more than a chart shows, so that stored tables stay small. */
const rounded = (value: number): number => Number(value.toPrecision(5));

export function clipMapToCsv({ axes, places }: ClipMap): string {
  return toCsv([['id', ...axes], ...Array.from(places, ([id, place]) => [id, ...place])]);
}

/** Reads the output of `clipMapToCsv`. @throws {SerError} `table`, with the row, for a table of another kind or an invalid position */
export function parseClipMapCsv(text: string, origin: string): ClipMap {
  const [[name, ...axes] = [], ...rows] = parseCsv(text, origin);
  const refuse = (message: string): never => {
    throw new SerError('table', `${origin}: ${message}`);
  };
  if (name !== 'id' || axes.length !== 2) refuse('its header must be id and the names of two axes.');
  const places = rows.map(([id, ...cells], i) => {
    const [x, y, more] = cells.map(cellNumber);
    const isPlace = Number.isFinite(x) && Number.isFinite(y) && more === undefined;
    return isPlace ? ([id, [x, y]] as const) : refuse(`row ${i + 1} (clip ${id}) has no place of two numbers.`);
  });
  return { axes: [axes[0], axes[1]], places: new Map(places) };
}

/** The map, coloured by the true emotion; errors of a system are open circles. */
export function predictionMapChart({
  map: { axes, places },
  predictions: { labels, rows },
  ...text
}: ChartText & { map: ClipMap; predictions: Pick<Predictions, 'labels' | 'rows'> }): ChartSpec {
  const points = rows.flatMap(({ id, label, predicted }) => {
    const place = places.get(id);
    return place ? [{ id, x: place[0], y: place[1], group: label, wrong: predicted !== label }] : [];
  });
  return clipMapChart({ ...text, points, groups: labels, by: 'emotion', axes });
}
