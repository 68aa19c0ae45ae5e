import { namedCorpus } from './namedCorpus.ts';

const EMOTION_OF = new Map([
  ['NEU', 'neutral'],
  ['HAP', 'happy'],
  ['SAD', 'sad'],
  ['ANG', 'angry'],
  ['FEA', 'fearful'],
  ['DIS', 'disgust'],
]);
const SENTENCES = ['IEO', 'TIE', 'IOM', 'IWW', 'TAI', 'MTI', 'IWL', 'ITH', 'DFA', 'ITS', 'TSI', 'WSI'];
const INTENSITIES = new Map([
  ['LO', 'low'],
  ['MD', 'medium'],
  ['HI', 'high'],
  ['XX', 'not said'],
]);
const FIRST_ACTOR = 1001;
const LAST_ACTOR = 1091;
/** The other 48 are men. */
const WOMEN = new Set([
  2, 3, 4, 6, 7, 8, 9, 10, 12, 13, 18, 20, 21, 24, 25, 28, 29, 30, 37, 43, 46, 47, 49, 52, 53, 54, 55, 56, 58, 60, 61, 63, 72, 73, 74, 75, 76, 78, 79, 82, 84, 89, 91
].map((number) => String(1000 + number))); // prettier-ignore

/** The Crowd-sourced Emotional Multimodal Actors Dataset, sound only. Names such as `1001_IEO_ANG_HI`: actor, sentence, emotion, intensity. */
export const cremaD = namedCorpus({
  name: 'crema-d',
  title: 'CREMA-D',
  language: 'English',
  labels: [...EMOTION_OF.values()],
  size: 7442,
  parse: (id, refuse) => {
    const [, actor, sentence, emotion, intensity] =
      /^(\d{4})_([A-Z]{3})_([A-Z]{3})_([A-Z]{2})$/.exec(id) ??
      refuse('it is not actor, sentence, emotion, intensity, as in 1001_IEO_ANG_HI');
    if (Number(actor) < FIRST_ACTOR || Number(actor) > LAST_ACTOR) refuse(`there is no actor ${actor}`);
    if (!SENTENCES.includes(sentence)) refuse(`there is no sentence ${sentence}`);
    if (!INTENSITIES.has(intensity)) refuse(`${intensity} is no intensity`);
    return {
      emotion: EMOTION_OF.get(emotion) ?? refuse(`${emotion} is no emotion`),
      speaker: `crema-d-${actor}`,
      gender: WOMEN.has(actor) ? 'female' : 'male',
      sentence,
    };
  },
  groupings: {
    sentence: (id) => id.split('_')[1],
    intensity: (id) => INTENSITIES.get(id.split('_')[3])!,
  },
  about:
    'CREMA-D (Cao et al., 2014, doi:10.1109/TAFFC.2014.2336244): 91 actors, aged 20 to 74, twelve sentences, in English.',
  limits:
    'North American English, twelve sentences, actors. Listeners took the voice alone for the intended emotion in 41.6 % of the clips.',
  licence: 'ODbL 1.0 and DbCL 1.0 (Cao et al., 2014, doi:10.1109/TAFFC.2014.2336244)',
});
