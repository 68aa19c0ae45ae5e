import { basename, relative, resolve, sep } from 'node:path';
import { counted } from '../../words.ts';
import { withoutAudioExtension } from '../audio/formats.ts';
import type { Gender } from '../clip.ts';
import { emotionInName, isEmotion, labelOf } from '../labels/emotionWords.ts';
import { genderOfWord } from '../labels/genderWords.ts';
import { clipAt, identifyCorpus } from './identify.ts';
import type { ManifestRow } from './manifest.ts';

/** Rows for the clips of a folder, guessed from what the names say. */
export interface Guess {
  rows: ManifestRow[];
  /** Where speaker, gender and emotion are taken from, in words; absent where nothing was found. */
  from: Partial<Record<'speaker' | 'gender' | 'emotion', string>>;
}

/** A part of the paths that may say something: a level of folders, or a part of the file's name, counted from its beginning or its end. */
interface Part {
  what: string;
  /** Empty where a path has no such part. */
  values: string[];
}

/** Share of the files in which a part must say something, to be taken for it. */
const MOST = 0.8;
/** The same for emotions: not all of them need be known words. */
const HALF = 0.5;
/** Names of folders that sort recordings by other things than who speaks. */
const NO_SPEAKER =
  /^(audio|audios|clips?|wavs?|flac|mp3|data|raw|recordings?|sounds?|speech|song|train(ing)?|test(ing)?|dev|val(id(ation)?)?|eval|\d{8}|\d{4}-\d\d-\d\d)$/i;
const SPEAKER = /^(s|sp|spk|speaker|actor|p|participant|subj|subject|id|vp|m|f|w)[\s_-]?\d+$/i;

/**
 * Guesses speaker, gender and emotion of clips: from the names of a known corpus, if most files have such; else emotions from words in the names or the
 * nearest folder, or from abbreviations at one place of all names; speakers and genders from folders, or from one place of all names.
 * @param files  paths
 * @param folder  their common parent
 */
export function guessLabels(files: readonly string[], folder: string): Guess {
  const known = identifyCorpus(files);
  if (known) {
    const { corpus } = known;
    const from = `the names of ${corpus.title}`;
    const rows = files.map((file) => {
      const clip = clipAt(corpus, file);
      const { speaker = '', emotion = '' } = clip ?? {};
      return rowOf(file, { speaker, gender: clip?.gender ?? '', emotion });
    });
    const isSaid = (name: 'speaker' | 'gender' | 'emotion'): boolean => rows.some((row) => row[name] !== '');
    return { rows, from: Object.fromEntries((['speaker', 'gender', 'emotion'] as const).filter(isSaid).map((name) => [name, from])) }; // prettier-ignore
  }
  const names = files.map((file) => relative(folder, file));
  const parts = [...folderLevels(names), ...nameParts(names)];
  const emotion = guessEmotions(names, parts);
  const gender = guessGenders(parts);
  const taken = [emotion?.what, gender?.what];
  const speaker = guessSpeakers(parts.filter(({ what }) => !taken.includes(what)));
  const genders = gender ?? (speaker && genderInSpeakers(speaker));
  return {
    rows: files.map((file, i) =>
      rowOf(file, {
        speaker: speaker?.values[i] ?? '',
        gender: genders?.values[i] ?? '',
        emotion: emotion?.values[i] ?? '',
      }),
    ),
    from: {
      ...(speaker && { speaker: speaker.what }),
      ...(genders && { gender: genders.what }),
      ...(emotion && { emotion: emotion.what }),
    },
  };
}

const rowOf = (file: string, told: Pick<ManifestRow, 'speaker' | 'gender' | 'emotion'>): ManifestRow => {
  return { file, ...told, probability: null, review: '' };
};

const share = <T>(values: readonly T[], fits: (value: T) => boolean): number => values.filter(fits).length / values.length; // prettier-ignore

function folderLevels(names: readonly string[]): Part[] {
  const folders = names.map((name) => name.split(sep).slice(0, -1));
  const depth = Math.max(...folders.map(({ length }) => length));
  return Array.from({ length: depth }, (_, level) => ({
    what: depth === 1 ? 'the folders' : `the folders of level ${level + 1}`,
    values: folders.map((path) => path[level] ?? ''),
  }));
}

function nameParts(names: readonly string[]): Part[] {
  const split = names.map((name) => withoutAudioExtension(basename(name)).split(/[_\-\s.]+/).filter((part) => part !== '')); // prettier-ignore
  const most = Math.max(...split.map(({ length }) => length));
  const fromStart = Array.from({ length: most }, (_, at) => ({
    what: `part ${at + 1} of the file names`,
    values: split.map((parts) => parts[at] ?? ''),
  }));
  const fromEnd = Array.from({ length: most }, (_, at) => ({
    what: at === 0 ? 'the last part of the file names' : `part ${at + 1} of the file names from the end`,
    values: split.map((parts) => parts.at(-1 - at) ?? ''),
  }));
  return [...fromStart, ...fromEnd];
}

const withoutNumber = (value: string): string => value.replace(/\d+$/, '');

