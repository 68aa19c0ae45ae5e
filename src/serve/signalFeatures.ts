import { type FeatureSet, SAMPLE_RATE } from '../features/types.ts';
import { featureWindows, type Span, type WindowOptions } from '../features/windows.ts';

export interface TimelineOptions extends WindowOptions {
  /** Only a recording of more seconds has windows. Default 0. */
  beyond?: number;
}

export interface SignalFeatures {
  /** Unscaled features. */
  vector: Float64Array;
  windows?: (Span & { vector: Float64Array })[];
}

/**
 * The features of a signal, and of its windows where there shall be some. Runs in Node, Deno and the browser.
 * @param signal  mono, 16 kHz, full scale ±1
 * @throws {SerError} as `featureWindows`
 */
export async function signalFeatures(
  signal: Float32Array,
  set: Pick<FeatureSet, 'extract'>,
  timeline?: TimelineOptions,
): Promise<SignalFeatures> {
  const vector = set.extract(signal);
  if (!timeline || signal.length / SAMPLE_RATE <= (timeline.beyond ?? 0)) return { vector };
  const windows = [];
  for await (const row of featureWindows([signal], set, timeline)) windows.push(row);
  return { vector, windows };
}
