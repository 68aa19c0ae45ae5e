import { CORPORA } from '../../data/corpora/corpora.ts';

export const CORPUS_OPTION = {
  choices: CORPORA.map(({ name }) => name),
  default: CORPORA[0].name,
  describe: 'Name of the corpus, which determines how file names are read',
} as const;
