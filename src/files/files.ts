import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SerError, type SerErrorCode } from '../error.ts';
import { isSystemError, systemReason } from '../systemErrors.ts';

/**
 * Writes a file whole or not at all: beside it first, then by a rename. Makes the folder if it is missing.
 * What stands at the path stays what it is: a link stays, and its target is replaced; an existing file keeps its permissions
 * and owner; a device or a pipe is written to. Where nothing can be put beside a file that may be written (a read-only folder,
 * a single file mounted into a container), the file is written in place. Of several names of one file (hard links), the other
 * names keep the old content.
 * @throws {SerError} `file`, saying why
 */
export function writeFileAtomic(path: string, content: Content): void {
  writing(path, () => {
    const there = fs.statSync(path, { throwIfNoEntry: false });
    if (there && !there.isFile()) writeThrough(path, content);
    else replaceFile(targetOf(path), content, there);
  });
}

/** Text in UTF-8, bytes, or pieces of bytes one after the other. */
export type Content = string | Uint8Array | readonly Uint8Array[];

/** Calls what writes to a file or a folder. @throws {SerError} `file` in place of the system's error, saying what cannot be written and why */
export function writing<Result>(path: string, write: () => Result): Result {
  try {
    return write();
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw new SerError('file', `${path} cannot be written: ${systemReason(cause)}.`, { cause });
  }
}

/** As `writeFileAtomic`, for a value written as `jsonText`. */
export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, jsonText(value));
}

/** A value as indented JSON with a closing line break. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** A text file as a whole. @throws {SerError} of this code, saying why it cannot be read */
export function readText(path: string, code: SerErrorCode): string {
  return readBytes(path, code).toString('utf8');
}

/** A file as a whole. @throws {SerError} of this code, saying why it cannot be read */
export function readBytes(path: string, code: SerErrorCode): Buffer {
  try {
    return fs.readFileSync(path);
  } catch (cause) {
    throw new SerError(code, `${path} cannot be read: ${systemReason(cause)}.`, { cause });
  }
}

/**
 * Checks before any work that a file can be written there at its end.
 * @throws {SerError} `usage` if the path is a folder, or its folder cannot be made or written to
 */
export function checkOutFile(path: string, option = '--out'): void {
  refusing(path, option, () => {
    const there = fs.statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory() || /[\\/]$/.test(path)) return 'it is a folder: name a file in it';
    if (there?.isSocket()) return 'it is a socket: name a file';
    if (!there) return tryFolder(dirname(targetOf(path)));
    fs.accessSync(path, fs.constants.W_OK);
    return undefined;
  });
}

/** Likewise of a folder. @throws {SerError} `usage` if it is a file, or cannot be made or written to */
export function checkOutFolder(path: string, option = '--out'): void {
  refusing(path, option, () => tryFolder(path));
}

/** Whether the path is that of a device, a pipe or a socket: nothing can be kept beside it. */
export function isSpecialFile(path: string): boolean {
  const there = fs.statSync(path, { throwIfNoEntry: false });
  return there !== undefined && !there.isFile() && !there.isDirectory();
}

function refusing(path: string, option: string, check: () => string | undefined): void {
  let reason: string | undefined;
  try {
    reason = check();
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    reason = systemReason(cause);
  }
  if (reason) throw new SerError('usage', `${option} ${path} cannot be written: ${reason}.`);
}

const TRIAL = '.trial';

/** Puts a file into the folder, or into the nearest one above it that exists, and takes it away again: access rights alone do not tell. */
function tryFolder(folder: string): string | undefined {
  let there = resolve(folder);
  while (!fs.lstatSync(there, { throwIfNoEntry: false })) there = dirname(there);
  const stats = fs.statSync(there, { throwIfNoEntry: false });
  if (!stats) return `${there} is a link to nothing`;
  if (!stats.isDirectory()) return `${there} is a file, not a folder`;
  const trial = partialOf(join(there, TRIAL));
  removeLeftovers(join(there, TRIAL));
  fs.closeSync(fs.openSync(trial, 'wx'));
  fs.rmSync(trial);
  return undefined;
}

