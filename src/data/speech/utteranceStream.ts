import { SAMPLE_RATE } from '../../features/types.ts';
import type { Span } from '../../features/windows.ts';
import type { SpeechDetector } from './detector.ts';
import { createUtteranceCutter, type UtteranceOptions } from './utterances.ts';

/** An utterance with its sound. */
export interface Utterance extends Span {
  /** Mono, 16 kHz, full scale ±1. */
  samples: Float32Array;
}

/** Finds utterances in sound that is still being heard; one call at a time. Memory does not grow with the sound. */
export interface UtteranceStream {
  /**
   * @param samples  mono, 16 kHz, any number
   * @returns the utterances that have ended
   * @throws {SerError} `audio` for samples that are not finite
   */
  push(samples: Float32Array): Promise<Utterance[]>;
  /** The last utterance, if somebody was still speaking. */
  end(): Promise<Utterance[]>;
  /** The utterance that is going on, if one is, up to now. */
  current(): Utterance | undefined;
  /** Seconds heard. */
  seconds(): number;
}

/** @throws {SerError} `usage` as `createUtteranceCutter` */
export function createUtteranceStream(
  detector: Pick<SpeechDetector, 'live'>,
  options?: UtteranceOptions,
): UtteranceStream {
  const cutter = createUtteranceCutter(options);
  const speech = detector.live();
  /** The samples that may be needed, and the position of the first of them. */
  let held = new Float32Array(SAMPLE_RATE);
  let first = 0;
  let heard = 0;

  function keep(samples: Float32Array): void {
    const from = Math.min(heard, Math.max(first, Math.floor(cutter.needed() * SAMPLE_RATE)));
    const kept = held.subarray(from - first, heard - first);
    if (kept.length + samples.length > held.length) {
      const larger = new Float32Array(2 * (kept.length + samples.length));
      larger.set(kept);
      held = larger;
    } else held.copyWithin(0, from - first, heard - first);
    held.set(samples, heard - from);
    first = from;
    heard += samples.length;
  }

  const withSamples = ({ start, end }: Span): Utterance => {
    const [from, to] = [start, end].map((edge) => Math.min(heard, Math.round(edge * SAMPLE_RATE)) - first);
    return { start, end, samples: held.slice(Math.max(0, from), to) };
  };

  return {
    async push(samples) {
      const found: Utterance[] = [];
      // A second at a time, so that no more is held than an utterance needs.
      for (let at = 0; at < samples.length; at += SAMPLE_RATE) {
        const block = samples.subarray(at, at + SAMPLE_RATE);
        keep(block);
        found.push(...cutter.push(await speech.push(block)).map(withSamples));
      }
      return found;
    },
    async end() {
      const found = cutter.push(await speech.end());
      return [...found, ...cutter.end(heard / SAMPLE_RATE)].map(withSamples);
    },
    current() {
      const span = cutter.current();
      return span && withSamples({ ...span, end: heard / SAMPLE_RATE });
    },
    seconds: () => heard / SAMPLE_RATE,
  };
}

/**
 * The utterances of a signal in memory: those of `cutUtterances`.
 * @param signal  mono, 16 kHz, full scale ±1
 * @throws {SerError} as `createUtteranceStream` and its `push`
 */
export async function utterancesOf(
  signal: Float32Array,
  detector: Pick<SpeechDetector, 'live'>,
  options?: UtteranceOptions,
): Promise<Utterance[]> {
  const stream = createUtteranceStream(detector, options);
  return [...(await stream.push(signal)), ...(await stream.end())];
}

/**
 * The utterances of a signal that arrives in blocks, in bounded memory.
 * @returns  in order; finally what the blocks give (`streamAudio`: the facts of the recording)
 * @throws {SerError} as `createUtteranceStream` and the blocks
 */
export async function* cutUtterances<Facts>(
  blocks: AsyncGenerator<Float32Array, Facts>,
  detector: Pick<SpeechDetector, 'live'>,
  options?: UtteranceOptions,
): AsyncGenerator<Utterance, Facts> {
  const stream = createUtteranceStream(detector, options);
  for (;;) {
    const next = await blocks.next();
    yield* await (next.done ? stream.end() : stream.push(next.value));
    if (next.done) return next.value;
  }
}
