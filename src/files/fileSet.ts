import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Content, withoutPartial, writeFileAtomic, writing } from './files.ts';

/**
 * Files of one folder that belong together, such as those of a model, and are replaced together.
 *
 * The new files are written beside the old ones first, under names that begin with the hash of the new head. Then the new head takes the
 * place of the old one by a rename: from then on the set is the new one. At last the other files get their own names. Whoever reads
 * a file looks for the name with the hash of the head first, so that the set is whole at any moment, the old one or the new one,
 * wherever the writer was killed; the next one tidies up. Two writers at once must keep each other out (see `train/lock.ts`).
 */
export interface FileSet {
  /** The file whose content stands for the whole set. */
  head: string;
  /** Names of the others, which may depend on the head. */
  others: (head: Uint8Array) => readonly string[];
  /** The folder is the set's alone: whatever has a tag in its name is of some writing of it. Default false. */
  alone?: boolean;
}

/**
 * Puts new files in the place of those of a set, all of them in one step.
 * @param content  by name; of the others all, some or none
 * @throws {SerError} `file`, saying why; the old set is whole then
 */
export function replaceFileSet(folder: string, set: FileSet, content: ReadonlyMap<string, Content>): void {
  writing(folder, () => mkdirSync(folder, { recursive: true }));
  const before = ifThere(() => readFileSync(join(folder, set.head)));
  const old = before ? set.others(before) : [];
  const names = [...old, ...content.keys()];
  settle(folder, set, names);
  const head = content.get(set.head)!;
  const tag = tagOf(head);
  for (const [name, part] of content) if (name !== set.head) writeFileAtomic(join(folder, `${tag}.${name}`), part);
  // Files of the old set that the new one has no more: under the name by which they go with the old head.
  const kept = set.others(bytesOf(head));
  for (const name of old.filter((one) => !kept.includes(one) && existsSync(join(folder, one)))) {
    writing(folder, () => renameSync(join(folder, name), join(folder, `${tagOf(before!)}.${name}`)));
  }
  writeFileAtomic(join(folder, set.head), head);
  settle(folder, set, names);
}

/** All files of a set that are there, of one state of it. @throws the system's error if a file cannot be read, or there is no head */
export function readFileSet(folder: string, { head, others }: FileSet): Map<string, Uint8Array<ArrayBuffer>> {
  const read = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(join(folder, name)));
  for (;;) {
    const first = read(head);
    const tag = tagOf(first);
    const files = new Map([[head, first]]);
    for (const name of others(first)) {
      const content = ifThere(() => read(`${tag}.${name}`)) ?? ifThere(() => read(name));
      if (content) files.set(name, content);
    }
    // Or it was replaced meanwhile, and what was read may be of both.
    if (tagOf(read(head)) === tag) return files;
  }
}

/** Where a file of a set lies now. */
export function fileOfSet(folder: string, { head }: FileSet, name: string): string {
  const path = join(folder, name);
  const content = ifThere(() => readFileSync(join(folder, head)));
  if (name === head || !content) return path;
  const tagged = join(folder, `${tagOf(content)}.${name}`);
  return existsSync(tagged) ? tagged : path;
}

/** What of these names is not of the set that lies in the folder, nor of the writing of one. */
export function strangersTo({ head, others }: FileSet, folder: string, names: readonly string[]): string[] {
  const present = ifThere(() => readFileSync(join(folder, head))) ?? new Uint8Array();
  const own = [head, ...others(present)];
  return names.filter((name) => !TAG.test(name) && !own.includes(withoutPartial(name)));
}

/** Gives the files of the present head their own names, and takes away those of heads that never came to be or are gone. */
function settle(folder: string, { head, alone = false }: FileSet, names: readonly string[]): void {
  const tag = existsSync(join(folder, head)) && tagOf(readFileSync(join(folder, head)));
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
  return createHash('sha256').update(bytesOf(head)).digest('hex').slice(0, 16);
}

function bytesOf(content: Content): Uint8Array {
  if (content instanceof Uint8Array) return content;
  return typeof content === 'string' ? Buffer.from(content) : Buffer.concat(content);
}

function ifThere<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
