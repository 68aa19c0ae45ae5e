import type { ExtractJob } from './extractVectors.ts';
import { FEATURES_KIND } from './featuresKind.ts';
import type { FileVector } from './formatVectors.ts';
import { AUGMENT_DEFAULTS } from '../augment/augment.ts';
import { openThreads, type OpenPool } from '../workers/executor.ts';
import { runOrdered } from '../workers/runOrdered.ts';
import { DEFAULT_WORKERS } from '../workers/workerPool.ts';

export interface ExtractOptions {
  featureSet: string;
  /** Threads. Default: one per core, but no more than files. */
  workers?: number;
  /** What does the work. Default: threads of this process. */
  open?: OpenPool;
  /** Whether to refuse recordings that are cut short. Default false. */
  strict?: boolean;
  onFailure?: (file: string, reason: string) => void;
}

/**
 * The vectors of audio files, in the order of the files and as early as possible, computed on all cores. Files that fail are reported and left out. A few
 * rows are in memory at a time.
 * @throws {SerError} `usage` for less than one worker
 */
export async function* extractFiles(files: readonly string[], options: ExtractOptions): AsyncGenerator<FileVector> {
  const { featureSet, workers = DEFAULT_WORKERS, open = openThreads, strict, onFailure } = options;
  const jobs = function* (): Generator<ExtractJob> {
    for (const path of files) {
      yield { path, id: path, featureSet, copies: 0, seed: 0, strict, augmentation: AUGMENT_DEFAULTS };
    }
  };
  const size = Math.min(workers, Math.max(1, files.length));
  const pool = open(FEATURES_KIND, size);
  try {
    for await (const outcome of runOrdered(pool, jobs())) {
      if ('result' in outcome) {
        const { vectors, warnings } = outcome.result;
        yield { file: outcome.job.path, vector: vectors[0], warnings };
      } else onFailure?.(outcome.job.path, outcome.error.message);
    }
  } finally {
    await pool.close();
  }
}
