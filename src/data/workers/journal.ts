import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, statSync } from 'node:fs';
import * as v from 'valibot';
import { readText, writeFileAtomic, writing } from '../../files/files.ts';
import { ifShaped, parseShallow } from '../../files/json.ts';

/** What a long piece of work has done so far, kept in a file so that it can go on after a kill. */
export interface Journal<Value> {
  /** The value of a clip, if it was computed from a file with this stamp. */
  find(id: string, stamp: string): Value | undefined;
  add(id: string, stamp: string, value: Value): void;
}

/** How a value stands in a line of JSON. */
export interface Codec<Value> {
  encode(value: Value): unknown;
  /** @returns undefined for what is no such value */
  decode(stored: unknown): Value | undefined;
}

const HEADER = v.object({ key: v.string() });
const ENTRY = v.object({
  id: v.string(),
  /** What the clip's file looked like: a changed file is computed again. */
  stamp: v.string(),
  value: v.unknown(),
  check: v.string(),
});
type Entry = v.InferOutput<typeof ENTRY>;

/** Tells a damaged entry from a sound one. */
function checkOf({ id, stamp, value }: Omit<Entry, 'check'>): string {
  return createHash('sha256')
    .update(JSON.stringify([id, stamp, value]))
    .digest('base64url')
    .slice(0, 16);
}

/**
 * Opens a journal: a line of JSON a clip, after a first line with the key. Entries under another key are dropped: they were made
 * with other options or another version. So are a last line that a kill cut short, and any entry that is damaged.
 * @param key  the same for computations that give the same values
 */
export function openJournal<Value>(path: string, key: string, codec: Codec<Value>): Journal<Value> {
  const kept = readEntries(path, key).filter(({ value }) => codec.decode(value) !== undefined);
  const entries = new Map(kept.map((entry) => [entry.id, entry]));
  // Written anew, so that what follows is not appended to half a line.
  writeFileAtomic(path, [{ key }, ...entries.values()].map((line) => `${JSON.stringify(line)}\n`).join(''));
  return {
    find: (id, stamp) => {
      const entry = entries.get(id);
      return entry?.stamp === stamp ? codec.decode(entry.value) : undefined;
    },
    add: (id, stamp, value) => {
      const told = { id, stamp, value: codec.encode(value) };
      const entry: Entry = { ...told, check: checkOf(told) };
      writing(path, () => appendFileSync(path, `${JSON.stringify(entry)}\n`));
    },
  };
}

/** So many Float32 values, as base64. */
export function floats(size: number): Codec<Float32Array> {
  return {
    encode: ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
    decode: (stored) => {
      // Copied: a Buffer's memory need not begin at a multiple of four.
      const bytes = Uint8Array.from(Buffer.from(typeof stored === 'string' ? stored : '', 'base64'));
      return bytes.length === 4 * size ? new Float32Array(bytes.buffer) : undefined;
    },
  };
}

/** Changes when the file does. Empty for a file that is not there. */
export function fileStamp(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.size}/${stats.mtimeMs}` : '';
}

function readEntries(path: string, key: string): Entry[] {
  if (!existsSync(path)) return [];
  const [header, ...lines] = readText(path, 'file').split('\n').map(parse);
  if (ifShaped(header, HEADER)?.key !== key) return [];
  return lines.flatMap((line) => {
    const entry = ifShaped(line, ENTRY);
    return entry && entry.check === checkOf(entry) ? [entry] : [];
  });
}

function parse(line: string): unknown {
  try {
    return parseShallow(line);
  } catch {
    return null;
  }
}
