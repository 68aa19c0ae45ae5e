import { setImmediate } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { SerError } from '../../../error.ts';
import type { WindowOptions } from '../../../features/windows.ts';
import type { ClipAnalysis, ClipJob } from '../../predict/analyseClip.ts';
import { type ClipAnswer, type ClipFailure, resultOf } from '../../predict/clipResult.ts';
import { LONG_SECONDS } from '../../../data/audio/inspect.ts';
import type { EmotionModels } from '../../predict/emotionModels.ts';
import type { AnalysedClip, EmotionPrediction } from '../../predict/predictEmotion.ts';
import type { RoutingChoice } from '../../predict/routingChoice.ts';
import { type Segment, segmentOf, type Utterances, withShares } from '../../timeline/segment.ts';
import type { AnalyseInTurns } from '../limits/analyseInTurns.ts';
import type { Metrics } from '../metrics.ts';
import { type Problem, problem } from '../problem.ts';
import type { FailureCode, SPEAKERS, TIMELINES } from './schemas.ts';
import type { Upload } from '../limits/uploads.ts';

/** The options of a request, validated by its schema. */
export interface PredictQuery extends RoutingChoice, Required<WindowOptions> {
  timeline: (typeof TIMELINES)[number];
  name?: string;
  speaker: (typeof SPEAKERS)[number];
}

export interface Analyst {
  models: EmotionModels;
  analyse: AnalyseInTurns;
  workers: number;
  metrics: Metrics;
  /** Limits of one recording, in seconds: its length, and the time a worker may spend on a part of it. */
  limits: { maxSeconds: number; timeout: number };
  /** Whether AAC may be decoded with the program ffmpeg. */
  ffmpeg: boolean;
}

/** The client for whom a recording is analysed. */
export interface Client {
  /** The same object for all recordings of a request: requests take turns. */
  line: object;
  /** Aborted when the client has disconnected. */
  signal: AbortSignal;
  log: Pick<FastifyBaseLogger, 'error'>;
}

/** Limit of the total length of a timeline's windows, as a multiple of the longest recording: with the default options it is three times. */
const WINDOWS_SHARE = 12;

/** A recording on its way to a prediction: its analysis, or the failure that ended it, and the milliseconds that it took so far. */
export type Heard = { file: string; ms: number } & (
  { analysis: ClipAnalysis & AnalysedClip } | { failure: ClipFailure }
);

/**
 * Analyses one recording. A recording that cannot be analysed, takes too long or crashes a worker is a failure.
 * @throws {Problem} `unavailable` if the fault lies with the models or the workers, not with the recording
 */
export function analyseUpload(
  { models, analyse, limits: { maxSeconds, timeout }, ffmpeg, ...analyst }: Analyst,
  { file, bytes }: Upload,
  { routing, gender, timeline, window, hop }: PredictQuery,
  client: Client,
): Promise<Heard> {
  const beyond = timeline === 'auto' ? LONG_SECONDS : 0;
  const job: ClipJob = {
    file,
    bytes,
    maxSeconds,
    ffmpeg,
    ...models.needs({ routing, gender }),
    ...(timeline === 'utterances' && { utterancesBeyond: LONG_SECONDS }),
    ...((timeline === 'auto' || timeline === 'always') && {
      windows: { window, hop, beyond, mostSeconds: WINDOWS_SHARE * maxSeconds },
    }),
  };
  const { signal, line } = client;
  return attempt({ file, ms: 0 }, { ...analyst, timeout }, client, async () => ({
    analysis: await analyse(job, { seconds: timeout, signal, line }),
  }));
}

/**
 * The prediction for an analysed recording, or its failure.
 * @throws {Problem} as `analyseUpload`
 */
export async function predictHeard(
  { models, metrics, limits: { timeout } }: Analyst,
  heard: Heard,
  { routing, gender }: PredictQuery,
  client: Client,
): Promise<ClipAnswer> {
  if ('failure' in heard) return heard.failure;
  const { file, analysis } = heard;
  const done = await attempt(heard, { metrics, timeout }, client, async () => {
    const prediction = await predictInTurns(models, analysis, { routing, gender });
    const utterances = await utterancesInTurns(models, analysis, { routing, gender });
    metrics.prediction(prediction.emotion ?? 'no speech', analysis.seconds);
    return { analysis, result: resultOf(file, analysis, prediction, utterances) };
  });
  if ('failure' in done) return done.failure;
  metrics.clip('ok', done.ms / 1000);
  return done.result;
}

