import { readdir } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { SerError } from '../error.ts';
import { systemReason } from '../systemErrors.ts';
import type { Clip } from './clip.ts';
import type { CorpusClip, CorpusProblem, CorpusScan } from './corpus.ts';

/** What a corpus folder may hold its clips as. */
export const AUDIO = new Set(['.wav', '.flac']);

/**
 * Finds the WAV and FLAC files of a corpus below a folder, nested or flat, and compares them with what should be there.
 * Hidden files and folders (also `__MACOSX`) are passed over in silence; everything else is a clip or a problem.
 * @param parse  reads a file name; throws a SerError for one that is not of the corpus
 * @param expected  the ids of the whole corpus
 * @throws {SerError} `corpus` if the folder cannot be read or holds no clip of the corpus
 */
export async function scanFolder(
  root: string,
  parse: (name: string) => Clip,
  expected: readonly string[],
): Promise<CorpusScan> {
  const byId = new Map<string, CorpusClip>();
  const problems: CorpusProblem[] = [];
  for (const path of await listFiles(root)) {
    const name = relative(root, path);
    if (!AUDIO.has(extname(path).toLowerCase())) {
      problems.push({ kind: 'foreign', name, reason: 'not a WAV or FLAC file' });
      continue;
    }
    try {
      const clip = parse(basename(path));
      const first = byId.get(clip.id);
      if (first) problems.push({ kind: 'duplicate', name, reason: `${relative(root, first.path)} is used` });
      else byId.set(clip.id, { ...clip, path });
    } catch (error) {
      if (!(error instanceof SerError)) throw error;
      problems.push({ kind: 'foreign', name, reason: error.message });
    }
  }
  if (byId.size === 0) {
    throw new SerError('corpus', `no clip of the corpus is below ${root}; is it the right folder?`);
  }
  for (const id of expected) {
    if (!byId.has(id)) problems.push({ kind: 'missing', name: id, reason: 'no file of this name' });
  }
  const clips = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { clips, problems };
}

/** All files below a folder, in a fixed order; links are not followed, so that none leads round in a circle. @throws {SerError} `corpus` if it cannot be read */
export async function listFiles(root: string): Promise<string[]> {
  let entries;
  try {
    entries = await readdir(root, { withFileTypes: true });
  } catch (error) {
    throw new SerError('corpus', `${root} cannot be read: ${systemReason(error)}.`, { cause: error });
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const files: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue;
    const path = join(root, entry.name);
    if (entry.isDirectory()) files.push(...(await listFiles(path)));
    else files.push(path);
  }
  return files;
}
