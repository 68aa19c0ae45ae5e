import { CORPORA } from '../data/corpora/corpora.ts';

export const CORPUS_OPTION = {
  choices: CORPORA.map(({ name }) => name),
  default: CORPORA[0].name,
  describe: 'Which corpus: what its files are called says what they are',
} as const;
