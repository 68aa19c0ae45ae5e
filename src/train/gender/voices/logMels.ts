import { existsSync, readFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import { count, finite, parseJson } from '../../../files/json.ts';
import { writeFileAtomic } from '../../../files/files.ts';
import { LOG_MEL } from '../../../features/sets/logMel.ts';
import { type Voice, VOICE } from './voices.ts';
import { sha256 } from '../../../sha256.ts';

/** A row of log-mel frames: a clip (copy 0), or an altered copy of one. */
export interface LogMelRow extends Voice {
  copy: number;
  frames: number;
}

/** Log-mel spectra of many clips, the time mean left in, as whole multiples of a step: half the memory of floats. */
export interface LogMels {
  /** Identifies what they were made from, and how. */
  key: string;
  /** Natural logarithms. */
  step: number;
  rows: LogMelRow[];
  /** Rows one after the other, frames × 80. */
  values: Int16Array;
  /** Licence and origin, for whoever finds the file. */
  about: string;
}

/** Of a compressed file, unpacked: some fifty times the one that comes with the toolkit. */
const MOST_BYTES = 2 ** 28;

/** Where each row begins among the values. */
export function rowStarts(rows: readonly LogMelRow[]): number[] {
  let at = 0;
  return rows.map(({ frames }) => (at += frames * LOG_MEL.mels) - frames * LOG_MEL.mels);
}

/** The values of rows put one after the other. */
export function joinRows(rows: readonly Int16Array[]): Int16Array {
  const values = new Int16Array(rows.reduce((sum, { length }) => sum + length, 0));
  rows.reduce((at, row) => (values.set(row, at), at + row.length), 0);
  return values;
}

const HEADER = v.object({
  key: v.string(),
  step: finite,
  rows: v.array(v.object({ ...VOICE.entries, copy: count, frames: count })),
  about: v.string(),
  sha256: v.string(),
});
type Header = v.InferOutput<typeof HEADER>;

/**
 * Writes them whole or not at all: length of the header (uint32, little-endian), header (JSON), values (int16). A path that ends
 * with `.br` is compressed by Brotli.
 */
export function writeLogMels(path: string, { values, ...rest }: LogMels): void {
  const bytes = bytesOf(values);
  const header = Buffer.from(JSON.stringify({ ...rest, sha256: sha256(bytes) } satisfies Header));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(header.length);
  const parts = path.endsWith('.br') ? [brotliCompressSync(Buffer.concat([size, header, bytes]))] : [size, header, bytes]; // prettier-ignore
  writeFileAtomic(path, parts);
}

/**
 * @returns undefined if there is none, or if it has another key than the one that is asked for
 * @throws {SerError} `table` if it is damaged
 */
export function readLogMels(path: string, key?: string): LogMels | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const file = readFileSync(path);
    const bytes = path.endsWith('.br') ? brotliDecompressSync(file, { maxOutputLength: MOST_BYTES }) : file;
    const start = 4 + bytes.readUInt32LE(0);
    if (start > bytes.length) throw new Error('its header is cut short');
    const { sha256: expected, ...rest } = parseJson(bytes.toString('utf8', 4, start), HEADER, path, 'table');
    if (key !== undefined && rest.key !== key) return undefined;
    const content = bytes.subarray(start);
    if (sha256(content) !== expected) throw new Error('its values do not match their hash');
    const counted = rest.rows.reduce((sum, { frames }) => sum + 2 * frames * LOG_MEL.mels, 0);
    if (counted !== content.length) throw new Error(`its rows count ${counted} bytes, ${content.length} are there`);
    // A copy: the values need not lie at an even address.
    return { ...rest, values: new Int16Array(new Uint8Array(content).buffer) };
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new SerError('table', `${path} is damaged (${reason}): delete it, or restore it from the repository.`, { cause }); // prettier-ignore
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Int16Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
