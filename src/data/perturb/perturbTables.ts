import { createHash } from 'node:crypto';
import { createRandom } from '../../random.ts';
import { featureSet as getFeatureSet } from '../embeddings/load.ts';
import { computeVectors, type RunOptions } from '../tables/computeVectors.ts';
import { labelsOf } from '../corpora/corpora.ts';
import type { CorpusClip } from '../corpora/corpus.ts';
import type { FeatureTable } from '../tables/table.ts';
import { workerUrl } from '../workers/workerPool.ts';
import { CONDITIONS } from './conditions.ts';
import { perturbedVectors, type PerturbJob } from './perturbClip.ts';

export interface PerturbOptions extends RunOptions {
  featureSet: string;
  /** Default: all of `CONDITIONS`. */
  conditions?: readonly string[];
  /** Of noise and rooms. Default 1. */
  seed?: number;
}

export interface PerturbResult {
  /** By condition, in their order: the same clips in the same order. */
  tables: Map<string, FeatureTable>;
  /** Clips that fail under a condition: they are in no table, so that all conditions are of the same clips. */
  failures: { id: string; path: string; reason: string }[];
}

export const PERTURB_DEFAULTS = { seed: 1, conditions: CONDITIONS.map(({ name }) => name) } as const;

/**
 * The features of clips under every condition, computed on all cores. The same clips and options give the same tables, whatever the
 * number of workers and however often the run was interrupted.
 * @throws {SerError} `usage` for an unknown condition or feature set, or workers out of range; `audio` if every clip failed
 * @throws the signal's reason when it is aborted
 */
export async function perturbTables(clips: readonly CorpusClip[], options: PerturbOptions): Promise<PerturbResult> {
  const { featureSet, seed = PERTURB_DEFAULTS.seed, conditions = PERTURB_DEFAULTS.conditions, ...run } = options;
  const { names } = getFeatureSet(featureSet);
  const size = names.length;
  const settings = { featureSet, seed, conditions };
  const task = {
    worker: workerUrl('perturbWorker', import.meta.url),
    settings,
    key: await journalKey(settings),
    values: size * conditions.length,
  };
  const { vectors, failures } = await computeVectors(clips, task, run);
  const kept = clips.filter(({ id }) => vectors.has(id));
  const tableOf = (at: number): FeatureTable => {
    const values = new Float32Array(kept.length * size);
    kept.forEach(({ id }, row) => values.set(vectors.get(id)!.subarray(at * size, (at + 1) * size), row * size));
    return { featureSet, names, labels: labelsOf(clips), clips: kept.map((clip) => ({ ...clip, copy: 0 })), values };
  };
  return { tables: new Map(conditions.map((name, at) => [name, tableOf(at)])), failures };
}

/** Changes with anything that changes values: the options, and the code itself, through what it makes of a fixed signal. */
async function journalKey(settings: Omit<PerturbJob, 'id' | 'path'>): Promise<string> {
  const random = createRandom('probe');
  const samples = Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i * i * 1e-5) * 0.6 + random.normal() * 0.01);
  const vectors = await perturbedVectors({ samples, sampleRate: 16_000 }, { ...settings, id: 'probe', path: 'probe' });
  return createHash('sha256')
    .update(JSON.stringify([settings, vectors.map((vector) => Array.from(vector))]))
    .digest('hex');
}
