import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SerError } from '../../error.ts';

/** The folders that a program may read from and write to. */
export interface Folders {
  /** Their real paths; relative paths are in the first. */
  roots: readonly string[];
  /**
   * The real path of a file or folder in one of them, whether or not it exists, links followed.
   * @throws {SerError} `usage` if it is outside all of them
   */
  within(path: string): string;
}

/**
 * @param roots  existing folders
 * @throws {SerError} `usage` if one is not a folder
 * @example
 * const { within } = openFolders(['data']);
 * within('demo/male.wav').endsWith('data/demo/male.wav') // → true
 */
export function openFolders(roots: readonly string[]): Folders {
  const real = roots.map((root) => {
    if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
      throw new SerError('usage', `--folder ${root} is not a folder.`);
    return realpathSync(root);
  });
  const within = (path: string): string => {
    const found = realPathOf(resolve(real[0], path));
    if (real.some((root) => isIn(root, found))) return found;
    throw new SerError('usage', `${path} is outside the folders that may be used: ${real.join(', ')}. Start \`ser mcp\` with --folder to allow another.`); // prettier-ignore
  };
  return { roots: real, within };
}

/** The real path; of what does not exist, that of its nearest existing folder and the rest. */
function realPathOf(path: string): string {
  if (existsSync(path) || dirname(path) === path) return realpathSync(path);
  // Whoever writes to it would create its target, wherever that is.
  if (lstatSync(path, { throwIfNoEntry: false })) throw new SerError('usage', `${path} is a dangling link.`);
  return join(realPathOf(dirname(path)), basename(path));
}

function isIn(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
