import { findClips } from '../../data/audio/clipFiles.ts';
import { SerError } from '../../error.ts';
import type { Folders } from './folders.ts';
import { MOST_CLIPS } from './schemas.ts';

/**
 * The clips at the paths, links followed.
 * @throws {SerError} `usage` for one outside the folders, a path without clips, or too many clips
 */
export function clipsIn(paths: readonly string[], { within }: Folders): string[] {
  const clips = findClips(paths.map(within)).clips.map(within);
  if (clips.length <= MOST_CLIPS) return clips;
  throw new SerError('usage', `${clips.length} clips; a call may have ${MOST_CLIPS}. For more, use \`ser predict\` or \`ser features\`, which continue after an interruption.`); // prettier-ignore
}
