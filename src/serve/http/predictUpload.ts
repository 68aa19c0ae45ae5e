import type { JobLimits, WorkerPool } from '../../data/workerPool.ts';
import { SerError } from '../../error.ts';
import type { WindowOptions } from '../../features/windows.ts';
import type { ClipAnalysis, ClipJob } from '../analyseClip.ts';
import { type ClipAnswer, resultOf } from '../clipResult.ts';
import { LONG_SECONDS } from '../../data/audio/inspect.ts';
import type { EmotionModels } from '../emotionModels.ts';
import type { RoutingChoice } from '../routingChoice.ts';
import type { Metrics } from './metrics.ts';
import type { FailureCode, TIMELINES } from './schemas.ts';
import type { Upload } from './uploads.ts';

/** What a client may ask for, validated by its schema. */
export interface PredictQuery extends RoutingChoice, Required<WindowOptions> {
  timeline: (typeof TIMELINES)[number];
  name?: string;
}

export interface Analyst {
  models: EmotionModels;
  pool: WorkerPool<ClipJob, ClipAnalysis>;
  metrics: Metrics;
  /** Of one recording, in seconds: its length, and what its analysis may take. */
  limits: { maxSeconds: number; timeout: number };
  /** Whether the program ffmpeg may decode AAC. */
  ffmpeg: boolean;
}

/**
 * What the models say of one recording. That it cannot be analysed, takes too long or makes a worker crash is a result too.
 * @param signal  aborted when the client has gone
 */
export async function predictUpload(
  { models, pool, metrics, limits, ffmpeg }: Analyst,
  { file, bytes }: Upload,
  { routing, gender, timeline, window, hop }: PredictQuery,
  signal: AbortSignal,
): Promise<ClipAnswer> {
  const choice = { routing, gender };
  const start = performance.now();
  const done = (outcome: string) => metrics.clip(outcome, (performance.now() - start) / 1000);
  const beyond = timeline === 'auto' ? LONG_SECONDS : 0;
  const job: ClipJob = {
    file,
    bytes,
    maxSeconds: limits.maxSeconds,
    ffmpeg,
    ...models.needs(choice),
    ...(timeline !== 'never' && { windows: { window, hop, beyond } }),
  };
  try {
    const analysis = await analyse(pool, job, { seconds: limits.timeout, signal });
    const prediction = models.predict(analysis, choice);
    metrics.prediction(prediction.emotion ?? 'no speech', analysis.seconds);
    done('ok');
    return resultOf(file, analysis, prediction);
  } catch (error) {
    if (signal.aborted) {
      done('abandoned');
      throw error;
    }
    const failure = failureOf(error as Error, limits.timeout);
    done(failure.code);
    return { file, error: failure };
  }
}

/**
 * Two workers that have nothing else to do share a clip: one computes the features, which takes longest, while the other hears the
 * gender and inspects the recording.
 */
async function analyse(
  pool: WorkerPool<ClipJob, ClipAnalysis>,
  job: ClipJob,
  limits: JobLimits,
): Promise<ClipAnalysis> {
  const { featureSet, genderModel, windows, ...clip } = job;
  const { idle, waiting } = pool.load();
  if (!featureSet || !genderModel || idle < 2 || waiting > 0) return pool.run(job, limits);
  const [features, voice] = await Promise.all([
    pool.run({ ...clip, featureSet, windows, inspect: false }, limits),
    pool.run({ ...clip, genderModel }, limits),
  ]);
  return { ...features, ...voice };
}

function failureOf(error: Error, timeout: number): { code: FailureCode; message: string } {
  if (error.name === 'TimeoutError') {
    return { code: 'timeout', message: `Its analysis took longer than ${timeout} s and was given up.` };
  }
  if (error instanceof SerError && error.code === 'limit') return { code: 'too_long', message: error.message };
  if (error instanceof SerError && error.code === 'audio') return { code: 'audio', message: error.message };
  // The models are checked before the first request: what is left is a recording that breaks the code.
  return { code: 'failed', message: 'Its analysis broke down: the recording is probably damaged.' };
}
