import { watch } from 'chokidar';
import { fileStamp } from '../../data/workers/journal.ts';
import { SerError } from '../../error.ts';
import { findClips, isClipOf } from '../../data/audio/clipFiles.ts';

export interface WatchOptions {
  /** Whether to include folders within folders. Default true. */
  recursive?: boolean;
  /** Milliseconds without a change of size after which a file counts as complete. Default 500. */
  settleMs?: number;
  /** Ends the watch. */
  signal?: AbortSignal;
  /** Called when no new file can be missed any more. */
  onReady?: () => void;
}

/**
 * The new and changed audio files of folders, as they appear: each time as many as have gathered meanwhile.
 * Existing files come first. Ends without an error when the signal is aborted.
 * @throws {SerError} `usage` if a folder cannot be watched
 */
export async function* watchClips(
  folders: readonly string[],
  { recursive = true, settleMs = 500, signal, onReady }: WatchOptions = {},
): AsyncGenerator<string[]> {
  const settled = { stabilityThreshold: settleMs, pollInterval: Math.min(100, settleMs) };
  const watcher = watch([...folders], { awaitWriteFinish: settled, ...(!recursive && { depth: 0 }) });
  let found = new Set<string>();
  /** Size and time of each file when it was last reported. */
  const stamps = new Map<string, string>();
  let failure: Error | undefined;
  let wake = (): void => undefined;
  const take = (path: string): void => {
    if (!folders.some((folder) => isClipOf(folder, path))) return;
    const stamp = fileStamp(path);
    if (stamps.get(path) === stamp) return;
    stamps.set(path, stamp);
    found.add(path);
    wake();
  };
  // Files that appeared after their folder had been read and before it was watched cause no event.
  const lookAgain = (): void => {
    if (signal?.aborted || watcher.closed) return;
    for (const path of findClips(folders, { recursive, mayBeEmpty: true }).clips) if (!stamps.has(path)) take(path);
  };
  watcher.on('ready', () => {
    onReady?.();
    setTimeout(lookAgain, settleMs).unref();
  });
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
