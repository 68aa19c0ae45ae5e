import { SerError } from '../../error.ts';
import { withoutAudioExtension } from '../audio/formats.ts';
import type { Clip, Emotion, Gender } from '../clip.ts';
import type { Corpus } from './corpus.ts';
import { scanFolder } from './scan.ts';

/** German emotion letters. Boredom (L) has no counterpart here. */
const EMOTION_OF = new Map<string, Emotion>([
  ['W', 'angry'],
  ['E', 'disgust'],
  ['A', 'fearful'],
  ['F', 'happy'],
  ['T', 'sad'],
  ['N', 'neutral'],
]);
const MEN = ['03', '10', '11', '12', '15'];
const WOMEN = ['08', '09', '13', '14', '16'];
const TEXTS = ['a01', 'a02', 'a04', 'a05', 'a07', 'b01', 'b02', 'b03', 'b09', 'b10'];
/** RAVDESS has the sentences 1 and 2: so clips of both corpora can stand in one table. */
const FIRST_STATEMENT = 11;

/**
 * Reads an EmoDB name, such as `03a01Fa`: speaker, text, emotion, version (Burkhardt et al., 2005).
 * Speakers are called `emodb-03`, and sentences counted from 11, so that they are nobody else's.
 * @param name  with or without its extension, without its folder
 * @throws {SerError} `corpus`, saying which part cannot be and why; also for boredom
 */
export function parseEmodbName(name: string): Clip {
  const id = withoutAudioExtension(name);
  const refuse = (reason: string): never => {
    throw new SerError('corpus', `"${name}" is no EmoDB recording of an emotion known here: ${reason}`);
  };
  const [, speaker, text, letter, version] =
    /^(\d\d)([ab]\d\d)([A-Z])([a-z])$/.exec(id) ?? refuse('it is not speaker, text, emotion, version, as in 03a01Fa');
  if (![...MEN, ...WOMEN].includes(speaker)) refuse(`there is no speaker ${speaker}`);
  if (!TEXTS.includes(text)) refuse(`there is no text ${text}`);
  if (letter === 'L') refuse('boredom is not among the emotions');
  const emotion = EMOTION_OF.get(letter) ?? refuse(`${letter} is no emotion`);
  const gender: Gender = MEN.includes(speaker) ? 'male' : 'female';
  return {
    id,
    channel: 'speech',
    emotion,
    intensity: 'normal',
    statement: FIRST_STATEMENT + TEXTS.indexOf(text),
    repetition: 1 + version.charCodeAt(0) - 'a'.charCodeAt(0),
    speaker: `emodb-${speaker}`,
    gender,
  };
}

/** The Berlin Database of Emotional Speech, without its recordings of boredom: 454 of 535. */
export const emodb: Corpus = {
  name: 'emodb',
  labels: [...new Set(EMOTION_OF.values())],
  clips: (root) => scanFolder(root, parseEmodbName, []),
  recordingOf: ({ id }) => id,
  licence: 'CC0: as audEERING released it again (Burkhardt et al., 2005)',
};