/** Where a link leads in the end, even if nothing is there yet. */
function targetOf(path: string): string {
  const isLink = fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
  if (!isLink) return path;
  // A link to nothing has no real path.
  return fs.existsSync(path) ? fs.realpathSync(path) : targetOf(resolve(dirname(path), fs.readlinkSync(path)));
}

function replaceFile(path: string, content: Content, there: fs.Stats | undefined): void {
  const partial = partialOf(path);
  try {
    if (there) fs.accessSync(path, fs.constants.W_OK);
    fs.mkdirSync(dirname(path), { recursive: true });
    removeLeftovers(path);
    const file = fs.openSync(partial, 'wx');
    try {
      writeAll(file, content);
      if (there) keepRights(file, there);
      // Or a power cut leaves the new name with nothing in it.
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    fs.renameSync(partial, path);
  } catch (error) {
    fs.rmSync(partial, { force: true });
    const inPlace = ['EACCES', 'EBUSY', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (!there || !inPlace) throw error;
    writeThrough(path, content);
  }
}

function writeThrough(path: string, content: Content): void {
  try {
    const file = endedByInterrupt(() => fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_TRUNC));
    try {
      writeAll(file, content);
    } finally {
      fs.closeSync(file);
    }
  } catch (error) {
    // A reader that has seen enough is no failure.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

/** A pipe is opened when its reader comes. Until then no event is heard: Ctrl-C ends the process without asking. */
function endedByInterrupt<Result>(open: () => Result): Result {
  const listeners = process.rawListeners('SIGINT') as NodeJS.SignalsListener[];
  process.removeAllListeners('SIGINT');
  try {
    return open();
  } finally {
    for (const listener of listeners) process.on('SIGINT', listener);
  }
}

function writeAll(file: number, content: Content): void {
  const parts = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  for (const part of parts) fs.writeFileSync(file, part);
}

function keepRights(file: number, { uid, gid, mode }: fs.Stats): void {
  const own = fs.fstatSync(file);
  try {
    if (own.uid !== uid || own.gid !== gid) fs.fchownSync(file, uid, gid);
    fs.fchmodSync(file, mode & 0o7777);
  } catch {
    // Somebody else's file in a folder of ours, or a file system without rights.
  }
}

/** A name beside the path that no other process uses: with the number of this one, so that what a killed one left can be told. */
function partialOf(path: string): string {
  return join(dirname(path), `${stemOf(path)}.${process.pid}-${randomBytes(4).toString('hex')}.partial`);
}

/** What stands behind the name of a file that is being written, or was when its process was killed. */
const PARTIAL = /\.(\d+)-[0-9a-f]{8}\.partial$/;

/** The name that a file is to have, of that under which it is being written; the names of others as they are. */
export const withoutPartial = (name: string): string => name.replace(PARTIAL, '');

/** The names in a folder, without those of files that are being tried or written. Empty if there is none. */
export function namesIn(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => !PARTIAL.test(name)) : [];
}

/** The file's name; of a very long one a hash, to leave room for what is put behind it. */
function stemOf(path: string): string {
  const name = basename(path);
  return Buffer.byteLength(name) <= 200 ? name : createHash('sha256').update(name).digest('hex').slice(0, 16);
}

/** Removes what processes that were killed while they wrote this file have left. */
function removeLeftovers(path: string): void {
  const stem = stemOf(path);
  for (const name of fs.readdirSync(dirname(path))) {
    const pid = withoutPartial(name) === stem && PARTIAL.exec(name)?.[1];
    if (pid && !isRunning(Number(pid))) fs.rmSync(join(dirname(path), name), { force: true });
  }
}

/** Whether another process has this number. Whatever has our own is left from an earlier process: this function's caller writes one file at a time. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
