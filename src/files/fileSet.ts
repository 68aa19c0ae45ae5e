import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Content, readWhole, withoutPartial, writeFileAtomic, writing } from './files.ts';
import { partsOfFile } from './pieces.ts';
import { sha256 } from '../sha256.ts';

/**
 * Files of one folder that belong together, such as those of a model, and are replaced together.
 *
 * New files are first written beside the old ones, under names that begin with the hash of the new head. Then a rename
 * puts the new head in the place of the old one: from then on the set is the new one. Finally the other files get their own names. A reader
 * looks for the name with the hash of the head first, so that it always sees one complete set, old or new, even if
 * the writer was killed; the next writer cleans up. Two writers at once must exclude each other (see `lock.ts`).
 */
export interface FileSet {
  /** The file whose content identifies the whole set. */
  head: string;
  /** Names of the others, which may depend on the head. */
  others: (head: () => Uint8Array) => readonly string[];
  /** Whether the folder contains only this set, so that every name with a tag belongs to one of its replacements. Default false. */
  alone?: boolean;
}

/**
 * Replaces the files of a set in one step.
 * @param content  by name; all, some or none of the others
 * @throws {SerError} `file`, with the reason; the old set is then complete
 */
export function replaceFileSet(folder: string, set: FileSet, content: ReadonlyMap<string, Content>): void {
  writing(folder, () => mkdirSync(folder, { recursive: true }));
  const headPath = join(folder, set.head);
  const before = ifThere(() => tagOfFile(headPath));
  const old = before ? set.others(() => readWhole(headPath)) : [];
  const names = [...old, ...content.keys()];
  settle(folder, set, names);
  const head = content.get(set.head)!;
  const tag = tagOf(head);
  for (const [name, part] of content) if (name !== set.head) writeFileAtomic(join(folder, `${tag}.${name}`), part);
  // Files of the old set that the new one lacks: renamed so that they belong to the old head.
  const kept = set.others(() => bytesOf(head));
  for (const name of old.filter((one) => !kept.includes(one) && existsSync(join(folder, one)))) {
    writing(folder, () => renameSync(join(folder, name), join(folder, `${before!}.${name}`)));
  }
  writeFileAtomic(headPath, head);
  settle(folder, set, names);
}

/** All existing files of one state of a set. @throws the system's error if a file cannot be read, or there is no head */
export function readFileSet(folder: string, { head, others }: FileSet): Map<string, Uint8Array<ArrayBuffer>> {
  const read = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readWhole(join(folder, name)));
  for (;;) {
    const first = read(head);
    const tag = tagOf(first);
    const files = new Map([[head, first]]);
    for (const name of others(() => first)) {
      const content = ifThere(() => read(`${tag}.${name}`)) ?? ifThere(() => read(name));
      if (content) files.set(name, content);
    }
    // It may have been replaced meanwhile, so that the files read belong to both states.
    if (tagOf(read(head)) === tag) return files;
  }
}

/** Current path of a file of a set. */
export function fileOfSet(folder: string, { head }: FileSet, name: string): string {
  const path = join(folder, name);
  const tag = ifThere(() => tagOfFile(join(folder, head)));
  if (name === head || !tag) return path;
  const tagged = join(folder, `${tag}.${name}`);
  return existsSync(tagged) ? tagged : path;
}

/** The names that belong neither to the set in the folder nor to a replacement in progress. */
export function strangersTo({ head, others }: FileSet, folder: string, names: readonly string[]): string[] {
  const present = ifThere(() => readWhole(join(folder, head))) ?? new Uint8Array();
  const own = [head, ...others(() => present)];
  return names.filter((name) => !TAG.test(name) && !own.includes(withoutPartial(name)));
}

/** Gives the files of the current head their own names, and removes those of heads that were never completed or are gone. */
function settle(folder: string, { head, alone = false }: FileSet, names: readonly string[]): void {
  const tag = ifThere(() => tagOfFile(join(folder, head)));
  const isOurs = (name: string): boolean => alone || names.includes(withoutPartial(name).replace(TAG, ''));
  const tagged = readdirSync(folder).filter((name) => TAG.test(name) && isOurs(name));
  writing(folder, () => {
    for (const name of tagged) {
      const isPresent = name.startsWith(`${tag}.`) && withoutPartial(name) === name;
      if (isPresent) renameSync(join(folder, name), join(folder, name.replace(TAG, '')));
      else rmSync(join(folder, name), { force: true });
    }
  });
}

const TAG = /^[0-9a-f]{16}\./;

function tagOf(head: Content): string {
  return sha256(head).slice(0, 16);
}

function tagOfFile(path: string): string {
  return tagOf(partsOfFile(path));
}

function bytesOf(content: Content): Uint8Array {
  if (content instanceof Uint8Array) return content;
  return typeof content === 'string' ? Buffer.from(content) : Buffer.concat([...content]);
}

function ifThere<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
