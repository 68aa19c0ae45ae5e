import { namedCorpus } from './namedCorpus.ts';

/** Emotions as they end the names; "ps" is pleasant surprise. */
const EMOTION_OF = new Map([
  ['neutral', 'neutral'],
  ['happy', 'happy'],
  ['sad', 'sad'],
  ['angry', 'angry'],
  ['fear', 'fearful'],
  ['disgust', 'disgust'],
  ['ps', 'surprised'],
]);

/**
 * The Toronto Emotional Speech Set: an older and a younger woman, each with 200 words in seven emotions. Names such as `OAF_back_angry`: speaker, word,
 * emotion. One name is published with a letter too few, `OA_bite_neutral`.
 */
export const tess = namedCorpus({
  name: 'tess',
  title: 'TESS',
  language: 'English',
  labels: [...EMOTION_OF.values()],
  size: 2800,
  parse: (id, refuse) => {
    const [, speaker, word, emotion] =
      /^(OAF?|YAF)_([A-Za-z]+)_([A-Za-z]+)$/.exec(id) ??
      refuse('it is not speaker, word, emotion, as in OAF_back_angry');
    return {
      emotion: EMOTION_OF.get(emotion.toLowerCase()) ?? refuse(`${emotion} is not an emotion`),
      speaker: `tess-${speaker === 'OA' ? 'OAF' : speaker}`,
      gender: 'female',
      sentence: word.toLowerCase(),
    };
  },
  about:
    'TESS (Pichora-Fuller & Dupuis, 2020, doi:10.5683/SP2/E8H2MF): two actresses, 200 words after "Say the word", in English.',
  limits: 'Two women, single words, a quiet room: others will be recognised far worse.',
  licence: 'CC BY-NC-ND 4.0: not for commercial use (Pichora-Fuller & Dupuis, 2020, doi:10.5683/SP2/E8H2MF)',
});
