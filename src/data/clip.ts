import { SerError } from '../error.ts';

export const GENDERS = ['male', 'female'] as const;
export type Gender = (typeof GENDERS)[number];

export const CHANNELS = ['speech', 'song'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Both genders together: the one word for it in commands, JSON, reports and models. */
export const COMBINED = 'combined';
/** Whose clips, or whose model. */
export const PARTS = [...GENDERS, COMBINED] as const;
export type Part = (typeof PARTS)[number];

/** One recording and what its corpus says of it. */
export interface Clip {
  /** File name without its extension; unique within a corpus. */
  id: string;
  /** `Corpus.name`. */
  corpus: string;
  /** One of the corpus' labels. */
  emotion: string;
  /** Speaker id; no other corpus' speaker has it. */
  speaker: string;
  /** Null where nobody has said. */
  gender: Gender | null;
  /** The same for clips that are one recording under two names; no other corpus' recording has it. */
  recording: string;
  /** Which of the corpus' sentences is said; null where that is not known. */
  sentence: string | null;
  channel: Channel;
}

/**
 * The gender of a clip, where it is needed.
 * @throws {SerError} `corpus` if nobody has said, with what to do
 */
export function genderOf({ id, gender }: Pick<Clip, 'id' | 'gender'>): Gender {
  if (gender) return gender;
  throw new SerError('corpus', `The clip ${id} has no gender, which this needs: fill it in in the manifest, let the gender model do it (\`ser features build --manifest FILE --fill-genders\`), or take the pooled model.`); // prettier-ignore
}

/** Those labels that any of the clips has, in their order. */
export function presentLabels(labels: readonly string[], clips: readonly Pick<Clip, 'emotion'>[]): string[] {
  const present = new Set(clips.map((clip) => clip.emotion));
  return labels.filter((label) => present.has(label));
}

/** A gender in a table, empty where nobody has said. @returns undefined for anything else */
export function readGender(text: string): Gender | null | undefined {
  return text === '' ? null : GENDERS.find((gender) => gender === text);
}
