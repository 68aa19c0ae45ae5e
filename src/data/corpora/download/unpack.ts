import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { SerError } from '../../../error.ts';

export interface UnpackOptions {
  /** Limit of all files' unpacked size in bytes. Default: 8 GiB. */
  maxBytes?: number;
  /** Limit of the number of entries. Default: 100,000. */
  maxEntries?: number;
  /** Stops between or within files; complete files are kept. */
  signal?: AbortSignal;
  /** Called after each file, with the total number of files. */
  onFile?: (name: string, total: number) => void;
}

/** The file type bits of a Unix mode, stored in the upper half of a zip entry's external attributes. */
const TYPE_MASK = 0o170000;
const REGULAR = 0o100000;
const DIRECTORY = 0o040000;

/**
 * Unpacks a zip file. The whole list of contents is checked before the first byte is written; each file then appears
 * at once and complete, and an existing one of the right size is kept, so that a second run continues the first.
 * @returns the number of files in the archive
 * @throws {SerError} `download` for a damaged or encrypted archive, and for one with a path outside the target, a link
 *   or device, a duplicate name, or more than the limits allow; then nothing is written
 */
export async function unpackZip(zipPath: string, target: string, options: UnpackOptions = {}): Promise<number> {
  const { signal, onFile } = options;
  const root = resolve(target);
  let zip: ZipFile | undefined;
  try {
    zip = await yauzl.openPromise(zipPath, { autoClose: false, lazyEntries: true });
    const files = await listFiles(zip, root, options);
    for (const { entry, path } of files) {
      signal?.throwIfAborted();
      if ((await sizeOf(path)) !== entry.uncompressedSize) await unpackEntry(zip, entry, path, signal);
      onFile?.(entry.fileName, files.length);
    }
    return files.length;
  } catch (error) {
    if (signal?.aborted) throw new SerError('download', 'stopped; run it again to continue', { cause: error });
    throw new SerError('download', `${zipPath} cannot be unpacked: ${(error as Error).message}`, { cause: error });
  } finally {
    zip?.close();
  }
}

interface Planned {
  entry: Entry;
  path: string;
}

async function listFiles(
  zip: ZipFile,
  root: string,
  { maxBytes = 8 * 2 ** 30, maxEntries = 100_000 }: UnpackOptions,
): Promise<Planned[]> {
  if (zip.entryCount > maxEntries) throw new Error(`${zip.entryCount} entries are more than ${maxEntries}`);
  const files = new Map<string, Planned>();
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const name = JSON.stringify(entry.fileName); // quoted: it may contain anything
    const path = resolve(root, entry.fileName);
    // yauzl refuses absolute names and ".." itself; this checks the file system's own rules too.
    if (path !== root && !path.startsWith(root + sep)) throw new Error(`${name} leads out of the target folder`);
    const type = (entry.externalFileAttributes >>> 16) & TYPE_MASK;
    if (type !== 0 && type !== REGULAR && type !== DIRECTORY) throw new Error(`${name} is a link or a device`);
    if (entry.isEncrypted()) throw new Error(`${name} is encrypted`);
    if (entry.fileName.endsWith('/')) continue;
    if (files.has(path)) throw new Error(`${name} occurs twice`);
    bytes += entry.uncompressedSize;
    if (bytes > maxBytes) throw new Error(`its files take more than the ${maxBytes} bytes that are allowed`);
    files.set(path, { entry, path });
  }
  return [...files.values()];
}

async function unpackEntry(zip: ZipFile, entry: Entry, path: string, signal?: AbortSignal): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.partial`;
  try {
    // yauzl ends the stream with an error if its length differs from the list of contents.
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(partial), { signal });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}
