import type { JobLimits, WorkerPool } from '../../../data/workers/workerPool.ts';
import { SAMPLE_RATE } from '../../../features/types.ts';
import type { SampleSpan, Span } from '../../../features/windows.ts';
import type { ClipAnalysis, ClipJob } from '../../predict/analyseClip.ts';
import { timelineSpans } from '../../predict/signalFeatures.ts';
import { createTurnstile } from './turnstile.ts';

/** Like `analyseClip`, in the workers of a pool. `limits.line` is the queue whose turns it takes. */
export type AnalyseInTurns = (job: ClipJob, limits: Turns) => Promise<ClipAnalysis>;
type Turns = Required<Pick<JobLimits, 'seconds' | 'signal' | 'line'>>;

/** Seconds of audio analysed in one job, windows and utterances included: a tenth of a second of work. */
const AT_ONCE = 40;
/** Seconds of audio per part of a longer recording. */
const PART = 15;

/**
 * A short recording is one job. A long one is decoded by its first job and then analysed in parts, which alternate with
 * the jobs of other requests; only the features of the whole and the gender of the voice are single jobs of any length, or one.
 * @param together  whether the gender model takes the features of the emotion models, so that both in one job take less time
 */
export function createAnalyseInTurns(pool: WorkerPool<ClipJob, ClipAnalysis>, together: boolean): AnalyseInTurns {
  // Their signals are kept in memory, a megabyte for 16 seconds.
  const long = createTurnstile(2 * pool.size);
  return async (job, limits) => {
    let begun = await begin(pool, { ...job, atOnce: AT_ONCE }, limits, together);
    if (!begun.signal) return begun;
    // A recording that has to wait is decoded again when its turn has come.
    const isLate = long.isFull();
    if (isLate) begun = { ...begun, signal: undefined };
    const leave = await long.enter(limits.signal);
    try {
      const { file, bytes, maxSeconds, ffmpeg } = job;
      const signal =
        begun.signal ??
        (await pool.run({ file, bytes, maxSeconds, ffmpeg, inspect: false, atOnce: 0 }, limits)).signal!;
      return {
        ...begun,
        signal: undefined,
        ...(await analyseParts(pool, { ...job, signal }, begun, limits, together)),
      };
    } finally {
      leave();
    }
  };
}

/**
 * Two idle workers share a clip: one computes the features, which takes longest, while the other inspects the recording and classifies the gender, unless
 * that takes the same features.
 */
async function begin(
  pool: WorkerPool<ClipJob, ClipAnalysis>,
  job: ClipJob,
  limits: JobLimits,
  together: boolean,
): Promise<ClipAnalysis> {
  const { featureSet, genderModel, windows, ...clip } = job;
  const { idle, waiting } = pool.load();
  if (!featureSet || !genderModel || idle < 2 || waiting > 0) return pool.run(job, limits);
  const gender = { genderModel };
  const [features, rest] = await Promise.all([
    pool.run({ ...clip, featureSet, windows, inspect: false, ...(together && gender) }, limits),
    pool.run({ ...clip, ...(!together && gender) }, limits),
  ]);
  const utterances = features.utterances?.map((one, i) => ({ ...one, ...rest.utterances![i] }));
  return { ...features, ...rest, ...(utterances && { utterances }) };
}

/** Completes the analysis of a decoded recording. */
async function analyseParts(
  pool: WorkerPool<ClipJob, ClipAnalysis>,
  { file, signal, featureSet, genderModel, windows }: ClipJob & { signal: Float32Array },
  { voice, utterances }: ClipAnalysis,
  limits: Turns,
  together: boolean,
): Promise<Partial<ClipAnalysis>> {
  const failed = new AbortController();
  const partLimits = { ...limits, signal: AbortSignal.any([limits.signal, failed.signal]) };
  const run = (wanted: Partial<ClipJob>, long = false): Promise<ClipAnalysis> =>
    pool.run({ file, signal, ...wanted }, { ...partLimits, long });
  const long = signal.length > AT_ONCE * SAMPLE_RATE;
  const spans = featureSet ? timelineSpans(signal.length, windows) : undefined;
  const asked = voice ? undefined : genderModel;
  const [whole, classified, parts, spoken] = await Promise.all([
    featureSet ? run({ featureSet, ...(together && asked && { genderModel: asked }) }, long) : undefined,
    asked && !(together && featureSet) ? run({ genderModel: asked }, long) : undefined,
    Promise.all(inParts(spans ?? []).map((part) => run({ featureSet, spans: part }))),
    Promise.all((utterances ?? []).map((one) => run({ featureSet, genderModel, signal: samplesOf(signal, one) }))),
  ]).catch((error: Error) => {
    failed.abort(); // the other parts are no longer needed
    throw error;
  });
  return {
    vector: whole?.vector,
    voice: voice ?? whole?.voice ?? classified?.voice,
    ...(spans && { windows: parts.flatMap((part) => part.windows!) }),
    ...(utterances && { utterances: utterances.map((span, i) => ({ ...spoken[i], ...span })) }),
  };
}

const samplesOf = (signal: Float32Array, { start, end }: Span): Float32Array =>
  signal.subarray(Math.round(start * SAMPLE_RATE), Math.round(end * SAMPLE_RATE));

/** Groups windows that are analysed in one job. */
function inParts(spans: readonly SampleSpan[]): SampleSpan[][] {
  const parts: SampleSpan[][] = [];
  let samples = Infinity;
  for (const span of spans) {
    samples += span.to - span.from;
    if (samples > PART * SAMPLE_RATE) {
      parts.push([]);
      samples = span.to - span.from;
    }
    parts.at(-1)!.push(span);
  }
  return parts;
}
