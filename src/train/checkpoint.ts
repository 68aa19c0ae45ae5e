import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { SerError } from '../error.ts';
import { writeFileAtomic } from '../files.ts';

/** A state of training: small values as JSON, weights and moments as one run of floats each. */
export interface Checkpoint<T> {
  state: T;
  tensors: Float32Array[];
}

interface Header<T> {
  fingerprint: string;
  lengths: number[];
  sha256: string;
  state: T;
}

/**
 * Writes a checkpoint, whole or not at all. One file, so that figures and weights can never be of two epochs:
 * header length (uint32, little-endian), header (JSON), float32 values.
 * @param fingerprint  identifies data and options; only the same can go on from here
 */
export function writeCheckpoint<T>(path: string, fingerprint: string, { state, tensors }: Checkpoint<T>): void {
  const values = Buffer.concat(tensors.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))); // prettier-ignore
  const lengths = tensors.map((tensor) => tensor.length);
  const header = Buffer.from(JSON.stringify({ fingerprint, lengths, sha256: sha256(values), state }));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(header.length);
  writeFileAtomic(path, Buffer.concat([size, header, values]));
}

/**
 * @returns undefined if there is none
 * @throws {SerError} `usage` if it was made by other data or options, `model` if it is damaged
 */
export function readCheckpoint<T>(path: string, fingerprint: string): Checkpoint<T> | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  const damaged = (cause?: unknown) =>
    new SerError('model', `The checkpoint ${path} is damaged: begin again without --resume.`, { cause });
  let header: Header<T>;
  let end: number;
  try {
    end = 4 + bytes.readUInt32LE(0);
    header = JSON.parse(bytes.toString('utf8', 4, end)) as Header<T>;
  } catch (error) {
    throw damaged(error);
  }
  if (header.fingerprint !== fingerprint) {
    throw new SerError(
      'usage',
      `The checkpoint ${path} was made with other data, options or another engine: repeat the command that was ` +
        'interrupted, or begin again without --resume.',
    );
  }
  const values = bytes.subarray(end);
  if (sha256(values) !== header.sha256) throw damaged();
  const floats = new Float32Array(new Uint8Array(values).buffer);
  let offset = 0;
  const tensors = header.lengths.map((length) => floats.slice(offset, (offset += length)));
  return { state: header.state, tensors };
}

/** As `readCheckpoint`, where one of other data or options, or a damaged one, is as good as none. */
export function findCheckpoint<T>(path: string, fingerprint: string): Checkpoint<T> | undefined {
  try {
    return readCheckpoint(path, fingerprint);
  } catch {
    return undefined;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
