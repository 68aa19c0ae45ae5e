import { createRandom } from '../../random.ts';
import { featureSet as getFeatureSet } from '../embeddings/load.ts';
import { computeVectors, type RunOptions } from '../tables/computeVectors.ts';
import { labelsOf } from '../corpora/corpora.ts';
import type { CorpusClip } from '../corpora/corpus.ts';
import { type FeatureTable, tableOf } from '../tables/table.ts';
import { CONDITIONS } from './conditions.ts';
import { perturbedVectors, type PerturbJob } from './perturbClip.ts';
import { CONDITIONS_KIND } from './conditionsKind.ts';
import { hashNoises } from './recordedNoise.ts';
import { sha256 } from '../../sha256.ts';

export interface PerturbOptions extends RunOptions {
  featureSet: string;
  /** Default: all of `CONDITIONS`, those of recorded noise only with `noises`. */
  conditions?: readonly string[];
  /** Recordings of noise. Default none. */
  noises?: readonly string[];
  /** Seed of noise and rooms. Default 1. */
  seed?: number;
}

export interface PerturbResult {
  /** By condition, in order: the same clips in the same order. */
  tables: Map<string, FeatureTable>;
  /** Clips that fail under a condition: they are left out of all tables, so that all conditions have the same clips. */
  failures: { id: string; path: string; reason: string }[];
}

export const PERTURB_DEFAULTS = { seed: 1 } as const;

/** Names of the conditions that are possible with or without recordings of noise. */
export const possibleConditions = (noises: readonly string[] = []): string[] =>
  CONDITIONS.filter(({ recorded }) => !recorded || noises.length > 0).map(({ name }) => name);

/**
 * The features of clips under every condition, computed on all cores. The same clips and options give the same tables, whatever the
 * number of workers and however often the run was interrupted.
 * @throws {SerError} `usage` for an unknown condition or feature set, or workers out of range; `audio` if every clip failed
 * @throws the signal's reason when it is aborted
 */
export async function perturbTables(clips: readonly CorpusClip[], options: PerturbOptions): Promise<PerturbResult> {
  const { featureSet, seed = PERTURB_DEFAULTS.seed, noises = [], conditions = possibleConditions(noises), ...run } = options; // prettier-ignore
  const set = getFeatureSet(featureSet);
  const settings = { featureSet, seed, conditions, noises };
  const task = {
    kind: CONDITIONS_KIND,
    settings,
    set,
    versions: conditions.length,
    key: await journalKey(settings),
  };
  const { vectors, failures } = await computeVectors(clips, task, run);
  const kept = clips.flatMap((clip) => {
    const versions = vectors.get(clip.id);
    return versions ? [{ clip: { ...clip, copy: 0 }, versions }] : [];
  });
  const under = (at: number): FeatureTable =>
    tableOf(
      set,
      labelsOf(clips),
      kept.map(({ clip, versions }) => ({ clip, values: versions[at] })),
    );
  return { tables: new Map(conditions.map((name, at) => [name, under(at)])), failures };
}

/** Changes with anything that changes values: the options, and the code itself, represented by its result for a fixed signal. */
async function journalKey(
  settings: Required<Pick<PerturbJob, 'featureSet' | 'seed' | 'conditions' | 'noises'>>,
): Promise<string> {
  const random = createRandom('probe');
  const samples = Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i * i * 1e-5) * 0.6 + random.normal() * 0.01);
  const vectors = await perturbedVectors({ samples, sampleRate: 16_000 }, { ...settings, id: 'probe', path: 'probe' });
  const noises = await hashNoises(settings.noises);
  return sha256(JSON.stringify([{ ...settings, noises }, vectors.map((vector) => Array.from(vector))]));
}
