import { existsSync } from 'node:fs';
import { defaultCorpusFolder } from '../../data/corpora/buildCorpus.ts';
import { type ClipLinks, clipLinks } from '../../eval/text/clipLinks.ts';

export const AUDIO_OPTION = {
  type: 'string',
  defaultDescription: '$SER_CORPORA/CORPUS or data/raw/CORPUS, if it exists',
  describe: 'Folder with the recordings: the report links to the most confident errors',
} as const;

/** Links from a report to the recordings of a corpus; undefined if no folder is given and the default ones do not exist. */
export async function readLinks(
  audio: string | undefined,
  corpus: string,
  report: string,
): Promise<ClipLinks | undefined> {
  const folder = audio ?? defaultCorpusFolder(corpus);
  return audio !== undefined || existsSync(folder) ? clipLinks(folder, report) : undefined;
}
