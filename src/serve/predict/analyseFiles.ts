import { openThreads, type OpenPool } from '../../data/workers/executor.ts';
import { type Outcome, runOrdered } from '../../data/workers/runOrdered.ts';
import { checkWorkers } from '../../data/workers/workerPool.ts';
import type { SharedFiles } from '../../files/sharedFiles.ts';
import { silenceOnnxTelemetry } from '../../onnx/telemetry.ts';
import { analyseClip, type ClipAnalysis, type ClipJob, CLIPS_KIND } from './analyseClip.ts';

/**
 * Analyses files, in order, in a number of threads or by what `open` gives; without that, a single file is analysed in this thread, which
 * starts sooner. A failure is returned as an outcome.
 * @param models  files that the threads take from memory instead of the disk
 * @throws {SerError} `usage` for less than one worker
 */
export async function* analyseFiles(
  files: Iterable<string>,
  wanted: Omit<ClipJob, 'file'>,
  workers: number,
  models?: SharedFiles,
  open?: OpenPool,
): AsyncGenerator<Outcome<ClipJob, ClipAnalysis>> {
  checkWorkers(workers);
  const jobs = Array.from(files, (file): ClipJob => ({ file, ...wanted }));
  if (jobs.length === 1 && !open) {
    const [job] = jobs;
    yield await analyseClip(job).then(
      (result) => ({ job, result }),
      (error: Error) => ({ job, error }),
    );
    return;
  }
  silenceOnnxTelemetry();
  const pool = (open ?? openThreads)(CLIPS_KIND, Math.min(workers, Math.max(1, jobs.length)), models);
  try {
    yield* runOrdered(pool, jobs);
  } finally {
    await pool.close();
  }
}
