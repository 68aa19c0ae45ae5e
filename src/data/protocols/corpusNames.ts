import type { Clip } from '../clip.ts';
import { knownCorpus } from '../corpora/corpora.ts';

/** Of each corpus of the clips, as it is called by people: with its language, where there is one to tell. */
export function namesOf(clips: readonly Pick<Clip, 'corpus'>[], what = ''): string {
  return [...new Set(clips.map((clip) => clip.corpus))]
    .map((name) => {
      const { title = name, language } = knownCorpus(name) ?? {};
      return `${title}${what}${language ? `, in ${language}` : ''}`;
    })
    .join(' and ');
}
