import { toCsv } from '../../files/csv.ts';
import type { FeatureValues } from '../../features/types.ts';
import type { Span } from '../../features/windows.ts';
import {
  describeSet,
  featureColumns,
  featureLines,
  namedFeatures,
  type WrittenSet,
} from '../tables/writtenFeatures.ts';

export const WINDOW_FORMATS = ['csv', 'json'] as const;
export type WindowFormat = (typeof WINDOW_FORMATS)[number];

/**
 * The features of a recording's windows in a format for other programs, with full precision, as they arrive.
 * - `csv`: header `start,end,` and the names; one line per window, times in seconds. For frames `start,end,time,` and the names;
 *   one line per frame, `time` relative to the start of its window
 * - `json`: `{ featureSet, sampleRate, windows: [{ start, end, features: { name: value } }] }`; for frames like `formatVectors`
 * @returns  parts of a text, to be concatenated
 */
export async function* formatWindows(
  windows: AsyncIterable<Span & { vector: FeatureValues }>,
  set: WrittenSet,
  format: WindowFormat,
): AsyncGenerator<string> {
  if (format === 'csv') {
    yield toCsv([['start', 'end', ...featureColumns(set)]]);
    for await (const { start, end, vector } of windows) {
      yield toCsv(featureLines(vector, set).map((numbers) => [start, end, ...numbers]));
    }
    return;
  }
  yield `${JSON.stringify(describeSet(set)).slice(0, -1)},"windows":[`;
  let separator = '\n';
  for await (const { start, end, vector } of windows) {
    yield separator + JSON.stringify({ start, end, ...namedFeatures(vector, set) });
    separator = ',\n';
  }
  yield '\n]}\n';
}
