import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import * as v from 'valibot';
import { CHANNELS, type Gender, GENDERS } from '../../../data/clip.ts';
import type { Corpus, CorpusClip } from '../../../data/corpora/corpus.ts';
import { cremaD } from '../../../data/corpora/cremaD.ts';
import { emodb } from '../../../data/corpora/emodb.ts';
import { libriSpeech } from '../../../data/corpora/libriSpeech.ts';
import { ravdess } from '../../../data/corpora/ravdess.ts';
import { speechOcean } from '../../../data/corpora/speechOcean.ts';
import { SerError } from '../../../error.ts';
import { parseCsv } from '../../../files/csv.ts';
import { systemReason } from '../../../messages/systemErrors.ts';
import type { LicensedSource } from '../../families/licence.ts';

/** The training corpora of the gender model. */
export const VOICE_CORPORA = ['ravdess', 'librispeech', 'emodb', 'crema-d', 'speechocean762'] as const;
export type VoiceCorpus = (typeof VOICE_CORPORA)[number];

interface VoiceSource {
  corpus: Corpus;
  /** Within the common folder of the corpora. */
  folder: string;
  /** Clips of a speaker that are used, evenly spaced among all in the order of their names. Default: all. */
  perSpeaker?: number;
}

const SOURCES: Record<VoiceCorpus, VoiceSource> = {
  ravdess: { corpus: ravdess, folder: 'ravdess' },
  librispeech: { corpus: libriSpeech, folder: 'librispeech-mini' },
  emodb: { corpus: emodb, folder: 'emodb' },
  'crema-d': { corpus: cremaD, folder: 'crema-d', perSpeaker: 12 },
  speechocean762: { corpus: speechOcean, folder: 'speechocean-mini', perSpeaker: 4 },
};

/** The folders that `findVoices` reads. */
export const VOICE_FOLDERS: readonly string[] = VOICE_CORPORA.map((name) => SOURCES[name].folder);

/** Licences of the corpora, as models name them. */
export const VOICE_LICENCES: readonly LicensedSource[] = VOICE_CORPORA.map((name) => {
  const { licence } = SOURCES[name].corpus;
  return { name, licence };
});

/** A recording of a voice with known gender. */
export const VOICE = v.object({
  corpus: v.picklist(VOICE_CORPORA),
  id: v.string(),
  speaker: v.string(),
  gender: v.picklist(GENDERS),
  channel: v.picklist(CHANNELS),
});
export type Voice = v.InferOutput<typeof VOICE>;

/**
 * Finds the recordings of the corpora: by their file names, and LibriSpeech by the `clips.csv` in its folder, with
 * the columns `file`, `speaker`, `gender` and `subset`.
 * @param root  contains `VOICE_FOLDERS`
 * @returns by corpus, then by clip
 * @throws {SerError} `corpus`, naming the folder or list that is missing or invalid
 */
export async function findVoices(root: string): Promise<CorpusClip[]> {
  const found = VOICE_CORPORA.map(async (name) => {
    const { corpus, folder, perSpeaker } = SOURCES[name];
    const path = join(root, folder);
    const clips = name === 'librispeech' ? await readLibrispeech(path) : (await corpus.clips(path)).clips;
    return perSpeaker ? thinOut(clips, perSpeaker) : clips;
  });
  return (await Promise.all(found)).flat();
}

function thinOut(clips: readonly CorpusClip[], perSpeaker: number): CorpusClip[] {
  const speakers = [...new Set(clips.map(({ speaker }) => speaker))];
  return speakers.flatMap((speaker) => {
    const own = clips.filter((clip) => clip.speaker === speaker);
    const count = Math.min(perSpeaker, own.length);
    return Array.from({ length: count }, (_, i) => own[Math.floor((i * own.length) / count)]);
  });
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

/** Speakers whose pitch and formants are those of the other gender than their corpus says: docs/gender.md has the figures. */
const MISLABELLED = [
  'librispeech-test-other-1688',
  ...['2355', '2380', '2430', '2451', '2917', '3023'].map((number) => `speechocean762-${number}`),
];

/** Whether the gender of a voice is probably listed wrongly. It still counts in tests, as an error of the model. */
export const isProbablyMislabelled = ({ speaker }: Pick<Voice, 'speaker'>): boolean => MISLABELLED.includes(speaker);