/** Does a part of the work for a recording; a recording that fails is counted. */
async function attempt<Part extends { analysis: ClipAnalysis }>(
  { file, ms }: { file: string; ms: number },
  { metrics, timeout }: Pick<Analyst, 'metrics'> & { timeout: number },
  { signal, log }: Client,
  work: () => Promise<Part>,
): Promise<{ file: string; ms: number } & (Part | { failure: ClipFailure })> {
  const start = performance.now() - ms;
  try {
    const part = await work();
    return { file, ms: performance.now() - start, ...part };
  } catch (error) {
    const after = performance.now() - start;
    if (signal.aborted) {
      metrics.clip('abandoned', after / 1000);
      throw error;
    }
    const failure = failureOf(error as Error, timeout);
    metrics.clip(failure.code, after / 1000);
    if (failure.code === 'internal' || failure.code === 'unavailable') logFault(log, error as Error);
    if (failure.code === 'unavailable') throw unavailable();
    return { file, ms: after, failure: { file, error: failure as ClipFailure['error'] } };
  }
}

/** Windows or utterances predicted at a time; the main thread does nothing else meanwhile. */
const ROWS = 16;

/** Like `models.predict`, but with turns for other requests between batches of windows. */
async function predictInTurns(
  models: EmotionModels,
  analysis: ClipAnalysis & AnalysedClip,
  choice: RoutingChoice,
): Promise<EmotionPrediction> {
  const { windows, ...whole } = analysis;
  if (!windows || windows.length <= ROWS) return models.predict(analysis, choice);
  const timeline: EmotionPrediction['timeline'] = [];
  for (let from = 0; from < windows.length; from += ROWS) {
    const some = { ...whole, windows: windows.slice(from, from + ROWS) };
    timeline.push(...models.predict(some, choice).timeline!);
    await setImmediate();
  }
  return { ...models.predict(whole, choice), timeline };
}

/** The same for utterances, of which each is a clip of its own. */
async function utterancesInTurns(
  models: EmotionModels,
  { utterances, speaker }: ClipAnalysis & AnalysedClip,
  choice: RoutingChoice,
): Promise<Utterances | undefined> {
  if (!utterances) return undefined;
  const segments: Segment[] = [];
  for (let from = 0; from < utterances.length; from += ROWS) {
    const some = utterances.slice(from, from + ROWS);
    const predictions = models.predictAll(some.map((one) => ({ ...one, speaker })), choice); // prettier-ignore
    segments.push(...some.map((one, i) => segmentOf(one, predictions[i])));
    await setImmediate();
  }
  return withShares(segments, models.labels);
}

/** The response while the server cannot analyse anything. */
export const unavailable = (): Problem =>
  problem('unavailable', 'The server cannot analyse recordings now; its log says why.', { 'retry-after': '5' });

/** A failure to start workers is logged once when it happens, not for each request. */
function logFault(log: Client['log'], { name, message, stack, ...error }: Error & { code?: string }): void {
  if (error.code === 'workers') return;
  log.error({ err: { type: name, message, stack } }, 'a recording could not be analysed');
}

/** The reason why a recording could not be analysed; for `internal` and `unavailable` it is not at fault. */
export function failureOf(error: Error, timeout: number): { code: FailureCode | 'unavailable'; message: string } {
  if (error.name === 'TimeoutError') {
    return { code: 'timeout', message: `Its analysis took longer than ${timeout} s and was stopped.` };
  }
  if (error.name === 'WorkerLost') {
    return { code: 'failed', message: 'Its analysis crashed: the recording is probably damaged.' };
  }
  switch (error instanceof SerError ? error.code : undefined) {
    case 'limit':
      return { code: 'too_long', message: error.message };
    case 'audio':
      return { code: 'audio', message: error.message };
    case 'workers':
    case 'model':
    case 'engine':
      return { code: 'unavailable', message: error.message };
    default:
      return { code: 'internal', message: 'An internal error occurred; see the log of the server.' };
  }
}
