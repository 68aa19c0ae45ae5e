import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { SerError } from '../../error.ts';
import { featureSet as getFeatureSet } from '../../features/index.ts';
import { createRandom } from '../../random.ts';
import type { CorpusClip } from '../corpus.ts';
import { fileStamp, floats, openJournal } from '../journal.ts';
import type { FeatureTable } from '../table.ts';
import { createPool, DEFAULT_WORKERS, runOrdered, workerUrl } from '../workerPool.ts';
import { CONDITIONS } from './conditions.ts';
import { perturbedVectors, type PerturbJob } from './perturbClip.ts';

export interface PerturbOptions {
  featureSet: string;
  /** Default: all of `CONDITIONS`. */
  conditions?: readonly string[];
  /** Of noise and rooms. Default 1. */
  seed?: number;
  /** Threads. Default: as many as the machine has, and no more than clips. */
  workers?: number;
  /** File that remembers what is done; an interrupted run goes on from it. */
  journal: string;
  /** Whether to use what an interrupted run has left. Default true. */
  resume?: boolean;
  /** Stops the run; what is done stays in the journal. */
  signal?: AbortSignal;
  /** Called once with the number of clips and of those that were done before, then after every clip. */
  onStart?: (clips: number, done: number) => void;
  onClip?: (id: string) => void;
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
  const {
    featureSet,
    seed = PERTURB_DEFAULTS.seed,
    conditions = PERTURB_DEFAULTS.conditions,
    onStart,
    onClip,
  } = options;
  const { names, size } = getFeatureSet(featureSet);
  const settings = { featureSet, seed, conditions };
  const key = await journalKey(settings);
  if (options.resume === false) rmSync(options.journal, { force: true });
  const journal = openJournal(options.journal, key, floats(size * conditions.length));

  const stamps = new Map(clips.map((clip) => [clip.id, fileStamp(clip.path)]));
  const vectors = new Map<string, Float32Array>();
  for (const { id } of clips) {
    const done = journal.find(id, stamps.get(id)!);
    if (done) vectors.set(id, done);
  }
  onStart?.(clips.length, vectors.size);

  const failures: PerturbResult['failures'] = [];
  const jobs = clips.filter(({ id }) => !vectors.has(id)).map(({ id, path }) => ({ ...settings, id, path }));
  const threads = Math.min(options.workers ?? DEFAULT_WORKERS, Math.max(1, jobs.length));
  const pool = createPool<PerturbJob, Float64Array[]>(workerUrl('perturbWorker', import.meta.url), threads);
  const stop = (): void => void pool.close();
  options.signal?.addEventListener('abort', stop);
  try {
    for await (const outcome of runOrdered(pool, jobs)) {
      options.signal?.throwIfAborted();
      const { id, path } = outcome.job;
      if ('error' in outcome) {
        failures.push({ id, path, reason: outcome.error.message });
      } else {
        const values = Float32Array.from(outcome.result.flatMap((vector) => Array.from(vector)));
        vectors.set(id, values);
        journal.add(id, stamps.get(id)!, values);
      }
      onClip?.(id);
    }
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await pool.close();
  }
  if (vectors.size === 0) {
    const why = failures.length > 0 ? ` The first: ${failures[0].reason}` : '';
    throw new SerError('audio', `None of ${clips.length} clips could be analysed.${why}`);
  }

  const kept = clips.filter(({ id }) => vectors.has(id));
  const tableOf = (at: number): FeatureTable => {
    const values = new Float32Array(kept.length * size);
    kept.forEach(({ id }, row) => values.set(vectors.get(id)!.subarray(at * size, (at + 1) * size), row * size));
    return { featureSet, names, clips: kept.map((clip) => ({ ...clip, copy: 0 })), values };
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
