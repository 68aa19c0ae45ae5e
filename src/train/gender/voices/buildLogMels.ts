import { rawLogMel } from '../../../features/sets/logMel.ts';
import { createRandom } from '../../../random.ts';
import { VERSION } from '../../../version.ts';
import { ALTER_DEFAULTS, alterVoice } from './alterVoice.ts';
import { loadAudio } from '../../../data/audio/load.ts';
import { joinRows, type LogMelRow, type LogMels, readLogMels, writeLogMels } from './logMels.ts';
import type { VoiceFile } from './voices.ts';
import { runOrdered } from '../../../data/workers/runOrdered.ts';
import { createPool, DEFAULT_WORKERS, workerUrl } from '../../../data/workers/workerPool.ts';
import { sha256 } from '../../../sha256.ts';

export interface LogMelJob {
  path: string;
  /** Names the clip in the seed of its copies. */
  name: string;
  copies: number;
  seed: number;
}

export interface BuildLogMelsOptions {
  /** Altered copies of each clip. */
  copies: number;
  /** Of the alterations. */
  seed: number;
  /** Threads. Default: as many as the machine has. */
  workers?: number;
  /** Stops the build. */
  signal?: AbortSignal;
  onClip?: (done: number, total: number) => void;
}

/** A thousandth of a neper: far below what quantising speech to 16 bits does. */
const STEP = 1 / 1024;

/**
 * The log-mel spectra of clips and of their altered copies, on all cores. They are kept in a file: the next call with the same
 * clips and options reads it.
 * @throws {SerError} `audio` for a clip that cannot be read
 * @throws the signal's reason when it is aborted
 */
export async function buildLogMels(
  path: string,
  voices: readonly VoiceFile[],
  { copies, seed, workers = DEFAULT_WORKERS, signal, onClip }: BuildLogMelsOptions,
): Promise<LogMels> {
  const key = sha256(
    JSON.stringify([VERSION, STEP, copies, seed, ALTER_DEFAULTS, voices.map((voice) => ({ ...voice, path: '' }))]),
  );
  const kept = readLogMels(path, key);
  if (kept) return kept;

  const jobs = voices.map(({ path, corpus, clip }): LogMelJob => ({ path, name: `${corpus}/${clip}`, copies, seed }));
  const pool = createPool<LogMelJob, { frames: number; values: Int16Array }[]>(
    workerUrl('logMelWorker', import.meta.url),
    workers,
  );
  const stop = (): void => void pool.close();
  signal?.addEventListener('abort', stop);
  const rows: LogMelRow[] = [];
  const parts: Int16Array[] = [];
  let done = 0;
  try {
    for await (const outcome of runOrdered(pool, jobs)) {
      signal?.throwIfAborted();
      if ('error' in outcome) throw outcome.error;
      const { corpus, clip, speaker, gender, part } = voices[done++];
      outcome.result.forEach(({ frames, values }, copy) => {
        rows.push({ corpus, clip, speaker, gender, part, copy, frames });
        parts.push(values);
      });
      onClip?.(done, voices.length);
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.close();
  }
  const built = { key, step: STEP, rows, values: joinRows(parts), about: 'Made from audio; not for distribution.' };
  writeLogMels(path, built);
  return built;
}

/** In a worker: the clip itself, then its copies. */
export async function logMelRows({
  path,
  name,
  copies,
  seed,
}: LogMelJob): Promise<{ frames: number; values: Int16Array }[]> {
  const signal = await loadAudio(path);
  const altered = Array.from({ length: copies }, (_, i) =>
    alterVoice(signal, createRandom(`${seed}/${name}/${i + 1}`)),
  );
  return [signal, ...altered].map((version) => {
    const { data, frames } = rawLogMel(version);
    return { frames, values: Int16Array.from(data, (value) => Math.round(value / STEP)) };
  });
}
