import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import * as v from 'valibot';
import { CHANNELS, type Gender, GENDERS } from '../../../data/clip.ts';
import type { CorpusClip } from '../../../data/corpora/corpus.ts';
import { emodb } from '../../../data/corpora/emodb.ts';
import { ravdess } from '../../../data/corpora/ravdess.ts';
import { SerError } from '../../../error.ts';
import { parseCsv } from '../../../files/csv.ts';
import { systemReason } from '../../../systemErrors.ts';
import type { LicensedSource } from '../../families/licence.ts';

/** The training corpora of the gender model. */
export const VOICE_CORPORA = ['ravdess', 'librispeech', 'emodb'] as const;
export type VoiceCorpus = (typeof VOICE_CORPORA)[number];

/** Licences of the corpora, as models name them. */
export const VOICE_LICENCES: readonly LicensedSource[] = [
  { name: ravdess.name, licence: ravdess.licence },
  { name: 'librispeech', licence: 'CC BY 4.0 (Panayotov et al., 2015)' },
  { name: emodb.name, licence: emodb.licence },
];

/** A recording of a voice with known gender. */
export const VOICE = v.object({
  corpus: v.picklist(VOICE_CORPORA),
  id: v.string(),
  speaker: v.string(),
  gender: v.picklist(GENDERS),
  channel: v.picklist(CHANNELS),
});
export type Voice = v.InferOutput<typeof VOICE>;

/** The folder of each corpus within their common folder. */
const FOLDERS: Record<VoiceCorpus, string> = { ravdess: 'ravdess', librispeech: 'librispeech-mini', emodb: 'emodb' };

/**
 * Finds the recordings of the three corpora: RAVDESS and EmoDB by their file names, LibriSpeech by the `clips.csv` in its folder, with
 * the columns `file`, `speaker`, `gender` and `subset`.
 * @param root  contains the folders `ravdess`, `librispeech-mini` and `emodb`
 * @returns by corpus, then by clip
 * @throws {SerError} `corpus`, naming the folder or list that is missing or invalid
 */
export async function findVoices(root: string): Promise<CorpusClip[]> {
  const [actors, readers, berliners] = await Promise.all([
    ravdess.clips(join(root, FOLDERS.ravdess)),
    readLibrispeech(join(root, FOLDERS.librispeech)),
    emodb.clips(join(root, FOLDERS.emodb)),
  ]);
  return [...actors.clips, ...readers, ...berliners.clips];
}

/** Speakers are named by their subset and number: `librispeech-test-other-367`. There are no emotion labels. */
async function readLibrispeech(folder: string): Promise<CorpusClip[]> {
  const list = join(folder, 'clips.csv');
  const refuse = (message: string, cause?: unknown): never => {
    throw new SerError('corpus', `${list}: ${message}`, { cause });
  };
  const text = await readFile(list, 'utf8').catch((error: Error) =>
    refuse(`cannot be read (${systemReason(error)})`, error),
  );
  const [header, ...rows] = parseCsv(text, list);
  const [file, speaker, gender, subset] = ['file', 'speaker', 'gender', 'subset'].map((name) => {
    const at = header?.indexOf(name) ?? -1;
    return at >= 0 ? at : refuse(`has no column "${name}"`);
  });
  if (rows.length === 0) refuse('lists no clip');
  return rows
    .map((row, i): CorpusClip => {
      if (row.length !== header.length)
        refuse(`row ${i + 1} has ${row.length} fields; the header has ${header.length}`);
      if (!(GENDERS as readonly string[]).includes(row[gender])) refuse(`${row[file]} has the gender "${row[gender]}"`);
      const id = basename(row[file], extname(row[file]));
      return {
        id,
        corpus: 'librispeech',
        emotion: '',
        speaker: `librispeech-${row[subset]}-${row[speaker]}`,
        gender: row[gender] as Gender,
        recording: `librispeech/${id}`,
        sentence: null,
        channel: 'speech',
        path: join(folder, row[file]),
      };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Whether a voice belongs to LibriSpeech's test subset, which was recorded under harder conditions. */
export const isOfTestSubset = ({ speaker }: Pick<Voice, 'speaker'>): boolean => speaker.startsWith('librispeech-test');
