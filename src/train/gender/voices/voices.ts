import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import * as v from 'valibot';
import { parseCsv } from '../../../files/csv.ts';
import { SerError } from '../../../error.ts';
import { systemReason } from '../../../systemErrors.ts';
import { type Gender, genderOf, GENDERS } from '../../../data/clip.ts';
import { ravdess } from '../../../data/corpora/ravdess.ts';

/** The corpora that the gender model learns from: folders of these names. */
export const VOICE_CORPORA = ['ravdess', 'librispeech', 'emodb'] as const;
export type VoiceCorpus = (typeof VOICE_CORPORA)[number];

/** A recording of somebody whose gender is known. */
export const VOICE = v.object({
  corpus: v.picklist(VOICE_CORPORA),
  /** File name without its extension; unique within the corpus. */
  clip: v.string(),
  /** Unique within the corpus. */
  speaker: v.string(),
  gender: v.picklist(GENDERS),
  /** What figures are given for apart: RAVDESS' speech and song, LibriSpeech's subsets. */
  part: v.string(),
});
export type Voice = v.InferOutput<typeof VOICE>;

export interface VoiceFile extends Voice {
  path: string;
}

/** The folder of each corpus below the one that holds them all. */
const FOLDERS: Record<VoiceCorpus, string> = { ravdess: 'ravdess', librispeech: 'librispeech-mini', emodb: 'emodb' };

/**
 * Finds the recordings of the three corpora: RAVDESS by its file names, the others by the `clips.csv` in their folder, with the
 * columns `file`, `speaker`, `gender` and perhaps `subset`.
 * @param root  holds the folders `ravdess`, `librispeech-mini` and `emodb`
 * @returns by corpus, then by clip
 * @throws {SerError} `corpus`, saying which folder or list is missing or of another make
 */
export async function findVoices(root: string): Promise<VoiceFile[]> {
  const { clips } = await ravdess.clips(join(root, FOLDERS.ravdess));
  const actors = clips.map(
    (clip): VoiceFile => ({ corpus: 'ravdess', clip: clip.id, speaker: clip.speaker, gender: genderOf(clip), part: clip.channel, path: clip.path }), // prettier-ignore
  );
  const listed = await Promise.all([readList(root, 'librispeech'), readList(root, 'emodb')]);
  return [...actors, ...listed.flat()];
}

async function readList(root: string, corpus: VoiceCorpus): Promise<VoiceFile[]> {
  const folder = join(root, FOLDERS[corpus]);
  const list = join(folder, 'clips.csv');
  const refuse = (message: string, cause?: unknown): never => {
    throw new SerError('corpus', `${list}: ${message}`, { cause });
  };
  const text = await readFile(list, 'utf8').catch((error: Error) =>
    refuse(`cannot be read (${systemReason(error)})`, error),
  );
  const [header, ...rows] = parseCsv(text, list);
  const column = (name: string): number => {
    const at = header?.indexOf(name) ?? -1;
    return at >= 0 ? at : refuse(`has no column "${name}"`);
  };
  const [file, speaker, gender] = ['file', 'speaker', 'gender'].map(column);
  const subset = header.indexOf('subset');
  if (rows.length === 0) refuse('lists no clip');
  return rows
    .map((row, i): VoiceFile => {
      if (row.length !== header.length)
        refuse(`row ${i + 1} has ${row.length} fields; the header has ${header.length}`);
      if (!(GENDERS as readonly string[]).includes(row[gender])) refuse(`${row[file]} has the gender "${row[gender]}"`);
      return {
        corpus,
        clip: basename(row[file], extname(row[file])),
        speaker: row[speaker],
        gender: row[gender] as Gender,
        part: subset < 0 ? corpus : row[subset],
        path: join(folder, row[file]),
      };
    })
    .sort((a, b) => (a.clip < b.clip ? -1 : 1));
}

/** A name for a speaker among those of all corpora. */
export function speakerOf({ corpus, speaker }: Voice): string {
  return `${corpus}/${speaker}`;
}
