import type { ClipVectors, ExtractJob } from './extractVectors.ts';
import type { FileVector } from './formatVectors.ts';
import { AUGMENT_DEFAULTS } from '../augment/augment.ts';
import { runOrdered } from '../workers/runOrdered.ts';
import { createPool, DEFAULT_WORKERS, workerUrl } from '../workers/workerPool.ts';

export interface ExtractOptions {
  featureSet: string;
  /** Threads. Default: one per core, but no more than files. */
  workers?: number;
  /** Whether to refuse recordings that are cut short. Default false. */
  strict?: boolean;
  /** Called for every vector in order, as early as possible. */
  onVector?: (row: FileVector) => void;
  onFailure?: (file: string, reason: string) => void;
}

/**
 * The vectors of audio files, in the order of the files, computed on all cores. Files that fail are reported and left out.
 * @throws {SerError} `usage` for less than one worker
 */
export async function extractFiles(files: readonly string[], options: ExtractOptions): Promise<FileVector[]> {
  const { featureSet, workers = DEFAULT_WORKERS, strict, onVector, onFailure } = options;
  const jobs = files.map((path): ExtractJob => {
    return { path, id: path, featureSet, copies: 0, seed: 0, strict, augmentation: AUGMENT_DEFAULTS };
  });
  const size = Math.min(workers, Math.max(1, files.length));
  const pool = createPool<ExtractJob, ClipVectors>(workerUrl('extractWorker', import.meta.url), size);
  const rows: FileVector[] = [];
  try {
    for await (const outcome of runOrdered(pool, jobs)) {
      if ('result' in outcome) {
        const { vectors, warnings } = outcome.result;
        const row = { file: outcome.job.path, vector: vectors[0], warnings };
        rows.push(row);
        onVector?.(row);
      } else onFailure?.(outcome.job.path, outcome.error.message);
    }
  } finally {
    await pool.close();
  }
  return rows;
}
