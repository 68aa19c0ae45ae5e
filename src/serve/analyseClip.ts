import { AUGMENT_DEFAULTS } from '../data/augment.ts';
import { signalVectors } from '../data/extractVectors.ts';
import { externalDecoder } from '../data/audio/external/external.ts';
import { loadRecording } from '../data/audio/load.ts';
import { createPool, type PoolOptions, workerUrl, type WorkerPool } from '../data/workerPool.ts';
import { SerError } from '../error.ts';
import { SAMPLE_RATE } from '../features/types.ts';
import type { Span } from '../features/windows.ts';
import { silenceOnnxTelemetry } from '../onnx/telemetry.ts';
import { loadGenderOnnx } from './genderOnnx.ts';
import type { VoiceGender } from './genderVerdict.ts';
import { loadedOnce } from './loadedOnce.ts';
import { readRecording } from '../data/audio/read.ts';
import { signalFeatures, type SignalFeatures, type TimelineOptions } from './signalFeatures.ts';

/** What is to be found out of one clip: all that it takes to predict its emotion. Can be sent to a worker. */
export interface ClipJob {
  /** The path of the audio file; with `bytes` only its name, for messages. */
  file: string;
  /** The file's content, where it is in memory already. */
  bytes?: Uint8Array;
  /** A longer recording is refused. Default: an hour. */
  maxSeconds?: number;
  /** Lets the program ffmpeg decode AAC of `bytes`, if it is installed; files it may always. Default true. */
  ffmpeg?: boolean;
  /** Gives warnings, and says where somebody speaks. Default true. */
  inspect?: boolean;
  /** Feature set of the vector. Without it none is computed. */
  featureSet?: string;
  /** Path of a gender model in ONNX. Without it the voice's gender is not asked for. */
  genderModel?: string;
  /** Features of windows besides. Without it there are none. */
  windows?: TimelineOptions;
}

export interface ClipAnalysis extends Partial<SignalFeatures> {
  seconds: number;
  voice?: VoiceGender;
  /** What to know before trusting a prediction, in words. */
  warnings?: string[];
  /** Where somebody speaks, in seconds; empty where nobody does. */
  speech?: Span[];
}

/**
 * Decodes a clip once, and gives its feature vector and its voice's gender.
 * @throws {SerError} `audio`, naming the file, for one that cannot be read or analysed; `limit` for bytes that last too long;
 *   `model` for the gender model
 */
export async function analyseClip({
  file,
  bytes,
  maxSeconds,
  ffmpeg,
  inspect = true,
  ...wanted
}: ClipJob): Promise<ClipAnalysis> {
  const { signal, warnings } = bytes
    ? await readRecording(bytes, file, { maxSeconds, fallback: externalDecoder({ ffmpeg }) })
    : await loadRecording(file, { maxSeconds });
  try {
    return { ...(await analyseSignal(signal, wanted)), ...(inspect && { warnings }) };
  } catch (error) {
    if (!(error instanceof SerError) || error.code !== 'audio') throw error;
    throw new SerError('audio', `${file}: ${error.message}`, { cause: error });
  }
}

/**
 * As `analyseClip`, of a signal that is decoded already.
 * @param signal  mono, 16 kHz, full scale ±1
 */
export async function analyseSignal(
  signal: Float32Array,
  { featureSet, genderModel, windows }: Pick<ClipJob, 'featureSet' | 'genderModel' | 'windows'>,
): Promise<ClipAnalysis> {
  const analysis: ClipAnalysis = { seconds: signal.length / SAMPLE_RATE };
  if (featureSet) {
    const plain = { id: '', featureSet, copies: 0, seed: 0, augmentation: AUGMENT_DEFAULTS };
    const extract = (samples: Float32Array): Float64Array => signalVectors(samples, plain)[0];
    Object.assign(analysis, await signalFeatures(signal, { extract }, windows));
  }
  if (genderModel) analysis.voice = await (await genderClassifier(genderModel)).classify(signal);
  return analysis;
}

/** Threads that do what `analyseClip` does, each with the gender model in its memory. */
export function createClipPool(threads?: number, options?: PoolOptions<ClipJob>): WorkerPool<ClipJob, ClipAnalysis> {
  silenceOnnxTelemetry();
  return createPool<ClipJob, ClipAnalysis>(workerUrl('clipWorker', import.meta.url), threads, options);
}

/**
 * The gender model of a path, loaded when this thread first asks for it.
 * @throws {SerError} `model`, as `loadGenderOnnx`
 */
export const genderClassifier = loadedOnce(loadGenderOnnx);
