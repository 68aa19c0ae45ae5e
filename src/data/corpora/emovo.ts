import { namedCorpus } from './namedCorpus.ts';

/** Emotions by their Italian words: disgusto, gioia, neutro, paura, rabbia, sorpresa, tristezza. */
const EMOTION_OF = new Map([
  ['neu', 'neutral'],
  ['gio', 'happy'],
  ['tri', 'sad'],
  ['rab', 'angry'],
  ['pau', 'fearful'],
  ['dis', 'disgust'],
  ['sor', 'surprised'],
]);
const ACTORS = ['f1', 'f2', 'f3', 'm1', 'm2', 'm3'];
const SENTENCES = ['b1', 'b2', 'b3', 'l1', 'l2', 'l3', 'l4', 'n1', 'n2', 'n3', 'n4', 'n5', 'd1', 'd2'];

/** All 588 ids. */
const ids = [...EMOTION_OF.keys()].flatMap((emotion) =>
  ACTORS.flatMap((actor) => SENTENCES.map((sentence) => `${emotion}-${actor}-${sentence}`)),
);

/** EMOVO: three women and three men, 14 sentences in seven emotions, in Italian. Names such as `dis-f1-b1`: emotion, actor, sentence. */
export const emovo = namedCorpus({
  name: 'emovo',
  title: 'EMOVO',
  language: 'Italian',
  labels: [...EMOTION_OF.values()],
  ids,
  parse: (id, refuse) => {
    const [, emotion, actor, sentence] =
      /^([a-z]{3})-([fm]\d)-([a-z]\d)$/.exec(id) ?? refuse('it is not emotion, actor, sentence, as in dis-f1-b1');
    if (!ACTORS.includes(actor)) refuse(`there is no actor ${actor}`);
    if (!SENTENCES.includes(sentence)) refuse(`there is no sentence ${sentence}`);
    return {
      emotion: EMOTION_OF.get(emotion) ?? refuse(`${emotion} is not an emotion`),
      speaker: `emovo-${actor}`,
      gender: actor.startsWith('f') ? 'female' : 'male',
      sentence,
    };
  },
  groupings: { sentence: (id) => id.split('-')[2] },
  about: 'EMOVO (Costantini et al., 2014): six actors, 14 sentences, in Italian.',
  limits: 'Italian, fourteen sentences, six actors: others will be recognised far worse.',
  licence: 'not stated: ask its authors (Costantini et al., 2014)',
});
