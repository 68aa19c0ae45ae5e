import { watch } from 'chokidar';
import { SerError } from '../error.ts';
import { isClipOf } from './clipFiles.ts';

export interface WatchOptions {
  /** Folders within folders too. Default true. */
  recursive?: boolean;
  /** Milliseconds for which a file's size must have stayed the same: it is written to no more. Default 500. */
  settleMs?: number;
  /** Ends the watch. */
  signal?: AbortSignal;
}

/**
 * The audio files of these folders that are new or have changed, as they come: as many at a time as have gathered meanwhile.
 * Those that are there at the beginning come first. It ends, without an error, when the signal is aborted.
 * @throws {SerError} `usage` if a folder cannot be watched
 */
export async function* watchClips(
  folders: readonly string[],
  { recursive = true, settleMs = 500, signal }: WatchOptions = {},
): AsyncGenerator<string[]> {
  const settled = { stabilityThreshold: settleMs, pollInterval: Math.min(100, settleMs) };
  const watcher = watch([...folders], { awaitWriteFinish: settled, ...(!recursive && { depth: 0 }) });
  let found = new Set<string>();
  let failure: Error | undefined;
  let wake = (): void => undefined;
  const take = (path: string): void => {
    if (!folders.some((folder) => isClipOf(folder, path))) return;
    found.add(path);
    wake();
  };
  watcher.on('add', take).on('change', take);
  watcher.on('error', (error) => {
    failure = error as Error;
    wake();
  });
  signal?.addEventListener('abort', () => wake());
  try {
    while (!signal?.aborted) {
      if (failure)
        throw new SerError('usage', `The folder cannot be watched (${failure.message}).`, { cause: failure });
      if (found.size === 0) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const batch = [...found].sort();
      found = new Set();
      yield batch;
    }
  } finally {
    await watcher.close();
  }
}
