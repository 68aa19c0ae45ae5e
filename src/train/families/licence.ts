import { knownCorpus } from '../../data/corpora/corpora.ts';
import { PUBLISHED_ENCODERS } from '../../data/embeddings/published/encoders.ts';
import { describeFeatureSet, shippedEncoders } from '../../data/embeddings/sets.ts';
import type { Bundle } from '../bundle/bundle.ts';

/** What a model learnt from: a corpus, or an encoder that computes its features. */
export interface LicensedSource {
  name: string;
  /** Licence and authors, in one line: `CC BY 4.0 (Panayotov et al., 2015)`. */
  licence: string;
}

/** Whether models may be used commercially, as far as the licences of what they learnt from say. */
export interface Licence {
  /** Null if a licence is not known. */
  commercial: boolean | null;
  /** The same in words, with the sources. */
  text: string;
}

const RESTRICTED = /\bNC\b|non-?commercial|not for commercial|no commercial/i;
const FREE = /^(CC0|CC BY(-SA)?(?![-\w])|ODbL|Apache-2|MIT\b|BSD\b|PDDL|public domain|free for commercial use)/i;

/**
 * The licence that follows from those of all sources: one that forbids commercial use forbids it for whatever learnt from it.
 * @example
 * licenceOf([{ name: 'EmoDB', licence: 'CC0: as released in 2024' }]).text // → 'free for commercial use; made from EmoDB (CC0)'
 */
export function licenceOf(sources: readonly LicensedSource[]): Licence {
  const distinct = [...new Map(sources.map((source) => [source.name, source])).values()];
  const isOf =
    (pattern: RegExp) =>
    (one: LicensedSource): boolean =>
      pattern.test(one.licence);
  const restricted = distinct.some(isOf(RESTRICTED));
  const free = distinct.length > 0 && !restricted && distinct.every(isOf(FREE));
  const learnt = distinct.length > 0 ? `; made from ${distinct.map(named).join(', ')}` : '';
  const use = restricted ? 'not for commercial use' : free ? 'free for commercial use' : 'terms of use not known';
  return { commercial: restricted ? false : free ? true : null, text: `${use}${learnt}` };
}

/** The corpora that a model learnt from, and the encoders of its features. */
export function sourcesOf({ data, features }: Pick<Bundle, 'data' | 'features'>): LicensedSource[] {
  return [...data.corpora, ...features.set.split(/[+,]/).flatMap(encoderOf)];
}

/** The encoder of a feature set, if it has one. */
export function encoderOf(featureSet: string): LicensedSource[] {
  const [shipped] = shippedEncoders(featureSet);
  if (!shipped && describeFeatureSet(featureSet)) return [];
  const name = shipped ?? featureSet.replace(/(#.*|-functionals)$/, '');
  return [{ name, licence: PUBLISHED_ENCODERS.find((one) => one.name === name)?.licence ?? 'not known' }];
}

/** `RAVDESS (CC BY-NC-SA 4.0)`: a corpus by its title, without what follows the licence's own name. */
const named = ({ name, licence }: LicensedSource): string =>
  `${knownCorpus(name)?.title ?? name} (${licence.split(/[:(,;]/, 1)[0].trim()})`;