function guessEmotions(names: readonly string[], parts: readonly Part[]): Part | undefined {
  const words = names.map(emotionInName);
  const coded = parts
    .map((part) => ({ ...part, values: part.values.map(withoutNumber) }))
    .filter(({ values }) => share(values, isEmotion) >= HALF && new Set(values.filter(isEmotion).map(labelOf)).size > 1)
    .sort((a, b) => share(b.values, isEmotion) - share(a.values, isEmotion))
    .at(0);
  const said = share(words, (word) => word !== '');
  if (coded && share(coded.values, isEmotion) > said) {
    return { what: coded.what, values: coded.values.map((value) => (isEmotion(value) ? labelOf(value) : '')) };
  }
  return said > 0 ? { what: 'words in the names of files and folders', values: words } : undefined;
}

function guessGenders(parts: readonly Part[]): (Part & { values: ('' | Gender)[] }) | undefined {
  const told = parts.map(({ what, values }) => ({ what, values: values.map((value) => (value && genderOfWord(value)) || ('' as const)) })); // prettier-ignore
  return told.find(({ values }) => share(values, (value) => value !== '') >= MOST);
}

/** Parts with a repeated value for each of several people: those that look like numbers of speakers first, then folders, then the beginning of the names. */
function guessSpeakers(parts: readonly Part[]): Part | undefined {
  const people = parts.filter(({ values }) => {
    const different = new Set(values);
    return !different.has('') && different.size > 1 && different.size <= values.length / 2 && share([...different], (value) => NO_SPEAKER.test(value) || isEmotion(value)) < 0.5; // prettier-ignore
  });
  const numbered = people.find(({ values }) => values.every((value) => SPEAKER.test(value)));
  const isFolder = ({ what }: Part): boolean => what.startsWith('the folders');
  return numbered ?? people.findLast(isFolder) ?? people.find(({ what }) => what.startsWith('part 1 of'));
}

/** Genders of speakers that are called m1, f2 and so on. */
function genderInSpeakers({ values }: Part): (Part & { values: ('' | Gender)[] }) | undefined {
  const letters = values.map((value) => /^([mfw])[\s_-]?\d+$/i.exec(value)?.[1] ?? '');
  if (letters.includes('') || new Set(letters).size < 2) return undefined;
  return { what: "the letters of the speakers' names", values: letters.map((letter) => genderOfWord(letter) ?? '') };
}

/**
 * Puts what a list says of files in the place of what was guessed, with its further columns.
 * @param listed  rows of a manifest, or of any list of files with some of its columns
 */
export function withListed(guessed: readonly ManifestRow[], listed: readonly ManifestRow[]): ManifestRow[] {
  const byFile = new Map(listed.map((row) => [resolve(row.file), row]));
  return guessed.map((row) => {
    const own = byFile.get(resolve(row.file));
    if (!own) return row;
    const { speaker, gender, emotion, ...others } = own;
    return {
      ...others,
      speaker: speaker || row.speaker,
      gender: gender || row.gender,
      emotion: emotion || row.emotion,
    };
  });
}

/** What a person should look at before the rows are trusted, in sentences. */
export function doubtsOf(rows: readonly ManifestRow[]): string[] {
  const lacking = (['emotion', 'speaker', 'gender'] as const).flatMap((name) => {
    const found = rows.filter((row) => row[name] === '');
    if (found.length === 0) return [];
    const effect = {
      emotion: 'they are left out',
      speaker: 'protocols that test unseen speakers need one',
      gender: 'models of one gender need one: --fill-genders asks the gender model',
    }[name];
    return [`${counted(found.length, 'clip')} without ${name === 'emotion' ? 'an' : 'a'} ${name}, such as ${found[0].file}: ${effect}`]; // prettier-ignore
  });
  const bySpeaker = groupsOf(rows, 'speaker');
  const both = [...bySpeaker].filter(([, own]) => new Set(own.flatMap(({ gender }) => gender || [])).size > 1);
  const once = [...bySpeaker].filter(([, own]) => own.length === 1);
  const byEmotion = groupsOf(rows, 'emotion');
  const rare = [...byEmotion].filter(([, own]) => own.length < 5);
  const names = (found: readonly (readonly [string, unknown])[]): string => found.slice(0, 5).map(([name]) => name).join(', ') + (found.length > 5 ? ', …' : ''); // prettier-ignore
  return [
    ...lacking,
    ...(both.length > 0 ? [`speakers with both genders: ${names(both)}`] : []),
    ...(once.length > 0 ? [`speakers with one clip only: ${counted(once.length, 'speaker')}, such as ${names(once)}`] : []), // prettier-ignore
    ...(rare.length > 0 ? [`emotions with fewer than 5 clips: ${names(rare)}`] : []),
    ...(byEmotion.size === 1 ? [`all clips have the emotion ${names([...byEmotion])}: a model needs two or more`] : []),
  ];
}

/** The rows of each speaker, or of each emotion, that is known. */
export function groupsOf(
  rows: readonly ManifestRow[],
  name: 'speaker' | 'gender' | 'emotion',
): Map<string, ManifestRow[]> {
  const groups = new Map<string, ManifestRow[]>();
  for (const row of rows.filter((row) => row[name] !== ''))
    groups.set(row[name], [...(groups.get(row[name]) ?? []), row]);
  return groups;
}
