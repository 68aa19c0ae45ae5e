import type * as FS from 'node:fs';

/** Functions of `node:fs` that change what is on the disk. */
const CHANGES = ['mkdirSync', 'openSync', 'writeFileSync', 'fsyncSync', 'fchmodSync', 'fchownSync', 'closeSync', 'renameSync', 'rmSync'] as const; // prettier-ignore

/** Thrown in place of the kill. */
class Killed extends Error {}

let left = Infinity;
const mounted = new Set<unknown>();

/** From now on nothing can be renamed to or from this path, as if it were a mount point. */
export const mountAt = (path: string): void => void mounted.add(path);

/**
 * `node:fs` whose process can be killed between any two changes: `vi.mock('node:fs', async (original) => (await import('…/killedWriter.ts')).killableFs(original))`. After the kill nothing changes
 * any more, whatever `catch` and `finally` would tidy up.
 */
export async function killableFs(original: () => Promise<typeof FS>): Promise<typeof FS> {
  const fs = await original();
  const wrapped = CHANGES.map((name) => {
    const change = fs[name] as (...words: unknown[]) => unknown;
    return [
      name,
      (...words: unknown[]) => {
        if (name === 'renameSync' && words.some((word) => mounted.has(word)))
          throw Object.assign(new Error('EBUSY'), { code: 'EBUSY', syscall: 'rename' });
        if (left-- > 0) return change(...words);
        // In the middle of a write, so that half a file is left.
        if (left === -1 && name === 'writeFileSync') change(words[0], half(words[1] as string | Uint8Array));
        throw new Killed();
      },
    ];
  });
  const all = { ...fs, ...(Object.fromEntries(wrapped) as Partial<typeof FS>) };
  return { ...all, default: all } as typeof FS;
}

const half = (content: string | Uint8Array): string | Uint8Array => content.slice(0, content.length / 2);

/** Runs a writer with a kill before its `changes`-th change and every later one. @returns whether it was killed */
export async function killAfter(changes: number, write: () => unknown): Promise<boolean> {
  left = changes;
  try {
    await write();
    return false;
  } catch (error) {
    if (isKilled(error)) return true;
    throw error;
  } finally {
    left = Infinity;
  }
}

function isKilled(error: unknown): boolean {
  return error instanceof Killed || (error instanceof Error && error.cause !== undefined && isKilled(error.cause));
}
