import { namedCorpus } from './namedCorpus.ts';

const EMOTION_OF = new Map([
  ['n', 'neutral'],
  ['h', 'happy'],
  ['sa', 'sad'],
  ['a', 'angry'],
  ['f', 'fearful'],
  ['d', 'disgust'],
  ['su', 'surprised'],
]);
const SPEAKERS = ['DC', 'JE', 'JK', 'KL'];
const SENTENCES = 15;
const takesOf = (letter: string): number => (letter === 'n' ? 2 * SENTENCES : SENTENCES);

/** All 480 ids. */
const ids = SPEAKERS.flatMap((speaker) =>
  [...EMOTION_OF.keys()].flatMap((letter) =>
    Array.from({ length: takesOf(letter) }, (_, i) => `${speaker}_${letter}${String(i + 1).padStart(2, '0')}`),
  ),
);

/**
 * Surrey Audio-Visual Expressed Emotion, sound only: four men, 15 sentences in each emotion, neutral ones twice as many. Names such as `DC_a01`: speaker,
 * emotion, sentence; or `a01` in a folder `DC`.
 */
export const savee = namedCorpus({
  name: 'savee',
  title: 'SAVEE',
  language: 'English',
  labels: [...EMOTION_OF.values()],
  ids,
  withFolder: (name, folder) =>
    /^[a-z]{1,2}\d\d$/.test(name) && SPEAKERS.includes(folder) ? `${folder}_${name}` : name,
  parse: (id, refuse) => {
    const [, speaker, letter, number] =
      /^([A-Z]{2})_([a-z]{1,2})(\d\d)$/.exec(id) ?? refuse('it is not speaker, emotion, sentence, as in DC_a01');
    if (!SPEAKERS.includes(speaker)) refuse(`there is no speaker ${speaker}`);
    const emotion = EMOTION_OF.get(letter) ?? refuse(`${letter} is not an emotion`);
    if (Number(number) < 1 || Number(number) > takesOf(letter)) refuse(`there is no sentence ${number}`);
    // Numbers count the sentences of each emotion; only some of them are the same in all.
    return { emotion, speaker: `savee-${speaker}`, gender: 'male' };
  },
  about: 'SAVEE (Haq & Jackson, 2010): four men, students and researchers, 120 sentences each, in British English.',
  limits: 'Four men of one university, a quiet laboratory: others will be recognised far worse.',
  licence: 'for research, on registration with its authors: not for commercial use (Haq & Jackson, 2010)',
});
