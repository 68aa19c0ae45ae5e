import { closeSync, openSync, readSync } from 'node:fs';

/** Node's functions that read, write or hash bytes take less than 2 GiB of them at a time. */
const MOST = 2 ** 30;

/** The bytes of an array of any size, in pieces that Node's functions take; views, not copies. */
export function* piecesOf(
  { buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView,
  most = MOST,
): Generator<Uint8Array<ArrayBufferLike>> {
  for (let at = 0; at < byteLength; at += most) {
    yield new Uint8Array(buffer, byteOffset + at, Math.min(most, byteLength - at));
  }
}

/** The bytes of a file, a few at a time; each part is valid until the next one is taken. @throws the system's error if it cannot be read */
export function* partsOfFile(path: string, size = 2 ** 20): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    const part = new Uint8Array(size);
    for (let read; (read = readSync(file, part, 0, size, null)) > 0;) yield part.subarray(0, read);
  } finally {
    closeSync(file);
  }
}
