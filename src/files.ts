import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SerError, type SerErrorCode } from './error.ts';

/** Writes a file whole or not at all: to `path.partial` first, then by a rename. Makes the folder if it is missing. */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.partial`;
  writeFileSync(partial, content);
  renameSync(partial, path);
}

/** As `writeFileAtomic`, for a value written as indented JSON with a closing line break. */
export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** A text file as a whole. @throws {SerError} of this code, saying why it cannot be read */
export function readText(path: string, code: SerErrorCode): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SerError(code, `${path} cannot be read: ${whyUnreadable(cause)}.`, { cause });
  }
}

/** What the system's error says, in words where it is the common one. */
export function whyUnreadable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'there is no such file or folder' : message;
}
