import { streamAudio } from '../../data/audio/load.ts';
import type { RecordingFacts } from '../../data/audio/read.ts';
import { speechDetector } from '../../data/speech/load.ts';
import { createUtteranceCutter, type UtteranceOptions } from '../../data/speech/utterances.ts';
import { cutUtterances, type Utterance } from '../../data/speech/utteranceStream.ts';
import { runOrdered } from '../../data/workers/runOrdered.ts';
import { checkWorkers, DEFAULT_WORKERS, type WorkerPool } from '../../data/workers/workerPool.ts';
import type { Span } from '../../features/windows.ts';
import { type ClipAnalysis, type ClipJob, createClipPool } from '../predict/analyseClip.ts';
import type { EmotionModels } from '../predict/emotionModels.ts';
import type { RoutingChoice } from '../predict/routingChoice.ts';
import { type Segment, segmentOf, type Utterances, withShares } from './segment.ts';

/** A recording cut into utterances, each with its prediction. */
export interface Timeline extends Utterances {
  file: string;
  /** Length of the recording. */
  seconds: number;
  warnings: string[];
}

export type TimelineOutcome = Timeline | { file: string; error: string };

export interface PredictTimelinesOptions extends RoutingChoice {
  /** How speech is cut. */
  utterances?: UtteranceOptions;
  /** Threads that analyse the utterances. Default: one per core. */
  workers?: number;
  /** Whether to refuse recordings that are cut short. Default false. */
  strict?: boolean;
  /** Stops after the current utterance. */
  signal?: AbortSignal;
  /** Called after each utterance. */
  onSegment?: (segment: Segment) => void;
}

/** Utterances per call of the emotion models. */
const ROWS = 8;

/**
 * Cuts recordings of any length into utterances, and predicts gender and emotion of each. A recording is read in pieces; memory grows by a
 * kilobyte or so per utterance. One that cannot be read has the reason as its outcome; the others go on.
 * @returns outcomes in the order of `files`
 * @throws {SerError} `usage` for options of utterances out of range; the signal's reason when it is aborted
 * @example
 * const models = await loadEmotionModels();
 * const timelines = [];
 * for await (const timeline of predictTimelines(['data/voices/woman.flac'], models, { workers: 1 })) timelines.push(timeline);
 * timelines[0].segments.every(({ gender }) => gender === 'female') // → true
 */
export async function* predictTimelines(
  files: Iterable<string>,
  models: EmotionModels,
  { utterances, workers = DEFAULT_WORKERS, strict, signal, onSegment, ...choice }: PredictTimelinesOptions = {},
): AsyncGenerator<TimelineOutcome> {
  checkWorkers(workers);
  createUtteranceCutter(utterances); // refuses options that contradict each other, before the work
  const detector = await speechDetector();
  const pool = createClipPool(workers, { files: models.files });
  try {
    for (const file of files) {
      try {
        const cut = cutUtterances(streamAudio(file, { strict, inPieces: true }), detector, utterances);
        const segments: Segment[] = [];
        const found = predictUtterances(file, cut, pool, models, choice);
        let next = await found.next();
        for (; !next.done; next = await found.next()) {
          signal?.throwIfAborted();
          segments.push(next.value);
          onSegment?.(next.value);
        }
        const { seconds, warnings } = next.value;
        const silent = segments.length === 0 && warnings.length === 0 ? ['No speech found.'] : [];
        yield { file, seconds, ...withShares(segments, models.labels), warnings: [...warnings, ...silent] };
      } catch (error) {
        signal?.throwIfAborted();
        yield { file, error: (error as Error).message };
      }
    }
  } finally {
    await pool.close();
  }
}

/** @returns  the segments of a recording, in order, and finally its facts */
async function* predictUtterances(
  file: string,
  utterances: AsyncGenerator<Utterance, RecordingFacts>,
  pool: WorkerPool<ClipJob, ClipAnalysis>,
  models: EmotionModels,
  choice: RoutingChoice,
): AsyncGenerator<Segment, RecordingFacts> {
  let facts: RecordingFacts | undefined;
  async function* jobs(): AsyncGenerator<ClipJob & Span> {
    for (;;) {
      const next = await utterances.next();
      if (next.done) return void (facts = next.value);
      const { start, end, samples } = next.value;
      yield { file, signal: samples, start, end, ...models.needs(choice) };
    }
  }
  let some: { job: Span; result: ClipAnalysis }[] = [];
  const predicted = (): Segment[] => {
    const predictions = models.predictAll(some.map(({ result }) => result), choice); // prettier-ignore
    const segments = some.map(({ job }, i) => segmentOf(job, predictions[i]));
    some = [];
    return segments;
  };
  for await (const outcome of runOrdered<ClipJob & Span, ClipAnalysis>(pool, jobs())) {
    if ('error' in outcome) throw outcome.error;
    some.push(outcome);
    if (some.length === ROWS) yield* predicted();
  }
  if (some.length > 0) yield* predicted();
  return facts!;
}
