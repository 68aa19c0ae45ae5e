import { SerError } from '../../error.ts';
import type { FeatureValues } from '../../features/types.ts';
import { loadDecoded } from '../audio/load.ts';
import type { ClipVectors } from '../vectors/extractVectors.ts';
import { keptFeatureSet } from '../embeddings/load.ts';
import { vectorsOf } from '../vectors/signalVector.ts';
import { getCondition, perturb, type Recording } from './conditions.ts';
import { loadNoises } from './recordedNoise.ts';

/** A worker's job: a clip to disturb and analyse. */
export interface PerturbJob {
  path: string;
  /** Whether to refuse a recording that is cut short. Default false. */
  strict?: boolean;
  /** Identifies the clip in the seed. */
  id: string;
  /** Names of the conditions. */
  conditions: readonly string[];
  featureSet: string;
  seed: number;
  /** Recordings of noise for the conditions that take some. Default none. */
  noises?: readonly string[];
}

/**
 * The features of a clip under each condition, in order. Randomness is seeded by `seed/id`: the features do not depend on
 * other clips and conditions.
 * @throws {SerError} `audio`, naming the file and the condition under which it fails
 */
export async function perturbClip(job: PerturbJob): Promise<ClipVectors> {
  const recording = await loadDecoded(job.path, { strict: job.strict });
  return { vectors: await perturbedVectors(recording, job), warnings: recording.warnings };
}

/** Like `perturbClip`, for a decoded recording. */
export async function perturbedVectors(recording: Recording, job: PerturbJob): Promise<FeatureValues[]> {
  const { id, featureSet, seed, path } = job;
  const noises = await loadNoises(job.noises);
  const vectors: FeatureValues[] = [];
  for (const name of job.conditions) {
    try {
      const signal = await perturb(recording, getCondition(name), `${seed}/${id}`, noises);
      vectors.push(...(await vectorsOf([signal], keptFeatureSet(featureSet))));
    } catch (error) {
      if (!(error instanceof SerError)) throw error;
      throw new SerError(error.code, `${path}, ${name}: ${error.message}`, { cause: error });
    }
  }
  return vectors;
}
