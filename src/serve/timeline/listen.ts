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

/**
 * Listens to sound that is still being heard: a result for each utterance once it has ended, running results in between, and a summary at the end.
 * Memory does not grow with the sound. The same in Node, on the server and in a page.
 * @param blocks  mono, 16 kHz, of any lengths
 * @throws {SerError} `usage` for options out of range; as `blocks`, `predict` and the detector
 */
export async function* listen(
  blocks: SampleBlocks,
  { detector, predict, labels, every, utterances }: ListenOptions,
): AsyncGenerator<LiveResult, void> {
  if (every !== undefined && !(every >= 0.2)) {
    throw new SerError('usage', `A running result cannot be given every ${every} s; give 0.2 or more.`);
  }
  const stream = createUtteranceStream(detector, utterances);
  const count = createShareCount(labels);
  let ended = 0;
  let next = every ?? Infinity;

  async function* answer(found: readonly Utterance[]): AsyncGenerator<LiveResult> {
    for (const utterance of found) {
      const segment = segmentOf(utterance, await predict(utterance.samples));
      count.add(segment);
      ended++;
      yield { type: 'utterance', ...segment };
    }
  }

  for await (const block of blocks) {
    for (let at = 0; at < block.length; at += BITE) {
      yield* answer(await stream.push(block.subarray(at, at + BITE)));
      const now = stream.seconds();
      if (now < next) continue;
      next = now + every!;
      const current = stream.current();
      if (!current) yield { type: 'running', ...nobody(now) };
      else if (current.end - current.start >= ENOUGH) {
        yield { type: 'running', ...segmentOf(current, await predict(current.samples)) };
      }
    }
  }
  yield* answer(await stream.end());
  yield { type: 'end', seconds: stream.seconds(), utterances: ended, ...count.shares() };
}

const nobody = (now: number): Segment => ({
  start: now,
  end: now,
  gender: null,
  genderProbability: null,
  ...verdictOf([], [], false),
});
