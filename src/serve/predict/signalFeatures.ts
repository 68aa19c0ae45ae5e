import { type FeatureSet, type FeatureValues, SAMPLE_RATE } from '../../features/types.ts';
import { type SampleSpan, type Span, type WindowOptions, windowSpans } from '../../features/windows.ts';

export interface TimelineOptions extends WindowOptions {
  /** Only recordings longer than this have windows; seconds. Default 0. */
  beyond?: number;
  /** Limit of the windows' total length in seconds. Default: no limit. */
  mostSeconds?: number;
}

export interface SignalFeatures {
  /** Unscaled features. */
  vector: FeatureValues;
  windows?: WindowFeatures[];
}

export interface WindowFeatures extends Span {
  vector: FeatureValues;
}

type Extract = FeatureSet['extract'];

/**
 * The features of a signal, and of its windows if requested. Runs in Node, Deno and the browser.
 * @param signal  mono, 16 kHz, full scale ±1
 * @throws {SerError} as `FeatureSet.extract` and `timelineSpans`
 */
export async function signalFeatures(
  signal: Float32Array,
  extract: Extract,
  timeline?: TimelineOptions,
): Promise<SignalFeatures> {
  const spans = timelineSpans(signal.length, timeline);
  const vector = await extract(signal);
  return { vector, ...(spans && { windows: await windowFeatures(signal, extract, spans) }) };
}

/**
 * The windows of a recording of `samples` samples; undefined if it has none.
 * @throws {SerError} as `windowSpans`
 */
export function timelineSpans(samples: number, timeline: TimelineOptions | undefined): SampleSpan[] | undefined {
  if (!timeline || samples / SAMPLE_RATE <= (timeline.beyond ?? 0)) return undefined;
  return windowSpans(samples, timeline, timeline.mostSeconds);
}

/** The features of windows of a signal, each on its own. */
export async function windowFeatures(
  signal: Float32Array,
  extract: Extract,
  spans: readonly SampleSpan[],
): Promise<WindowFeatures[]> {
  const windows: WindowFeatures[] = [];
  for (const { from, to } of spans) {
    const vector = await extract(signal.slice(from, to));
    windows.push({ start: from / SAMPLE_RATE, end: to / SAMPLE_RATE, vector });
  }
  return windows;
}
