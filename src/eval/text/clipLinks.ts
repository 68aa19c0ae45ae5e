import { relative, sep } from 'node:path';
import { withoutAudioExtension } from '../../data/audio/formats.ts';
import { readCorpusFolder } from '../../data/corpora/scan.ts';

/** Paths of clips' audio relative to a report, by clip id, encoded for a Markdown link. */
export type ClipLinks = ReadonlyMap<string, string>;

/**
 * Links to all recordings in a folder; a clip's id is its file name.
 * @param report  the folder that will contain the links
 * @throws {SerError} `corpus` if the folder cannot be read
 */
export async function clipLinks(audio: string, report: string): Promise<ClipLinks> {
  const links = new Map<string, string>();
  for (const path of readCorpusFolder(audio).clips) {
    const parts = relative(report, path).split(sep);
    const id = withoutAudioExtension(parts.at(-1)!);
    // Brackets end a link in Markdown, and a colon in a name would make it a URL.
    const link = parts.map((part) =>
      encodeURIComponent(part).replace(/[()]/g, (bracket) => `%${bracket.charCodeAt(0).toString(16)}`),
    );
    if (!links.has(id)) links.set(id, link.join('/'));
  }
  return links;
}
