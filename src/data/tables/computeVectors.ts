import { rmSync } from 'node:fs';
import { SerError } from '../../error.ts';
import type { FeatureSet } from '../../features/types.ts';
import type { CorpusClip } from '../corpora/corpus.ts';
import type { ClipVectors } from '../vectors/extractVectors.ts';
import { type JobKind, openThreads, type OpenPool } from '../workers/executor.ts';
import { fileStamp, floats, openJournal } from '../workers/journal.ts';
import { runOrdered } from '../workers/runOrdered.ts';
import { DEFAULT_WORKERS } from '../workers/workerPool.ts';

/** Options of a run that do not change its result. */
export interface RunOptions {
  /** Threads. Default: one per core. */
  workers?: number;
  /** What does the work. Default: threads of this process. */
  open?: OpenPool;
  /** Whether to refuse recordings that are cut short. Default false. */
  strict?: boolean;
  /** File that stores finished clips during the run; an interrupted run continues from it. */
  journal: string;
  /** Whether to use the results of an interrupted run. Default true. */
  resume?: boolean;
  /** Stops the run; finished clips stay in the journal. */
  signal?: AbortSignal;
  /** Called once with the number of clips to do and of those already done, then after every clip. */
  onStart?: (clips: number, done: number) => void;
  onClip?: (id: string) => void;
}

/** What a job has besides settings. */
type OwnOfClip = Pick<CorpusClip, 'id' | 'path'> & { strict?: boolean };

export interface VectorTask<Job extends OwnOfClip> {
  /** Returns a clip's features for the settings and the clip's id and path. */
  kind: JobKind<Job, ClipVectors>;
  settings: Omit<Job, keyof OwnOfClip>;
  set: Pick<FeatureSet, 'level' | 'names'>;
  /** Versions of each clip that the worker returns: the clip and its copies. */
  versions: number;
  /** Changes with anything that changes the features: with another key the journal starts again. */
  key: string;
}

export interface VectorResult {
  /** Features of each clip's versions, by id: a vector each, or frames × names. They are read from the journal, one clip at a time. */
  vectors: {
    has(id: string): boolean;
    /** @throws {SerError} `file` if the journal is no longer there; that of a clip without features is undefined */
    get(id: string): Float32Array[] | undefined;
  };
  failures: { id: string; path: string; reason: string }[];
  /** Clips of this run with warnings, as sentences. */
  warned: { path: string; warnings: string[] }[];
}

/**
 * Features of many clips, computed on all cores. A clip that fails does not stop the others.
 * @throws {SerError} `usage` for workers out of range, `audio` if every clip failed
 * @throws the signal's reason when it is aborted
 */
export async function computeVectors<Job extends OwnOfClip>(
  clips: readonly CorpusClip[],
  { kind, settings, set, versions, key }: VectorTask<Job>,
  {
    workers = DEFAULT_WORKERS,
    open = openThreads,
    strict = false,
    journal: path,
    resume = true,
    signal,
    onStart,
    onClip,
  }: RunOptions,
): Promise<VectorResult> {
  if (!resume) rmSync(path, { force: true });
  const journal = openJournal(
    path,
    strict ? `${key} strict` : key,
    floats((lengths) => lengths.length === versions && lengths.every((length) => fits(length, set))),
  );
  const stamps = new Map(clips.map((clip) => [clip.id, fileStamp(clip.path)]));
  const isDone = ({ id }: { id: string }): boolean => journal.has(id, stamps.get(id)!);
  let done = clips.filter(isDone).length;
  onStart?.(clips.length, done);

  const failures: VectorResult['failures'] = [];
  const warned: VectorResult['warned'] = [];
  const jobs = function* (): Generator<Job> {
    for (const { id, path } of clips) {
      if (!isDone({ id })) yield { ...settings, strict, id, path } as unknown as Job;
    }
  };
  const pool = open(kind, workers);
  const stop = (): void => void pool.close();
  signal?.addEventListener('abort', stop);
  try {
    for await (const outcome of runOrdered(pool, jobs())) {
      signal?.throwIfAborted();
      const { id, path } = outcome.job;
      if ('error' in outcome) {
        failures.push({ id, path, reason: outcome.error.message });
      } else {
        const all = outcome.result.vectors.map((values) => (values instanceof Float32Array ? values : Float32Array.from(values))); // prettier-ignore
        if (outcome.result.warnings.length > 0) warned.push({ path, warnings: outcome.result.warnings });
        journal.add(id, stamps.get(id)!, all);
        done++;
      }
      onClip?.(id);
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.close();
  }
  const vectors = {
    has: (id: string) => journal.has(id, stamps.get(id) ?? ''),
    get: (id: string) => journal.find(id, stamps.get(id) ?? ''),
  };
  if (done > 0) return { vectors, failures, warned };
  const why = failures.length > 0 ? ` The first: ${failures[0].reason}` : '';
  throw new SerError('audio', `None of ${clips.length} clips could be analysed.${why}`);
}

function fits(length: number, { level, names }: Pick<FeatureSet, 'level' | 'names'>): boolean {
  return level === 'frames' ? length > 0 && length % names.length === 0 : length === names.length;
}
