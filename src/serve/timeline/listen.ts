import type { SpeechDetector } from '../../data/speech/detector.ts';
import type { UtteranceOptions } from '../../data/speech/utterances.ts';
import { createUtteranceStream, type Utterance } from '../../data/speech/utteranceStream.ts';
import { SerError } from '../../error.ts';
import type { SampleBlocks } from '../../features/windows.ts';
import type { EmotionPrediction } from '../predict/predictEmotion.ts';
import { verdictOf } from '../predict/verdict.ts';
import { createShareCount, type Segment, segmentOf, type TimeShares } from './segment.ts';

/** What live sound gives, as soon as it is known. */
export type LiveResult =
  /** An utterance that has ended. */
  | ({ type: 'utterance' } & Segment)
  /** What is being said, so far; without an emotion if nobody speaks. */
  | ({ type: 'running' } & Segment)
  /** The sound has ended: its length, and what it contained. */
  | ({ type: 'end'; seconds: number; utterances: number } & TimeShares);

export interface ListenOptions {
  detector: Pick<SpeechDetector, 'live'>;
  /** The emotion of an utterance. @param signal  mono, 16 kHz */
  predict(signal: Float32Array): Promise<EmotionPrediction>;
  /** Of the models. */
  labels: readonly string[];
  /** Seconds between running results. Default: none are given. */
  every?: number;
  /** How speech is cut. */
  utterances?: UtteranceOptions;
}

/** Samples taken at a time, 0.1 s. */
const BITE = 1600;
/** Seconds of an utterance that are enough for a running result. */
const ENOUGH = 0.5;

/** Listens to sound piece by piece; one call at a time. */
export interface Listener {
  /** @param samples  mono, 16 kHz, any number @returns what is known by now */
  push(samples: Float32Array): Promise<LiveResult[]>;
  /** The last utterance, if somebody was still speaking, and the summary. */
  end(): Promise<LiveResult[]>;
}

/**
 * Listens to sound that is still being heard: a result for each utterance once it has ended, running results in between, and a summary at the end.
 * Memory does not grow with the sound. The same in Node, on the server and in a page.
 * @throws {SerError} `usage` for options out of range; its methods as `predict` and the detector
 */
export function createListener({ detector, predict, labels, every, utterances }: ListenOptions): Listener {
  if (every !== undefined && !(every >= 0.2)) {
    throw new SerError('usage', `A running result cannot be given every ${every} s; give 0.2 or more.`);
  }
  const stream = createUtteranceStream(detector, utterances);
  const count = createShareCount(labels);
  let ended = 0;
  let next = every ?? Infinity;

  async function answered(found: readonly Utterance[]): Promise<LiveResult[]> {
    const results: LiveResult[] = [];
    for (const utterance of found) {
      const segment = segmentOf(utterance, await predict(utterance.samples));
      count.add(segment);
      ended++;
      results.push({ type: 'utterance', ...segment });
    }
    return results;
  }

  async function running(now: number): Promise<LiveResult[]> {
    if (now < next) return [];
    next = now + every!;
    const current = stream.current();
    if (!current) return [{ type: 'running', ...nobody(now) }];
    if (current.end - current.start < ENOUGH) return [];
    return [{ type: 'running', ...segmentOf(current, await predict(current.samples)) }];
  }

  return {
    push: async (samples) => {
      const results: LiveResult[] = [];
      for (let at = 0; at < samples.length; at += BITE) {
        results.push(...(await answered(await stream.push(samples.subarray(at, at + BITE)))));
        results.push(...(await running(stream.seconds())));
      }
      return results;
    },
    end: async () => [
      ...(await answered(await stream.end())),
      { type: 'end', seconds: stream.seconds(), utterances: ended, ...count.shares() },
    ],
  };
}

/**
 * The same for sound that comes in blocks.
 * @param blocks  mono, 16 kHz, of any lengths
 * @throws {SerError} as `createListener` and `blocks`
 */
export async function* listen(blocks: SampleBlocks, options: ListenOptions): AsyncGenerator<LiveResult, void> {
  const listener = createListener(options);
  for await (const block of blocks) {
    for (let at = 0; at < block.length; at += BITE) yield* await listener.push(block.subarray(at, at + BITE));
  }
  yield* await listener.end();
}

const nobody = (now: number): Segment => ({
  start: now,
  end: now,
  gender: null,
  genderProbability: null,
  ...verdictOf([], [], false),
});
