import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SerError, type SerErrorCode } from '../error.ts';
import { isSystemError, systemReason } from '../messages/systemErrors.ts';
import { piecesOf } from './pieces.ts';
import { sha256 } from '../sha256.ts';

/**
 * Writes a file whole or not at all: beside its path first, then by a rename. Creates the folder if it is missing.
 * The kind of file at the path is preserved: a link stays, and its target is replaced; an existing file keeps its permissions
 * and owner; a device or a pipe is written to. If no file can be created beside a writable one (a read-only folder,
 * a single file mounted into a container), the file is written in place. If a file has several names (hard links), the other
 * names keep the old content.
 * @throws {SerError} `file`, with the reason
 */
export function writeFileAtomic(path: string, content: Content): void {
  writing(path, () => {
    const draft = openDraft(path);
    try {
      writeOn(draft, content);
      publish(draft);
    } catch (error) {
      discard(draft);
      throw error;
    }
  });
}

/**
 * Writes parts that arrive over time: as `writeFileAtomic`, the file is there when all have arrived, or not at all.
 * No more are asked for once the reader of a pipe has stopped.
 * @throws {SerError} `file`, with the reason; and what the source of the parts throws
 */
export async function writeArriving(path: string, parts: AsyncIterable<string | Uint8Array>): Promise<void> {
  const draft = writing(path, () => openDraft(path));
  try {
    for await (const part of parts) if (!writing(path, () => writeOn(draft, part))) break;
    writing(path, () => publish(draft));
  } catch (error) {
    discard(draft);
    throw error;
  }
}

/** Text in UTF-8, bytes, or parts to concatenate, each of which is taken when those before are written; they may be asked for again. */
export type Content = string | Uint8Array | Iterable<Uint8Array>;

/** Calls a function that writes to a file or a folder. @throws {SerError} `file` instead of the system's error, with path and reason */
export function writing<Result>(path: string, write: () => Result): Result {
  try {
    return write();
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw new SerError('file', `${path} cannot be written: ${systemReason(cause)}.`, { cause });
  }
}

/** Like `writeFileAtomic`, for a value written as `jsonText`. */
export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, jsonText(value));
}

/** Indented JSON with a final line break. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** A whole text file. @throws {SerError} of this code, with the reason, if it cannot be read */
export function readText(path: string, code: SerErrorCode): string {
  return readBytes(path, code).toString('utf8');
}

/** A whole file, also one of 2 GiB or more. @throws the system's error if it cannot be read */
export function readWhole(path: string): Buffer<ArrayBuffer> {
  const file = fs.openSync(path, 'r');
  try {
    const { size } = fs.fstatSync(file);
    if (size < SIMPLE) return fs.readFileSync(file);
    const bytes = Buffer.allocUnsafeSlow(size);
    let end = 0;
    for (const piece of piecesOf(bytes)) {
      for (let at = 0, read = -1; at < piece.length && read !== 0; at += read, end += read) {
        read = fs.readSync(file, piece, at, piece.length - at, null);
      }
    }
    return bytes.subarray(0, end); // it may have become shorter
  } finally {
    fs.closeSync(file);
  }
}

/** Smaller files Node reads at once; pipes and devices, whose size is 0, too. */
const SIMPLE = 2 ** 30;

/** A whole file. @throws {SerError} of this code, with the reason, if it cannot be read */
export function readBytes(path: string, code: SerErrorCode): Buffer {
  try {
    return readWhole(path);
  } catch (cause) {
    throw new SerError(code, `${path} cannot be read: ${systemReason(cause)}.`, { cause });
  }
}

/**
 * Checks before any work that a file can be written at a path.
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

/** The same for a folder. @throws {SerError} `usage` if it is a file, or cannot be created or written to */
export function checkOutFolder(path: string, option = '--out'): void {
  refusing(path, option, () => tryFolder(path));
}

/** Whether the path is a device, a pipe or a socket, beside which nothing can be stored. */
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

/** Creates a file in the folder, or in its nearest existing parent, and removes it: access rights alone are not conclusive. */
function tryFolder(folder: string): string | undefined {
  let there = resolve(folder);
  while (!fs.lstatSync(there, { throwIfNoEntry: false })) there = dirname(there);
  const stats = fs.statSync(there, { throwIfNoEntry: false });
  if (!stats) return `${there} is a dangling link`;
  if (!stats.isDirectory()) return `${there} is a file, not a folder`;
  const trial = partialOf(join(there, TRIAL));
  removeLeftovers(join(there, TRIAL));
  fs.closeSync(fs.openSync(trial, 'wx'));
  fs.rmSync(trial);
  return undefined;
}

