import { readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { SerError } from '../../../error.ts';
import { writeFileAtomic } from '../../../files/files.ts';
import { isSystemError } from '../../../messages/systemErrors.ts';
import { sha256 } from '../../../sha256.ts';

/** Frames of clips on disk, by what computed them and by the clips' samples. */
export interface FrameCache {
  folder: string;
  /** Bytes of all files together; beyond, those that were not used for longest are removed. */
  limit: number;
}

/** Bytes of the SHA-256 in front of the values. */
const DIGEST = 32;
/** Share of the limit that a process writes between two looks at the size, and that is made free then. */
const SHARE = 0.1;

/** Bytes written since the last look at the size of a folder's files. */
const written = new Map<string, number>();

/**
 * The values of each signal: those on disk, and the others computed at once and kept. A file that is damaged counts as missing; one that
 * cannot be written is not kept.
 * @param key  equal for computations that give the same values
 * @param width  values a frame
 */
export async function cached(
  { folder, limit }: FrameCache,
  key: string,
  width: number,
  signals: readonly Float32Array[],
  compute: (signals: readonly Float32Array[]) => Promise<Float32Array[]>,
): Promise<Float32Array[]> {
  const paths = signals.map((signal) => {
    const name = sha256([key, signal]);
    return join(folder, name.slice(0, 2), name);
  });
  const values = paths.map((path) => readValues(path, width));
  const missing = paths.flatMap((_, i) => (values[i] ? [] : [i]));
  const computed = missing.length > 0 ? await compute(missing.map((i) => signals[i])) : [];
  missing.forEach((i, at) => (values[i] = computed[at]));
  try {
    missing.forEach((i) => write(paths[i], values[i]!));
    makeRoom({ folder, limit }, computed);
  } catch (error) {
    // No space or no permission: the values are there all the same.
    if (!(error instanceof SerError) && !isSystemError(error)) throw error;
  }
  return values as Float32Array[];
}

function readValues(path: string, width: number): Float32Array | undefined {
  try {
    const bytes = readFileSync(path);
    const values = new Float32Array(new Uint8Array(bytes.subarray(DIGEST)).buffer);
    const isWhole = values.length > 0 && values.length % width === 0 && digestOf(values).equals(bytes.subarray(0, DIGEST)); // prettier-ignore
    if (!isWhole) return undefined;
    const now = new Date();
    utimesSync(path, now, now);
    return values;
  } catch {
    return undefined;
  }
}

function write(path: string, values: Float32Array): void {
  writeFileAtomic(path, [digestOf(values), new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]);
}

const digestOf = (values: Float32Array): Buffer => Buffer.from(sha256(values), 'hex');

/** Removes the files that were not used for longest, if the folder could reach its limit before it is looked at again. */
function makeRoom({ folder, limit }: FrameCache, added: readonly Float32Array[]): void {
  const bytes = added.reduce((sum, { byteLength }) => sum + DIGEST + byteLength, written.get(folder) ?? limit);
  written.set(folder, bytes);
  if (bytes < SHARE * limit) return;
  written.set(folder, 0);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    // Another process may remove it at the same time.
    const stats = entry.isFile() && statSync(path, { throwIfNoEntry: false });
    return stats ? [{ path, size: stats.size, used: stats.mtimeMs }] : [];
  });
  let size = files.reduce((sum, file) => sum + file.size, 0);
  if (size <= (1 - SHARE) * limit) return;
  for (const file of files.sort((a, b) => a.used - b.used)) {
    if (size <= (1 - 2 * SHARE) * limit) return;
    rmSync(file.path, { force: true });
    size -= file.size;
  }
}
