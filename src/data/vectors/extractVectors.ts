import { SerError } from '../../error.ts';
import { speechDetector } from '../speech/load.ts';
import type { FeatureValues } from '../../features/types.ts';
import { createRandom } from '../../random.ts';
import { keptFeatureSet } from '../embeddings/load.ts';
import { vectorsOf } from './signalVector.ts';
import { augment } from '../augment/augment.ts';
import type { AugmentOptions } from '../augment/augment.ts';
import { loadRecording } from '../audio/load.ts';
import { loadNoises } from '../perturb/recordedNoise.ts';

/** A worker's job: a clip to analyse. */
export interface ExtractJob {
  path: string;
  /** Identifies the clip in the seed of its copies. */
  id: string;
  featureSet: string;
  /** Number of augmented copies besides the clip itself. */
  copies: number;
  seed: number;
  /** Whether to refuse a recording that is cut short. Default false. */
  strict?: boolean;
  augmentation: AugmentOptions;
  /** Files with recordings of noise for the augmented copies. Default: none. */
  noises?: readonly string[];
  /** Files with one speaker each, for babble in the copies. Default: none. */
  voices?: readonly string[];
}

/** A worker's result: the features of each version of a clip. */
export interface ClipVectors {
  vectors: FeatureValues[];
  /** Reasons to be careful with them, as sentences. */
  warnings: string[];
}

/**
 * The features of a clip and of its augmented copies. Each copy has its own random stream, seeded by `seed/id/copy`, so that a table
 * depends neither on the order of the clips nor on the number of workers.
 * @returns  features of 1 + copies versions, the clip's own first
 * @throws {SerError} `audio`, naming the file
 */
export async function extractVectors(job: ExtractJob): Promise<ClipVectors> {
  const { signal, warnings } = await loadRecording(job.path, {
    strict: job.strict,
    speech: await speechDetector(),
  });
  try {
    return { vectors: await signalVectors(signal, job), warnings };
  } catch (error) {
    if (!(error instanceof SerError)) throw error;
    throw new SerError(error.code, `${job.path}: ${error.message}`, { cause: error });
  }
}

/** Like `extractVectors`, for a decoded signal (mono, 16 kHz). */
export async function signalVectors(signal: Float32Array, job: Omit<ExtractJob, 'path'>): Promise<FeatureValues[]> {
  const [noises, voices] = await Promise.all([loadNoises(job.noises), loadNoises(job.voices)]);
  const copies = Array.from({ length: job.copies }, (_, i) =>
    augment(signal, createRandom(`${job.seed}/${job.id}/${i + 1}`), job.augmentation, { noises, voices }),
  );
  return vectorsOf([signal, ...copies], keptFeatureSet(job.featureSet), (copy) =>
    copy === 0 ? '' : ` of augmented copy ${copy}`,
  );
}
