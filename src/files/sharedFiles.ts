import { readFile } from 'node:fs/promises';
import { workerData } from 'node:worker_threads';

/** Content of files by their path, in memory that all threads see: giving it to one more costs nothing. */
export type SharedFiles = ReadonlyMap<string, Uint8Array>;

/**
 * A file's content, in memory that can be given to the workers of a pool (`PoolOptions.files`). In a worker that was given this
 * path it is that content, whatever has become of the file since.
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
