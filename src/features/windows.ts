import { SerError } from '../error.ts';
import { SAMPLE_RATE, type FeatureSet } from './types.ts';

export interface WindowOptions {
  /** Seconds of audio a window holds. Default 3. */
  window?: number;
  /** Seconds from the start of one window to the start of the next; beyond `window`, audio in between is left out. Default 1. */
  hop?: number;
}

/** The options' defaults, in seconds. */
export const WINDOW_DEFAULTS = { window: 3, hop: 1 } as const satisfies Required<WindowOptions>;

/** A stretch of a recording. */
export interface Span {
  /** Seconds from the recording's beginning. */
  start: number;
  end: number;
}

/** Blocks of one signal, mono at 16 kHz, of any lengths. */
export type SampleBlocks = AsyncIterable<Float32Array> | Iterable<Float32Array>;

/**
 * Cuts a signal that arrives in blocks into windows, holding one window of it and no more.
 * All windows are full but the last one, which ends with the signal: there is one if samples are left that no window had yet.
 * So a signal shorter than a window gives one window, the signal itself, and an empty one gives none.
 * @returns  windows in their order; `samples` belongs to the receiver
 * @throws {SerError} `usage` for a window or a hop of less than one sample
 */
export async function* cutWindows(
  blocks: SampleBlocks,
  { window = WINDOW_DEFAULTS.window, hop = WINDOW_DEFAULTS.hop }: WindowOptions = {},
): AsyncGenerator<Span & { samples: Float32Array }> {
  const size = wholeSamples(window, 'window');
  const step = wholeSamples(hop, 'hop');
  const held = new Float32Array(size);
  let filled = 0;
  let start = 0; // of the window that is being filled, in samples
  let seen = 0; // how many of its samples were in a window before
  let skip = 0; // samples between two windows, still to come
  const cut = () => ({
    start: start / SAMPLE_RATE,
    end: (start + filled) / SAMPLE_RATE,
    samples: held.slice(0, filled),
  });

  for await (const block of blocks) {
    for (let at = 0; at < block.length;) {
      const skipped = Math.min(skip, block.length - at);
      skip -= skipped;
      at += skipped;
      const count = Math.min(size - filled, block.length - at);
      held.set(block.subarray(at, at + count), filled);
      filled += count;
      at += count;
      if (filled < size) continue;
      yield cut();
      held.copyWithin(0, step);
      start += step;
      seen = filled = Math.max(0, size - step);
      skip = Math.max(0, step - size);
    }
  }
  if (filled > seen) yield cut();
}

/** A window of a signal that is in memory: from this sample to before that one. */
export interface SampleSpan {
  from: number;
  to: number;
}

/**
 * The windows that `cutWindows` cuts of a signal of so many samples, without cutting them.
 * @throws {SerError} `usage` as `cutWindows`; `limit` if they would hold more than `mostSeconds` together
 */
export function windowSpans(
  length: number,
  { window = WINDOW_DEFAULTS.window, hop = WINDOW_DEFAULTS.hop }: WindowOptions = {},
  mostSeconds = Infinity,
): SampleSpan[] {
  const size = wholeSamples(window, 'window');
  const step = wholeSamples(hop, 'hop');
  const full = length < size ? 0 : Math.floor((length - size) / step) + 1;
  const seen = full === 0 ? 0 : full * step + Math.max(0, size - step);
  const count = length > seen ? full + 1 : full;
  if (count * Math.min(size, length) > mostSeconds * SAMPLE_RATE) {
    throw new SerError(
      'limit',
      `${count} windows of ${window} s, one every ${hop} s, are more than the ${mostSeconds} s of audio that windows may hold ` +
        'together; take a longer hop, a shorter window, or cut the recording',
    );
  }
  return Array.from({ length: count }, (_, i) => ({ from: i * step, to: Math.min(i * step + size, length) }));
}

/**
 * The feature vectors of a signal that arrives in blocks, window by window: each is `set.extract` of that window alone.
 * @throws {SerError} `usage` as `cutWindows`, `audio` as `set.extract`
 */
export async function* featureWindows(
  blocks: SampleBlocks,
  set: Pick<FeatureSet, 'extract'>,
  options: WindowOptions = {},
): AsyncGenerator<Span & { vector: Float64Array }> {
  for await (const { start, end, samples } of cutWindows(blocks, options)) {
    yield { start, end, vector: set.extract(samples) };
  }
}

function wholeSamples(seconds: number, name: string): number {
  const samples = Math.round(seconds * SAMPLE_RATE);
  if (samples >= 1 && Number.isFinite(samples)) return samples;
  throw new SerError('usage', `A ${name} of ${seconds} seconds is none: give a positive number, such as 3.`);
}
