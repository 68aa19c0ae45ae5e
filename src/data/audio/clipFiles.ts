import { readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { SerError } from '../../error.ts';

const AUDIO_NAME = /\.(wav|flac|mp3|ogg|oga)$/i;

export interface ClipFilesOptions {
  /** Folders within folders too. Default true. */
  recursive?: boolean;
  /** An audio file may still come: a folder without any is no error. Default false. */
  mayBeEmpty?: boolean;
}

/**
 * The clips that the given paths stand for: a file as it is, whatever its name; a folder's audio files, in the order of their
 * names. Hidden files and folders are passed over; no path stands twice.
 * @throws {SerError} `usage` for a path that is not there, or a folder without audio
 */
export function findClipFiles(paths: readonly string[], options: ClipFilesOptions = {}): string[] {
  return [...new Set(paths.flatMap((path) => clipsAt(path, options)))];
}

/** Whether a path within that folder is one of its clips, by its names alone. */
export function isClipOf(folder: string, path: string): boolean {
  const names = relative(folder, path).split(sep);
  return AUDIO_NAME.test(path) && !names.some((name) => name.startsWith('.'));
}

function clipsAt(path: string, { recursive = true, mayBeEmpty = false }: ClipFilesOptions): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new SerError('usage', `${path}: there is no such file or folder.`);
  if (!found.isDirectory()) return [path];
  const clips = readdirSync(path, { recursive, withFileTypes: true })
    .map((entry) => ({ entry, clip: join(entry.parentPath ?? entry.path, entry.name) }))
    .filter(({ clip }) => isClipOf(path, clip))
    .filter(({ entry, clip }) => entry.isFile() || (entry.isSymbolicLink() && isFile(clip)))
    .map(({ clip }) => clip)
    .sort();
  if (clips.length === 0 && !mayBeEmpty) {
    throw new SerError('usage', `${path}: no WAV, FLAC, MP3 or Ogg file is in this folder.`);
  }
  return clips;
}

/** What a link leads to; nothing, perhaps. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
