import { type ClipFilesOptions, describePassedOver, findClips } from '../data/audio/clipFiles.ts';

/** The clips that paths stand for (`findClips`); standard error names what was passed over in folders. */
export function clipsOf(paths: readonly string[], options?: ClipFilesOptions): string[] {
  const { clips, passedOver } = findClips(paths, options);
  for (const phrase of describePassedOver(passedOver)) console.error(`passed over: ${phrase}`);
  return clips;
}
