import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SerError } from '../error.ts';

const AUDIO_NAME = /\.(wav|flac|mp3|ogg|oga)$/i;

/**
 * The clips that the given paths stand for: a file as it is, whatever its name; a folder's audio files, at any depth,
 * in the order of their names. Hidden files and folders are passed over; no path stands twice.
 * @throws {SerError} `usage` for a path that is not there, or a folder without audio
 */
export function findClipFiles(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap(clipsAt))];
}

function clipsAt(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new SerError('usage', `${path}: there is no such file or folder.`);
  if (!found.isDirectory()) return [path];
  const clips = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && AUDIO_NAME.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter(
      (clip) =>
        !clip
          .slice(path.length)
          .split(/[\\/]/)
          .some((part) => part.startsWith('.')),
    )
    .sort();
  if (clips.length === 0) {
    throw new SerError('usage', `${path}: no WAV, FLAC, MP3 or Ogg file is in this folder.`);
  }
  return clips;
}
