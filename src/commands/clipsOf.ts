import { type ClipFilesOptions, describePassedOver, findClips } from '../data/audio/clipFiles.ts';

/** The clips at the given paths (`findClips`); skipped files are reported on standard error. */
export function clipsOf(paths: readonly string[], options?: ClipFilesOptions): string[] {
  const { clips, passedOver } = findClips(paths, options);
  for (const phrase of describePassedOver(passedOver)) console.error(`passed over: ${phrase}`);
  return clips;
}
