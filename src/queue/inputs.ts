import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { knownCorpus } from '../data/corpora/corpora.ts';

/** Options of a training whose values are paths: a table, a folder, or a name that is none. */
const PATH_OPTIONS = new Set(['table', 'augmented-table', 'also', 'from', 'tuned', 'space']);

/** A word of a command that may name a file or a folder: `prefix` and `path`, as in `--table=` and `clips.parquet`. */
export interface InputWord {
  at: number;
  prefix: string;
  path: string;
}

/** The words of a command that may name what it reads. */
export function inputWords(words: readonly string[]): InputWord[] {
  let option = '';
  return words.flatMap((word, at) => {
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name !== undefined) option = name;
    const path = name === undefined ? word : value;
    if (path === undefined || path === '' || !PATH_OPTIONS.has(option) || knownCorpus(path)) return [];
    return [{ at, prefix: word.slice(0, word.length - path.length), path }];
  });
}

/** The files of an input: itself, or all in a folder. None for a name. */
export function filesOf({ path }: InputWord): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile()) return [path];
  if (!stats?.isDirectory()) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
