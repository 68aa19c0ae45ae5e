import { toCsv } from '../../files/csv.ts';
import { SAMPLE_RATE, type FeatureSet, type FeatureValues } from '../../features/types.ts';
import type { Span } from '../../features/windows.ts';

export const WINDOW_FORMATS = ['csv', 'json'] as const;
export type WindowFormat = (typeof WINDOW_FORMATS)[number];

/**
 * The vectors of a recording's windows in a form for other programs, with the full precision of float64, as they come.
 * - `csv`: header `start,end,` and the names; one line a window, times in seconds
 * - `json`: `{ featureSet, sampleRate, windows: [{ start, end, features: { name: value } }] }`
 * @returns  pieces of text, to be joined
 */
export async function* formatWindows(
  windows: AsyncIterable<Span & { vector: FeatureValues }>,
  set: Pick<FeatureSet, 'name' | 'names'>,
  format: WindowFormat,
): AsyncGenerator<string> {
  if (format === 'csv') {
    yield toCsv([['start', 'end', ...set.names]]);
    for await (const { start, end, vector } of windows) yield toCsv([[start, end, ...vector]]);
    return;
  }
  yield `{"featureSet":${JSON.stringify(set.name)},"sampleRate":${SAMPLE_RATE},"windows":[`;
  let separator = '\n';
  for await (const { start, end, vector } of windows) {
    const features = Object.fromEntries(set.names.map((name, i) => [name, vector[i]]));
    yield separator + JSON.stringify({ start, end, features });
    separator = ',\n';
  }
  yield '\n]}\n';
}
