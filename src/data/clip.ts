import { SerError } from '../error.ts';

/**
 * The genders that there are models for.
 * @example
 * GENDERS // → ['male', 'female']
 */
export const GENDERS = ['male', 'female'] as const;
export type Gender = (typeof GENDERS)[number];

export const CHANNELS = ['speech', 'song'] as const;
export type Channel = (typeof CHANNELS)[number];

/** The word for both genders together in commands, JSON, reports and models. */
export const COMBINED = 'combined';
/** Gender of clips, or of a model's voices. */
export const PARTS = [...GENDERS, COMBINED] as const;
export type Part = (typeof PARTS)[number];

/** A recording as its corpus describes it. */
export interface Clip {
  /** File name without its extension; unique within a corpus. */
  id: string;
  /** `Corpus.name`. */
  corpus: string;
  /** One of the corpus's labels. */
  emotion: string;
  /** Speaker id; unique across corpora. Empty if unknown. */
  speaker: string;
  /** Null if unknown. */
  gender: Gender | null;
  /** Recording id; equal for clips that are one recording under two names, and unique across corpora. */
  recording: string;
  /** Id of the spoken sentence; null if unknown. */
  sentence: string | null;
  channel: Channel;
  /** Values of further columns of its manifest, by their names. */
  more?: Readonly<Record<string, string>>;
}

/** Keeps clips of one speaker together where they are drawn or split: a clip of unknown speaker stands for itself. */
export const speakerOrSelf = ({ speaker, id }: Pick<Clip, 'speaker' | 'id'>): string => speaker || `clip ${id}`;

/**
 * The gender of a clip, for code that needs one.
 * @throws {SerError} `corpus` with the remedy if it is unknown
 */
export function genderOf({ id, gender }: Pick<Clip, 'id' | 'gender'>): Gender {
  if (gender) return gender;
  throw new SerError('corpus', `The clip ${id} has no gender, which is needed here: enter it in the manifest, let the gender model fill it in (\`--fill-genders\`), or use the pooled model.`); // prettier-ignore
}

/** Whether a clip is of these voices. @throws {SerError} as `genderOf`, where one gender is asked for */
export function isOf(part: Part, clip: Pick<Clip, 'id' | 'gender'>): boolean {
  return part === COMBINED || part === genderOf(clip);
}

/** The labels that any of the clips has, in their order. */
export function presentLabels(labels: readonly string[], clips: readonly Pick<Clip, 'emotion'>[]): string[] {
  const present = new Set(clips.map((clip) => clip.emotion));
  return labels.filter((label) => present.has(label));
}

/** Reads a gender from a table; empty is null. @returns undefined for anything else */
export function readGender(text: string): Gender | null | undefined {
  return text === '' ? null : GENDERS.find((gender) => gender === text);
}
