import { watch } from 'chokidar';
import { fileStamp } from '../../data/workers/journal.ts';
import { SerError } from '../../error.ts';
import { findClips, isClipOf } from '../../data/audio/clipFiles.ts';

export interface WatchOptions {
  /** Folders within folders too. Default true. */
  recursive?: boolean;
  /** Milliseconds for which a file's size must have stayed the same: it is written to no more. Default 500. */
  settleMs?: number;
  /** Ends the watch. */
  signal?: AbortSignal;
  /** Called when no file that comes from now on is missed. */
  onReady?: () => void;
}

/**
 * The audio files of these folders that are new or have changed, as they come: as many at a time as have gathered meanwhile.
 * Those that are there at the beginning come first. It ends, without an error, when the signal is aborted.
 * @throws {SerError} `usage` if a folder cannot be watched
 */
export async function* watchClips(
  folders: readonly string[],
  { recursive = true, settleMs = 500, signal, onReady }: WatchOptions = {},
): AsyncGenerator<string[]> {
  const settled = { stabilityThreshold: settleMs, pollInterval: Math.min(100, settleMs) };
  const watcher = watch([...folders], { awaitWriteFinish: settled, ...(!recursive && { depth: 0 }) });
  let found = new Set<string>();
  /** What a file was like when it was last told of. */
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
  // What came after its folder had been read, and before that was watched, nobody tells of.
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
