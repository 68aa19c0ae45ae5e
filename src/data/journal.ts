import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { writeFileAtomic } from '../files.ts';

/** What a long extraction has done so far, kept in a file so that it can go on after a kill. */
export interface Journal {
  /** The values of a clip, if they were computed from a file with this stamp. */
  find(id: string, stamp: string): Float32Array | undefined;
  add(id: string, stamp: string, values: Float32Array): void;
}

interface Entry {
  id: string;
  /** What the clip's file looked like: a changed file is computed again. */
  stamp: string;
  /** Float32 values, base64. */
  values: string;
}

/**
 * Opens a journal: a line of JSON a clip, after a first line with the key. Entries under another key are dropped: they were made
 * with other options or another version. So is a last line that a kill cut short, and any entry of another length.
 * @param key  the same for computations that give the same values
 * @param size  values a clip
 */
export function openJournal(path: string, key: string, size: number): Journal {
  const kept = readEntries(path, key).filter((entry) => decode(entry).length === size);
  const entries = new Map(kept.map((entry) => [entry.id, entry]));
  // Written anew, so that what follows is not appended to half a line.
  writeFileAtomic(path, [{ key }, ...entries.values()].map((line) => `${JSON.stringify(line)}\n`).join(''));
  return {
    find: (id, stamp) => {
      const entry = entries.get(id);
      return entry?.stamp === stamp ? decode(entry) : undefined;
    },
    add: (id, stamp, values) => {
      const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
      const entry: Entry = { id, stamp, values: bytes.toString('base64') };
      appendFileSync(path, `${JSON.stringify(entry)}\n`);
    },
  };
}

function readEntries(path: string, key: string): Entry[] {
  if (!existsSync(path)) return [];
  const [header, ...lines] = readFileSync(path, 'utf8').split('\n').map(parse);
  if ((header as { key?: unknown } | null)?.key !== key) return [];
  return lines.filter((line): line is Entry => {
    const { id, stamp, values } = (line ?? {}) as Partial<Record<keyof Entry, unknown>>;
    return typeof id === 'string' && typeof stamp === 'string' && typeof values === 'string';
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function decode({ values }: Entry): Float32Array {
  const bytes = Buffer.from(values, 'base64');
  // Copied: a Buffer's memory need not begin at a multiple of four.
  return new Float32Array(Uint8Array.from(bytes).buffer, 0, Math.floor(bytes.length / 4));
}
