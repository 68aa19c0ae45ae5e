/** The eight RAVDESS emotions, in the order of their codes 01–08 and of every probability vector in this toolkit. */
export const EMOTIONS = ['neutral', 'calm', 'happy', 'sad', 'angry', 'fearful', 'disgust', 'surprised'] as const;
export type Emotion = (typeof EMOTIONS)[number];

export const GENDERS = ['male', 'female'] as const;
export type Gender = (typeof GENDERS)[number];

export const CHANNELS = ['speech', 'song'] as const;
export type Channel = (typeof CHANNELS)[number];

/** One recording and what its corpus says of it. */
export interface Clip {
  /** File name without its extension; unique within a corpus. */
  id: string;
  channel: Channel;
  emotion: Emotion;
  intensity: 'normal' | 'strong';
  /** Which of the corpus's sentences is spoken, from 1. */
  statement: number;
  repetition: number;
  /** Speaker id; unique within a corpus. RAVDESS: the actor's number as in the name, "01"–"24". */
  speaker: string;
  gender: Gender;
}
