import { signalVector } from '../../data/vectors/signalVector.ts';
import { externalDecoder } from '../../data/audio/external/external.ts';
import { loadRecording } from '../../data/audio/load.ts';
import { speechDetector } from '../../data/speech/load.ts';
import { type Utterance, utterancesOf } from '../../data/speech/utteranceStream.ts';
import type { JobKind } from '../../data/workers/executor.ts';
import { createPool, type PoolOptions, workerUrl, type WorkerPool } from '../../data/workers/workerPool.ts';
import { SerError } from '../../error.ts';
import { type FeatureValues, SAMPLE_RATE } from '../../features/types.ts';
import type { SampleSpan, Span } from '../../features/windows.ts';
import { silenceOnnxTelemetry } from '../../onnx/telemetry.ts';
import { genderClassifier } from '../../train/gender/ecapa/genderOnnx.ts';
import type { VoiceGender } from '../../train/gender/ecapa/genderModel.ts';
import { readRecording, type Recording } from '../../data/audio/read.ts';
import {
  signalFeatures,
  type SignalFeatures,
  type TimelineOptions,
  timelineSpans,
  windowFeatures,
} from './signalFeatures.ts';

/** A clip and the analysis that its prediction needs. Can be sent to a worker. */
export interface ClipJob {
  /** Path of the audio file; with `bytes` only its name for messages. */
  file: string;
  /** Content of the file, if it is in memory. */
  bytes?: Uint8Array;
  /** The decoded recording, if available: mono, 16 kHz, full scale ±1. */
  signal?: Float32Array;
  /** Limit of the recording's length in seconds. Default: an hour. */
  maxSeconds?: number;
  /** Whether to refuse a recording that is cut short. Default false. */
  strict?: boolean;
  /** Whether AAC in `bytes` may be decoded with the program ffmpeg, if it is installed; in files it always may. Default true. */
  ffmpeg?: boolean;
  /** Whether to report warnings and spans of speech. Default true. */
  inspect?: boolean;
  /** Name of the feature set. Default: no features are computed. */
  featureSet?: string;
  /** Path of a gender model in ONNX. Default: the gender is not predicted. */
  genderModel?: string;
  /** Also computes features of windows. Default: none. */
  windows?: TimelineOptions;
  /** Also analyses the utterances of a recording that is longer than this, in seconds; its length is then no reason for a warning. Default: none. */
  utterancesBeyond?: number;
  /** Computes only the features of these spans of the signal. */
  spans?: readonly SampleSpan[];
  /**
   * Limit of seconds to analyse, including windows and utterances. A longer recording is only decoded and inspected, and its signal is
   * returned so that it can be analysed in parts. Default: no limit.
   */
  atOnce?: number;
}

export interface ClipAnalysis extends Partial<SignalFeatures> {
  seconds: number;
  voice?: VoiceGender;
  /** Only begin and end are known of those of a recording that was too long to be analysed at once. */
  utterances?: UtteranceAnalysis[];
  /** Present if the recording was too long to be analysed at once. In memory that threads share. */
  signal?: Float32Array;
  /** Reasons to be careful with a prediction, in words. */
  warnings?: string[];
  /** Spans of speech, in seconds; empty if there is none. */
  speech?: Span[];
}

/** An utterance of a recording, analysed by itself. */
export type UtteranceAnalysis = Span & Pick<ClipAnalysis, 'seconds' | 'vector' | 'voice'>;

/**
 * Decodes a clip once, and returns its feature vector and the gender of its voice.
 * @throws {SerError} `audio`, naming the file, for one that cannot be read or analysed; `limit`, naming it too, for one that is
 *   too long or would have too many windows; `model` for the gender model
 * @example
 * const { vector, speech } = await analyseClip({ file: 'data/demo/female.wav', featureSet: 'librosa186' });
 * [vector.length, speech.length] // → [186, 1]
 */
export async function analyseClip(job: ClipJob): Promise<ClipAnalysis> {
  const { file, atOnce = Infinity, utterancesBeyond = Infinity } = job;
  const { signal, warnings, speech } = await readClip(job);
  try {
    const seconds = signal.length / SAMPLE_RATE;
    const spoken = seconds > utterancesBeyond ? await utterancesOf(signal, await speechDetector()) : undefined;
    const isLong = secondsToAnalyse(signal, job, spoken) > atOnce;
    const analysis = isLong ? { seconds, signal: inSharedMemory(signal) } : await analyseSignal(signal, job);
    const utterances = spoken && (isLong ? spoken.map(untilAnalysed) : await analyseUtterances(spoken, job));
    return { ...analysis, ...(utterances && { utterances }), ...(warnings && { warnings, speech }) };
  } catch (error) {
    if (!(error instanceof SerError) || (error.code !== 'audio' && error.code !== 'limit')) throw error;
    throw new SerError(error.code, `${file}: ${error.message}`, { cause: error });
  }
}

