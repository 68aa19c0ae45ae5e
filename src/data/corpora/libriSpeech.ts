import { namedCorpus } from './namedCorpus.ts';

/**
 * LibriSpeech: audiobooks, read without acting, here as examples of neutral speech. Names such as `103-1240-0000`: speaker, chapter, utterance.
 * They do not contain the gender.
 */
export const libriSpeech = namedCorpus({
  name: 'librispeech',
  title: 'LibriSpeech',
  language: 'English',
  labels: ['neutral'],
  folder: 'librispeech-mini',
  parse: (id, refuse) => {
    const [, speaker] =
      /^(\d+)-\d+-\d+$/.exec(id) ?? refuse('it is not speaker, chapter, utterance, as in 103-1240-0000');
    return { emotion: 'neutral', speaker: `librispeech-${speaker}`, gender: null };
  },
  about:
    'LibriSpeech (Panayotov et al., 2015, doi:10.1109/ICASSP.2015.7178964): volunteers reading books in English, taken as neutral.',
  limits: 'Reading, not conversation; nobody labelled its emotions.',
  licence: 'CC BY 4.0 (Panayotov et al., 2015)',
});
