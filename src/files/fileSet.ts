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
  others: readonly string[];
}

/**
 * Puts new files in the place of those of a set, all of them in one step.
 * @param content  by name; of the others all, some or none
 * @throws {SerError} `file`, saying why; the old set is whole then
 */
export function replaceFileSet(folder: string, set: FileSet, content: ReadonlyMap<string, Content>): void {
  writing(folder, () => mkdirSync(folder, { recursive: true }));
  settle(folder, set);
  const head = content.get(set.head)!;
  const tag = tagOf(head);
  for (const name of set.others) if (content.has(name)) writeFileAtomic(join(folder, `${tag}.${name}`), content.get(name)!); // prettier-ignore
  writeFileAtomic(join(folder, set.head), head);
  settle(folder, set);
}

/** All files of a set that are there, of one state of it. @throws the system's error if a file cannot be read, or there is no head */
export function readFileSet(folder: string, { head, others }: FileSet): Map<string, Uint8Array<ArrayBuffer>> {
  const read = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(join(folder, name)));
  for (;;) {
    const first = read(head);
    const tag = tagOf(first);
    const files = new Map([[head, first]]);
    for (const name of others) {
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
  if (name === head || !existsSync(join(folder, head))) return path;
  const tagged = join(folder, `${tagOf(readFileSync(join(folder, head)))}.${name}`);
  return existsSync(tagged) ? tagged : path;
}

/** Whether a file of this name is of the set, or of the writing of it. */
export function isOfFileSet({ head, others }: FileSet, name: string): boolean {
  return [head, ...others].includes(withoutPartial(name).replace(TAG, ''));
}

/** Gives the files of the present head their own names, and takes away those of heads that never came to be or are gone. */
function settle(folder: string, { head, others }: FileSet): void {
  const tag = existsSync(join(folder, head)) && tagOf(readFileSync(join(folder, head)));
  const tagged = readdirSync(folder).filter((name) => TAG.test(name) && isOfFileSet({ head, others }, name));
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
  const hash = createHash('sha256');
  for (const part of typeof head === 'string' || head instanceof Uint8Array ? [head] : head) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}

function ifThere<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
