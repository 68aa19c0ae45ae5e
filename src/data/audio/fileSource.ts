import { type FileHandle, open } from 'node:fs/promises';
import { SerError } from '../../error.ts';
import { systemReason } from '../../messages/systemErrors.ts';
import type { ByteSource } from './format.ts';
import { bytesSource } from './source.ts';

/** A file that is read from the disk on demand. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/**
 * Opens a file; a pipe is read to its end.
 * @throws {SerError} `audio`, with the path in its message, if it cannot be opened
 */
export async function openFile(path: string): Promise<FileSource> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const stats = await file.stat();
    if (stats.isFIFO()) return { ...bytesSource(await file.readFile()), close: file.close.bind(file) };
    if (!stats.isFile()) throw new Error(`it is ${stats.isDirectory() ? 'a folder' : 'not a file'}`);
    return { size: stats.size, read: reader(file), close: file.close.bind(file) };
  } catch (cause) {
    await file?.close();
    throw new SerError('audio', `${path}: cannot be read (${systemReason(cause)})`, { cause });
  }
}

/** Reads into one buffer, which the next call reuses. */
function reader(file: FileHandle): ByteSource['read'] {
  let buffer = new Uint8Array(0);
  return async (at, count) => {
    if (buffer.length < count) buffer = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      const { bytesRead } = await file.read(buffer, filled, count - filled, at + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  };
}