/** The final target of a link, even if it does not exist yet. */
function targetOf(path: string): string {
  if (!fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return path;
  // A dangling link has no real path.
  return fs.existsSync(path) ? fs.realpathSync(path) : targetOf(resolve(dirname(path), fs.readlinkSync(path)));
}

/** A file that is being written: a partial file beside its place, or the place itself. */
interface Draft {
  file: number;
  isOpen: boolean;
  path: string;
  partial?: string;
  there?: fs.Stats;
}

/** Opens a partial file beside the path; the path itself if that is a device or a pipe, or if nothing can be created beside it. */
function openDraft(path: string): Draft {
  const there = fs.statSync(path, { throwIfNoEntry: false });
  if (there && !there.isFile()) return { file: openInPlace(path), isOpen: true, path };
  const target = targetOf(path);
  const partial = partialOf(target);
  try {
    if (there) fs.accessSync(target, fs.constants.W_OK);
    fs.mkdirSync(dirname(target), { recursive: true });
    removeLeftovers(target);
    return { file: fs.openSync(partial, 'wx'), isOpen: true, path: target, partial, there };
  } catch (error) {
    if (!there || !isRefusal(error)) throw error;
    return { file: openInPlace(target), isOpen: true, path: target };
  }
}

/** Writes on. @returns false once the reader of a pipe has stopped, which is not a failure */
function writeOn({ file, partial }: Draft, content: Content): boolean {
  try {
    writeAll(file, content);
    return true;
  } catch (error) {
    if (!partial && (error as NodeJS.ErrnoException).code === 'EPIPE') return false;
    throw error;
  }
}

/** Closes the file and gives it its name; where another cannot take its place (a single mounted file), copies the content into it. */
function publish(draft: Draft): void {
  const { file, path, partial, there } = draft;
  if (partial && there) keepRights(file, there);
  // Otherwise a power cut could leave an empty file under the new name.
  if (partial) fs.fsyncSync(file);
  close(draft);
  if (!partial) return;
  try {
    fs.renameSync(partial, path);
  } catch (error) {
    if (!there || !isRefusal(error)) throw error;
    fs.copyFileSync(partial, path);
    fs.rmSync(partial);
  }
}

function discard(draft: Draft): void {
  close(draft);
  if (draft.partial) fs.rmSync(draft.partial, { force: true });
}

function close(draft: Draft): void {
  if (draft.isOpen) fs.closeSync(draft.file);
  draft.isOpen = false;
}

const isRefusal = (error: unknown): boolean =>
  ['EACCES', 'EBUSY', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '');

/** A pipe is opened when its reader comes. Until then no events are processed: Ctrl-C ends the process at once. */
function openInPlace(path: string): number {
  const listeners = process.rawListeners('SIGINT') as NodeJS.SignalsListener[];
  process.removeAllListeners('SIGINT');
  try {
    return fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_TRUNC);
  } finally {
    for (const listener of listeners) process.on('SIGINT', listener);
  }
}

function writeAll(file: number, content: Content): void {
  const parts = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  for (const part of parts) {
    if (typeof part === 'string') fs.writeFileSync(file, part);
    else for (const piece of piecesOf(part)) fs.writeFileSync(file, piece);
  }
}

function keepRights(file: number, { uid, gid, mode }: fs.Stats): void {
  const own = fs.fstatSync(file);
  try {
    if (own.uid !== uid || own.gid !== gid) fs.fchownSync(file, uid, gid);
    fs.fchmodSync(file, mode & 0o7777);
  } catch {
    // The file belongs to another user, or the file system has no permissions.
  }
}

/** A name beside the path that no other process uses: it contains the process id, so that leftovers of killed processes can be recognised. */
function partialOf(path: string): string {
  return join(dirname(path), `${stemOf(path)}.${process.pid}-${randomBytes(4).toString('hex')}.partial`);
}

/** Suffix of a file that is being written, or was when its process was killed. */
const PARTIAL = /\.(\d+)-[0-9a-f]{8}\.partial$/;

/** The final name of a file that is being written; other names unchanged. */
export const withoutPartial = (name: string): string => name.replace(PARTIAL, '');

/** The names in a folder, without those of files being tested or written. Empty if there is no folder. */
export function namesIn(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => !PARTIAL.test(name)) : [];
}

/** The file's name, or a hash of a very long one, to leave room for a suffix. */
function stemOf(path: string): string {
  const name = basename(path);
  return Buffer.byteLength(name) <= 200 ? name : sha256(name).slice(0, 16);
}

/** Removes the leftovers of processes that were killed while writing this file. */
function removeLeftovers(path: string): void {
  const stem = stemOf(path);
  for (const name of fs.readdirSync(dirname(path))) {
    const pid = withoutPartial(name) === stem && PARTIAL.exec(name)?.[1];
    if (pid && !isRunning(Number(pid))) fs.rmSync(join(dirname(path), name), { force: true });
  }
}

/** Whether another process has this id. Files with our own id are from an earlier process: this function's caller writes one file at a time. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
