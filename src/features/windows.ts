import { expectArgument, isObject } from '../messages/arguments.ts';
import { SerError } from '../error.ts';
import { SAMPLE_RATE, type FeatureSet, type FeatureValues } from './types.ts';

export interface WindowOptions {
  /** Seconds of audio per window. Default 3. */
  window?: number;
  /** Seconds between the starts of two windows; if longer than `window`, audio in between is skipped. Default 1. */
  hop?: number;
}

/** The options' defaults, in seconds. */
export const WINDOW_DEFAULTS = { window: 3, hop: 1 } as const satisfies Required<WindowOptions>;

/** A stretch of a recording. */
export interface Span {
  /** Seconds from the start of the recording. */
  start: number;
  end: number;
}

/** Blocks of one signal, mono at 16 kHz, of any lengths. */
export type SampleBlocks = AsyncIterable<Float32Array> | Iterable<Float32Array>;

/**
 * Cuts a signal that arrives in blocks into windows, with no more than one window in memory.
 * All windows are full except the last one, which ends with the signal: it exists if samples are left that no window contains.
 * So a signal shorter than a window gives one window, the signal itself, and an empty one gives none.
 * @returns  windows in order; `samples` belongs to the receiver
 * @throws {SerError} `usage` for a window or a hop of less than one sample
 * @example
 * const signal = new Float32Array(4.5 * 16_000);
 * const windows = [];
 * for await (const { start, end } of cutWindows([signal], { window: 3, hop: 1 })) windows.push([start, end]);
 * windows // → [[0, 3], [1, 4], [2, 4.5]]
 */
export async function* cutWindows(
  blocks: SampleBlocks,
  { window = WINDOW_DEFAULTS.window, hop = WINDOW_DEFAULTS.hop }: WindowOptions = {},
): AsyncGenerator<Span & { samples: Float32Array }> {
  const size = wholeSamples(window, 'window');
  const step = wholeSamples(hop, 'hop');
  const held = new Float32Array(size);
  let filled = 0;
  let start = 0; // of the current window, in samples
  let seen = 0; // number of its samples that an earlier window contains
  let skip = 0; // samples still to be skipped before the next window
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

/** A window of a signal in memory: samples `from` … `to` − 1. */
export interface SampleSpan {
  from: number;
  to: number;
}

/**
 * The windows that `cutWindows` would cut from a signal of `length` samples.
 * @throws {SerError} `usage` as `cutWindows`; `limit` if they contain more than `mostSeconds` of audio together
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
      `${count} windows of ${window} s, one every ${hop} s, contain more than the allowed ${mostSeconds} s of audio together; ` +
        'use a longer hop or a shorter window, or cut the recording',
    );
  }
  return Array.from({ length: count }, (_, i) => ({ from: i * step, to: Math.min(i * step + size, length) }));
}

/**
 * The feature vectors of a signal that arrives in blocks: `set.extract` of each window on its own.
 * @throws {SerError} `usage` as `cutWindows`, `audio` as `set.extract`
 * @example
 * const signal = new Float32Array(4.5 * 16_000);
 * let vectors = 0;
 * for await (const { vector } of featureWindows([signal], featureSet('meyda'))) vectors += vector.length / featureSet('meyda').names.length;
 * vectors // → 3
 */
export async function* featureWindows(
  blocks: SampleBlocks,
  set: Pick<FeatureSet, 'extract'>,
  options: WindowOptions = {},
): AsyncGenerator<Span & { vector: FeatureValues }> {
  expectArgument(
    isObject(set) && typeof set.extract === 'function',
    'featureWindows: set',
    'what featureSet gives',
    set,
  );
  const isIterable = isObject(blocks) || Array.isArray(blocks);
  expectArgument(isIterable && (Symbol.iterator in blocks || Symbol.asyncIterator in blocks), 'featureWindows: blocks', 'a list or a stream of blocks of samples', blocks); // prettier-ignore
  for await (const { start, end, samples } of cutWindows(blocks, options)) {
    yield { start, end, vector: await set.extract(samples) };
  }
}

function wholeSamples(seconds: number, name: string): number {
  const samples = Math.round(seconds * SAMPLE_RATE);
  if (samples >= 1 && Number.isFinite(samples)) return samples;
  throw new SerError('usage', `The ${name} cannot be ${seconds} s long: give a positive number, such as 3.`);
}
