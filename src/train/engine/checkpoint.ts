import { existsSync } from 'node:fs';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { readBytes, writeFileAtomic } from '../../files/files.ts';
import { checkShape, count, parseJson } from '../../files/json.ts';
import { sha256 } from '../../sha256.ts';

/** A state of training: small values as JSON, and arrays of floats such as weights and moments. */
export interface Checkpoint<T> {
  state: T;
  tensors: Float32Array[];
}

const HEADER = v.object({
  fingerprint: v.string(),
  /** SHA-256 of everything else in the file. */
  sha256: v.string(),
  lengths: v.array(count),
  state: v.unknown(),
});

/** A reader's requirements on a checkpoint. */
export interface CheckpointShape<T> {
  state: v.GenericSchema<unknown, T>;
  /** Lengths of the arrays. Default: any. */
  lengths?: readonly number[];
}

/**
 * Writes a checkpoint, whole or not at all. One file, so that figures and weights can never be of different epochs:
 * header length (uint32, little-endian), header (JSON), float32 values.
 * @param fingerprint  identifies data and options; only the same ones can continue from here
 */
export function writeCheckpoint<T>(path: string, fingerprint: string, { state, tensors }: Checkpoint<T>): void {
  const values = Buffer.concat(tensors.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))); // prettier-ignore
  const lengths = tensors.map((tensor) => tensor.length);
  const parts = { fingerprint, lengths, state };
  const header = Buffer.from(JSON.stringify({ ...parts, sha256: hashOf(parts, values) }));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(header.length);
  writeFileAtomic(path, Buffer.concat([size, header, values]));
}

/**
 * @returns undefined if there is none
 * @throws {SerError} `usage` if it is from other data or options, `model` if it is damaged
 */
export function readCheckpoint<T>(
  path: string,
  fingerprint: string,
  shape: CheckpointShape<T>,
): Checkpoint<T> | undefined {
  if (!existsSync(path)) return undefined;
  return parseCheckpoint(readBytes(path, 'model'), fingerprint, shape, path);
}

/** `readCheckpoint` for bytes; `origin` is their name in messages. */
export function parseCheckpoint<T>(
  bytes: Uint8Array,
  fingerprint: string,
  shape: CheckpointShape<T>,
  origin: string,
): Checkpoint<T> {
  const damaged = (cause?: unknown): never => {
    throw new SerError('model', `The checkpoint ${origin} is damaged: begin again without --resume.`, { cause });
  };
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = file.length < 4 ? Infinity : 4 + file.readUInt32LE(0);
  if (end > file.length) return damaged();
  try {
    const { sha256, ...parts } = parseJson(file.toString('utf8', 4, end), HEADER, origin, 'model');
    if (parts.fingerprint !== fingerprint) {
      throw new SerError(
        'usage',
        `The checkpoint ${origin} was made with other data, options or another engine: repeat the command that was ` +
          'interrupted, or begin again without --resume.',
      );
    }
    const { lengths } = parts;
    const values = new Uint8Array(file.subarray(end));
    const isWhole = 4 * lengths.reduce((sum, length) => sum + length, 0) === values.length;
    const fits = shape.lengths === undefined || shape.lengths.join() === lengths.join();
    if (!isWhole || !fits || hashOf(parts, values) !== sha256) return damaged();
    const floats = new Float32Array(values.buffer);
    let offset = 0;
    const tensors = lengths.map((length) => floats.slice(offset, (offset += length)));
    return { state: checkShape(parts.state, shape.state, origin, 'model'), tensors };
  } catch (error) {
    if (error instanceof SerError && error.code === 'usage') throw error;
    return damaged(error);
  }
}

/** Like `readCheckpoint`, but undefined for one of other data or options, or a damaged one. */
export function findCheckpoint<T>(
  path: string,
  fingerprint: string,
  shape: CheckpointShape<T>,
): Checkpoint<T> | undefined {
  try {
    return readCheckpoint(path, fingerprint, shape);
  } catch (error) {
    if (error instanceof SerError) return undefined;
    throw error;
  }
}

function hashOf(
  { fingerprint, lengths, state }: Pick<v.InferOutput<typeof HEADER>, 'fingerprint' | 'lengths' | 'state'>,
  values: Uint8Array,
): string {
  const header = JSON.stringify([fingerprint, lengths, state]);
  return sha256([header, values]);
}
