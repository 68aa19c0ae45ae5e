import { readFile } from 'node:fs/promises';
import { workerData } from 'node:worker_threads';

/** Contents of files by path, in memory that all threads share: passing it to another thread costs nothing. */
export type SharedFiles = ReadonlyMap<string, Uint8Array>;

/**
 * A file's content in shared memory, for the workers of a pool (`PoolOptions.files`). In a worker that was given this
 * path, the content at that time, even if the file has changed since.
 * @throws what reading the file throws
 */
export async function readShared(path: string): Promise<Uint8Array> {
  const given = (workerData as { files?: SharedFiles } | null)?.files?.get(path);
  if (given) return given;
  const bytes = await readFile(path);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}
