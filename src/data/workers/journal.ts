import { appendFileSync, closeSync, existsSync, openSync, readSync, statSync, truncateSync } from 'node:fs';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { writeFileAtomic, writing } from '../../files/files.ts';
import { ifShaped, parseShallow } from '../../files/json.ts';
import { sha256 } from '../../sha256.ts';

/** Results of a long job so far, stored in a file so that it can continue after being killed. */
export interface Journal<Value> {
  /** Whether there is a value of a clip that was computed from a file with this stamp. */
  has(id: string, stamp: string): boolean;
  /** That value, read from the file: the journal keeps only the places of its entries in memory. @throws {SerError} `file` if it is no longer there */
  find(id: string, stamp: string): Value | undefined;
  add(id: string, stamp: string, value: Value): void;
}

/** Representation of a value in a line of JSON. */
export interface Codec<Value> {
  encode(value: Value): unknown;
  /** @returns undefined for anything else */
  decode(stored: unknown): Value | undefined;
}

const HEADER = v.object({ key: v.string() });
const ENTRY = v.object({
  id: v.string(),
  /** Identifies the content of the clip's file: a changed file is computed again. */
  stamp: v.string(),
  value: v.unknown(),
  check: v.string(),
});
type Entry = v.InferOutput<typeof ENTRY>;

/** Detects damaged entries. */
function checkOf({ id, stamp, value }: Omit<Entry, 'check'>): string {
  return sha256(JSON.stringify([id, stamp, value]), 'base64url').slice(0, 16);
}

/**
 * Opens a journal: one line of JSON per clip, after a first line with the key. A journal with another key is started again: it is from
 * other options or another version. An incomplete last line is removed, and damaged entries are skipped.
 * @param key  equal for computations that give the same values
 */
export function openJournal<Value>(path: string, key: string, codec: Codec<Value>): Journal<Value> {
  const places = new Map<string, Place>();
  let end = writing(path, () =>
    readEntries(path, key, ({ id, stamp, value }, from, bytes) => {
      if (codec.decode(value) !== undefined) places.set(id, { stamp, from, bytes });
    }),
  );
  if (end > 0) {
    writing(path, () => truncateSync(path, end));
  } else {
    const header = `${JSON.stringify({ key })}\n`;
    writeFileAtomic(path, header);
    end = Buffer.byteLength(header);
  }
  return {
    has: (id, stamp) => places.get(id)?.stamp === stamp,
    find: (id, stamp) => {
      const place = places.get(id);
      return place?.stamp === stamp ? valueAt(path, id, place, codec) : undefined;
    },
    add: (id, stamp, value) => {
      const told = { id, stamp, value: codec.encode(value) };
      const entry: Entry = { ...told, check: checkOf(told) };
      const line = Buffer.from(`${JSON.stringify(entry)}\n`);
      appendWhole(path, line, end);
      places.set(id, { stamp, from: end, bytes: line.length });
      end += line.length;
    },
  };
}

/** Where the entry of a clip is in the file. */
interface Place {
  stamp: string;
  from: number;
  bytes: number;
}

/** Appends a line or, where there is no space for all of it, nothing. */
function appendWhole(path: string, line: Uint8Array, end: number): void {
  writing(path, () => {
    try {
      appendFileSync(path, line);
    } catch (error) {
      truncateSync(path, end);
      throw error;
    }
  });
}

function valueAt<Value>(path: string, id: string, { stamp, from, bytes }: Place, codec: Codec<Value>): Value {
  const line = Buffer.alloc(bytes);
  const file = openSync(path, 'r');
  try {
    readSync(file, line, 0, bytes, from);
  } finally {
    closeSync(file);
  }
  const entry = ifShaped(parse(line.toString()), ENTRY);
  const value = entry?.id === id && entry.stamp === stamp ? codec.decode(entry.value) : undefined;
  if (value !== undefined) return value;
  throw new SerError('file', `${path} was changed by another program while it was in use: run the same command again.`);
}

/** Arrays of Float32 values, as base64. @param fits  whether these are the lengths of a value's arrays */
export function floats(fits: (lengths: readonly number[]) => boolean): Codec<Float32Array[]> {
  const stored = v.array(v.string());
  return {
    encode: (arrays) =>
      arrays.map(({ buffer, byteOffset, byteLength }) =>
        Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
      ),
    decode: (value) => {
      // Copied: a Buffer's memory need not be aligned to four bytes.
      const arrays = ifShaped(value, stored)?.map((text) => new Uint8Array(Buffer.from(text, 'base64')));
      if (!arrays || !fits(arrays.map(({ length }) => length / 4))) return undefined;
      return arrays.map(({ buffer }) => new Float32Array(buffer));
    },
  };
}

/** Changes when the file does. Empty if there is no file. */
export function fileStamp(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.size}/${stats.mtimeMs}` : '';
}

/** @returns the end of the last complete line; 0 for a journal that does not exist or has another key */
function readEntries(path: string, key: string, onEntry: (entry: Entry, from: number, bytes: number) => void): number {
  let sound = 0;
  if (!existsSync(path)) return sound;
  for (const [line, end] of wholeLines(path)) {
    if (sound === 0 && ifShaped(parse(line), HEADER)?.key !== key) return 0;
    const entry = sound === 0 ? undefined : ifShaped(parse(line), ENTRY);
    if (entry && entry.check === checkOf(entry)) onEntry(entry, sound, end - sound);
    sound = end;
  }
  return sound;
}

const CHUNK = 2 ** 20;

/** The lines of a file of any length, each with the offset of its end; text after the last line break is ignored. */
function* wholeLines(path: string): Generator<[line: string, end: number]> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK);
    let begun: Buffer[] = [];
    for (let at = 0, count; (count = readSync(file, chunk, 0, CHUNK, at)) > 0; at += count) {
      const read = chunk.subarray(0, count);
      let from = 0;
      for (let to; (to = read.indexOf('\n', from)) >= 0; from = to + 1) {
        yield [Buffer.concat([...begun, read.subarray(from, to)]).toString(), at + to + 1];
        begun = [];
      }
      begun.push(Buffer.from(read.subarray(from)));
    }
  } finally {
    closeSync(file);
  }
}

function parse(line: string): unknown {
  try {
    return parseShallow(line);
  } catch {
    return null;
  }
}
