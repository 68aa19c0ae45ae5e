import { SerError } from '../../error.ts';
import { speechDetector } from '../speech/load.ts';
import type { FeatureValues } from '../../features/types.ts';
import { createRandom } from '../../random.ts';
import { signalVector } from './signalVector.ts';
import { augment } from '../augment/augment.ts';
import type { AugmentOptions } from '../augment/augment.ts';
import { loadRecording } from '../audio/load.ts';

/** One clip to be analysed, as it is sent to a worker. */
export interface ExtractJob {
  path: string;
  /** Names the clip in the seed of its copies. */
  id: string;
  featureSet: string;
  /** How many augmented copies besides the clip itself. */
  copies: number;
  seed: number;
  /** Refuses a recording that is cut short. Default false. */
  strict?: boolean;
  augmentation: AugmentOptions;
}

/** What a worker makes of a clip: the features of each of its versions. */
export interface ClipVectors {
  vectors: FeatureValues[];
  /** What to know before relying on them: sentences for people. */
  warnings: string[];
}

/**
 * The features of a clip and of its augmented copies. Each copy has a random stream of its own, seeded by `seed/id/copy`: a table
 * does not depend on the order of the clips nor on how many workers share them.
 * @returns  those of 1 + copies versions, the clip's own first
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

/** As `extractVectors`, on a signal that is decoded already (mono, 16 kHz). */
export async function signalVectors(signal: Float32Array, job: Omit<ExtractJob, 'path'>): Promise<FeatureValues[]> {
  const copies = Array.from({ length: job.copies }, (_, i) =>
    augment(signal, createRandom(`${job.seed}/${job.id}/${i + 1}`), job.augmentation),
  );
  const vectors: FeatureValues[] = [];
  for (const [copy, version] of [signal, ...copies].entries()) {
    const which = copy === 0 ? '' : ` of augmented copy ${copy}`;
    vectors.push(await signalVector(version, job.featureSet, which));
  }
  return vectors;
}
