import { relative, sep } from 'node:path';
import { withoutAudioExtension } from '../../data/audio/formats.ts';
import { readCorpusFolder } from '../../data/corpora/scan.ts';

/** Of clips by their ids: where their audio is, seen from a report, as a link in Markdown has it. */
export type ClipLinks = ReadonlyMap<string, string>;

/**
 * Links to all recordings below a folder; a clip's id is its file's name.
 * @param report  the folder that the links will stand in
 * @throws {SerError} `corpus` if the folder cannot be read
 */
export async function clipLinks(audio: string, report: string): Promise<ClipLinks> {
  const links = new Map<string, string>();
  for (const path of readCorpusFolder(audio).clips) {
    const parts = relative(report, path).split(sep);
    const id = withoutAudioExtension(parts.at(-1)!);
    // Brackets end a link in Markdown, and a colon in a name would make it an address.
    const link = parts.map((part) =>
      encodeURIComponent(part).replace(/[()]/g, (bracket) => `%${bracket.charCodeAt(0).toString(16)}`),
    );
    if (!links.has(id)) links.set(id, link.join('/'));
  }
  return links;
}