async function readClip({
  file,
  bytes,
  signal,
  maxSeconds,
  strict,
  ffmpeg,
  inspect = true,
  utterancesBeyond,
}: ClipJob): Promise<Pick<Recording, 'signal'> & Partial<Pick<Recording, 'warnings' | 'speech'>>> {
  if (signal) return { signal };
  const inPieces = utterancesBeyond !== undefined;
  const options = { maxSeconds, strict, inPieces, speech: inspect ? await speechDetector() : undefined };
  const recording = bytes
    ? await readRecording(bytes, file, { ...options, fallback: externalDecoder({ ffmpeg }) })
    : await loadRecording(file, options);
  return inspect ? recording : { signal: recording.signal };
}

/** @throws {SerError} `limit` as `timelineSpans` */
function secondsToAnalyse(
  signal: Float32Array,
  { featureSet, windows, spans }: ClipJob,
  utterances: readonly Span[] = [],
): number {
  const stretches = spans ?? (featureSet ? timelineSpans(signal.length, windows) : undefined) ?? [];
  const spoken = utterances.reduce((sum, { start, end }) => sum + end - start, 0);
  return spoken + stretches.reduce((samples, { from, to }) => samples + to - from, signal.length) / SAMPLE_RATE;
}

const untilAnalysed = ({ start, end }: Span): UtteranceAnalysis => ({ start, end, seconds: end - start });

async function analyseUtterances(
  utterances: readonly Utterance[],
  { featureSet, genderModel }: ClipJob,
): Promise<UtteranceAnalysis[]> {
  const analyses: UtteranceAnalysis[] = [];
  for (const { start, end, samples } of utterances) {
    analyses.push({ start, end, ...(await analyseSignal(samples, { featureSet, genderModel })) });
  }
  return analyses;
}

function inSharedMemory(signal: Float32Array): Float32Array {
  const shared = new Float32Array(new SharedArrayBuffer(signal.byteLength));
  shared.set(signal);
  return shared;
}

/**
 * Like `analyseClip`, for a decoded signal.
 * @param signal  mono, 16 kHz, full scale ±1
 * @example
 * const signal = await loadAudio('data/demo/female.wav');
 * (await analyseSignal(signal, { featureSet: 'librosa186' })).vector.length // → 186
 */
export async function analyseSignal(
  signal: Float32Array,
  { featureSet, genderModel, windows, spans }: Pick<ClipJob, 'featureSet' | 'genderModel' | 'windows' | 'spans'>,
): Promise<ClipAnalysis> {
  const analysis: ClipAnalysis = { seconds: signal.length / SAMPLE_RATE };
  if (featureSet) {
    const extract = (samples: Float32Array): Promise<FeatureValues> => signalVector(samples, featureSet);
    if (spans) analysis.windows = await windowFeatures(signal, extract, spans);
    else Object.assign(analysis, await signalFeatures(signal, extract, windows));
  }
  if (genderModel) {
    const { vector } = analysis;
    const known = featureSet && vector ? { set: featureSet, vector } : undefined;
    analysis.voice = await (await genderClassifier(genderModel)).classify(signal, known);
  }
  return analysis;
}

/**
 * Threads that run `analyseClip`, each with the gender model in its memory.
 * @example
 * const pool = createClipPool(1);
 * const { vector } = await pool.run({ file: 'data/demo/female.wav', featureSet: 'librosa186' });
 * await pool.close();
 * vector.length // → 186
 */
export function createClipPool(threads?: number, options?: PoolOptions<ClipJob>): WorkerPool<ClipJob, ClipAnalysis> {
  silenceOnnxTelemetry();
  return createPool<ClipJob, ClipAnalysis>(CLIPS_KIND.worker, threads, options);
}

/** The analysis of a clip (`analyseClip`). */
export const CLIPS_KIND: JobKind<ClipJob, ClipAnalysis> = {
  name: 'clips',
  worker: workerUrl('clipWorker', import.meta.url),
  mapPaths: ({ genderModel, ...job }, at) => ({
    ...job,
    file: at(job.file),
    ...(genderModel !== undefined && { genderModel: at(genderModel) }),
  }),
};
