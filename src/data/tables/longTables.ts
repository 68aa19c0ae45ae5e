import { closeSync, fstatSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { SerError } from '../../error.ts';
import { writing } from '../../files/files.ts';
import type { Values } from './values.ts';

/** Millions of bytes that the values of a table may take in memory, 4 each, unless `SER_TABLE_MEMORY` gives another number. */
export const TABLE_MEMORY = 1024;

/**
 * The largest table that a training keeps in memory, in bytes of its values; of a larger one it reads rows from the disk as it needs them.
 * @throws {SerError} `usage` unless `SER_TABLE_MEMORY` is a number, 0 or more
 */
export function tableMemory(): number {
  const { SER_TABLE_MEMORY: given = TABLE_MEMORY } = process.env;
  const most = given === '' ? NaN : Number(given);
  if (!(most >= 0)) throw new SerError('usage', `SER_TABLE_MEMORY is "${given}": give a size in millions of bytes, such as ${TABLE_MEMORY}.`); // prettier-ignore
  return most * 1e6;
}

/** Where the values of long tables lie while they are used: at `SER_SCRATCH`, by default in the user's cache. */
const scratchFolder = (): string =>
  resolve(process.env.SER_SCRATCH ?? join(homedir(), '.cache', 'gender-ser', 'scratch'));

/** Closes the files of values that nobody has any more. */
const unused = new FinalizationRegistry<number>((file) => closeSync(file));

/**
 * A file of values without a name: it is gone when the process ends, in whatever way, or nothing uses its values any more.
 * @returns to be called with values to write after those before, and the values that have been written
 * @throws {SerError} `file` where the disk is full, or there can be no file
 */
export function openScratch(): { append(values: Float32Array): void; values: Values } {
  const folder = scratchFolder();
  const path = join(folder, randomUUID());
  const file = writing(folder, () => {
    mkdirSync(folder, { recursive: true });
    return openSync(path, 'wx+', 0o600);
  });
  rmSync(path);
  let length = 0;
  const values: Values = {
    get length() {
      return length;
    },
    subarray: (from, to) => new Float32Array(readPart(file, 4 * from, 4 * to, folder)),
  };
  unused.register(values, file);
  return {
    values,
    append: (added) =>
      writing(folder, () => {
        const bytes = new Uint8Array(added.buffer, added.byteOffset, added.byteLength);
        for (let at = 0; at < bytes.length;) {
          at += writeSync(file, bytes, at, Math.min(MOST, bytes.length - at), 4 * length + at);
        }
        length += added.length;
      }),
  };
}

/** The part of an ArrayBuffer's interface by which a file is read. */
export interface FileBytes {
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer;
}

/** An open file, of which parts are read when they are asked for. @param path  for messages */
export function bytesOfFile(file: number, path: string): FileBytes {
  const { size } = fstatSync(file);
  return { byteLength: size, slice: (start, end = size) => readPart(file, start, end, path) };
}

/** Bytes that the system reads or writes at once. */
const MOST = 2 ** 30;

function readPart(file: number, from: number, to: number, path: string): ArrayBuffer {
  const buffer = new ArrayBuffer(to - from);
  const bytes = new Uint8Array(buffer);
  for (let at = 0; at < bytes.length;) {
    const read = readSync(file, bytes, at, Math.min(MOST, bytes.length - at), from + at);
    if (read === 0) throw new SerError('file', `${path} has become shorter while it was read: run the same command again.`); // prettier-ignore
    at += read;
  }
  return buffer;
}
