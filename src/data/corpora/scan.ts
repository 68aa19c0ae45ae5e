import { relative } from 'node:path';
import { SerError } from '../../error.ts';
import {
  describePassedOver,
  type FolderFiles,
  type PassedOver,
  readFolder,
  whyPassedOver,
} from '../audio/clipFiles.ts';
import type { Clip } from '../clip.ts';
import type { CorpusClip, CorpusProblem, CorpusScan } from './corpus.ts';

/**
 * Finds the audio files of a corpus in a folder, nested or flat, and compares them with the expected ones.
 * Hidden files and folders (also `__MACOSX`) are ignored; everything else is a clip or a problem.
 * @param parse  reads a path; throws a SerError if the file does not belong to the corpus
 * @param expected  the ids of the whole corpus
 * @throws {SerError} `corpus` if the folder cannot be read or contains no clip of the corpus
 */
export async function scanFolder(
  root: string,
  parse: (path: string) => Clip,
  expected: readonly string[],
): Promise<CorpusScan> {
  const byId = new Map<string, CorpusClip>();
  const { clips: files, passedOver } = readCorpusFolder(root);
  const problems = passedOver.map((file): CorpusProblem => {
    return { kind: isEmpty(file) ? 'empty' : 'foreign', name: relative(root, file.path), reason: whyPassedOver(file) };
  });
  for (const path of files) {
    const name = relative(root, path);
    try {
      const clip = parse(path);
      const first = byId.get(clip.id);
      if (first) problems.push({ kind: 'duplicate', name, reason: `${relative(root, first.path)} is used` });
      else byId.set(clip.id, { ...clip, path });
    } catch (error) {
      if (!(error instanceof SerError)) throw error;
      problems.push({ kind: 'foreign', name, reason: error.message });
    }
  }
  const phrases = describePassedOver(passedOver);
  if (byId.size === 0) {
    const others = phrases.map((phrase) => `; passed over: ${phrase}`).join('');
    throw new SerError('corpus', `there is no clip of the corpus in ${root}; is it the right folder?${others}`);
  }
  const hollow = new Set(passedOver.filter(isEmpty).flatMap(({ path }) => idOf(parse, path) ?? []));
  for (const id of expected) {
    if (!byId.has(id) && !hollow.has(id)) problems.push({ kind: 'missing', name: id, reason: 'no file of this name' });
  }
  const clips = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { clips, problems, passedOver: phrases };
}

const isEmpty = ({ why }: PassedOver): boolean => ['empty', 'pointer', 'dangling'].includes(why);

/** The id of a path; undefined if it is none of the corpus. */
function idOf(parse: (path: string) => Clip, path: string): string | undefined {
  try {
    return parse(path).id;
  } catch {
    return undefined;
  }
}

/** Like `readFolder`. @throws {SerError} `corpus` if the folder cannot be read */
export function readCorpusFolder(root: string): FolderFiles {
  try {
    return readFolder(root);
  } catch (error) {
    if (!(error instanceof SerError)) throw error;
    throw new SerError('corpus', error.message, { cause: error });
  }
}
