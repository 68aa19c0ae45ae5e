import { tablePaths } from '../tables/tablePaths.ts';
import { namedCorpus } from './namedCorpus.ts';

/** Emotions by their German initial letters. */
const EMOTION_OF = new Map([
  ['N', 'neutral'],
  ['F', 'happy'],
  ['T', 'sad'],
  ['W', 'angry'],
  ['A', 'fearful'],
  ['E', 'disgust'],
  ['L', 'boredom'],
]);
const MEN = ['03', '10', '11', '12', '15'];
const WOMEN = ['08', '09', '13', '14', '16'];
const TEXTS = ['a01', 'a02', 'a04', 'a05', 'a07', 'b01', 'b02', 'b03', 'b09', 'b10'];

/** The Berlin Database of Emotional Speech: 535 recordings in German. Names such as `03a01Fa`: speaker, text, emotion, version. */
export const emodb = namedCorpus({
  name: 'emodb',
  title: 'EmoDB',
  language: 'German',
  labels: [...EMOTION_OF.values()],
  size: 535,
  parse: (id, refuse) => {
    const [, speaker, text, letter] =
      /^(\d\d)([ab]\d\d)([A-Z])[a-z]$/.exec(id) ?? refuse('it is not speaker, text, emotion, version, as in 03a01Fa');
    if (![...MEN, ...WOMEN].includes(speaker)) refuse(`there is no speaker ${speaker}`);
    if (!TEXTS.includes(text)) refuse(`there is no text ${text}`);
    return {
      emotion: EMOTION_OF.get(letter) ?? refuse(`${letter} is not an emotion`),
      speaker: `emodb-${speaker}`,
      gender: MEN.includes(speaker) ? 'male' : 'female',
      sentence: text,
    };
  },
  groupings: { sentence: (id) => id.slice(2, 5) },
  table: { original: tablePaths('emodb', 'librosa186').original },
  about: 'EmoDB (Burkhardt et al., 2005): ten actors, ten sentences, in German, in an anechoic room.',
  limits: 'German, ten sentences, ten actors, an anechoic room: others will be recognised far worse.',
  licence: 'CC0: as audEERING released it again (Burkhardt et al., 2005)',
});
