import { expectText } from '../../messages/arguments.ts';
import { SerError } from '../../error.ts';
import type { Clip } from '../clip.ts';
import type { Corpus } from './corpus.ts';
import { cremaD } from './cremaD.ts';
import { sortLabels } from '../labels/emotionWords.ts';
import { emodb } from './emodb.ts';
import { emovo } from './emovo.ts';
import { libriSpeech } from './libriSpeech.ts';
import { ravdess } from './ravdess.ts';
import { savee } from './savee.ts';
import { speechOcean } from './speechOcean.ts';
import { tess } from './tess.ts';

/**
 * All known corpora; the first is the default.
 * @example
 * CORPORA[0].name // → 'ravdess'
 */
export const CORPORA: readonly Corpus[] = [ravdess, emodb, cremaD, tess, savee, emovo, libriSpeech, speechOcean];

/** The committed tables of the first corpus, and of augmented copies of its clips. */
export const TABLE_PATHS = CORPORA[0].table as Required<NonNullable<Corpus['table']>>;

/** The corpus that `cross-corpus` tests on. */
export const TEST_CORPUS = { name: emodb.name };

/** @returns undefined for an unknown corpus, such as a user's own */
export function knownCorpus(name: string | undefined): Corpus | undefined {
  return CORPORA.find((corpus) => corpus.name === name);
}

/**
 * @throws {SerError} `corpus` for an unknown name, listing the known ones
 * @example
 * getCorpus('emodb').labels.length // → 7
 */
export function getCorpus(name: string): Corpus {
  expectText(name, 'getCorpus: name', `one of ${CORPORA.map((corpus) => corpus.name).join(', ')}`);
  const known = CORPORA.map((corpus) => corpus.name).join(', ');
  const unknown = (): never => {
    throw new SerError('corpus', `there is no corpus "${name}"; there are ${known}`);
  };
  return knownCorpus(name) ?? unknown();
}

/** The labels that clips may have, in the order of probability vectors: those of their corpus, if they have no others, else the emotions that occur. */
export function labelsOf(clips: readonly Pick<Clip, 'corpus' | 'emotion'>[]): readonly string[] {
  const names = new Set(clips.map((clip) => clip.corpus));
  const corpus = names.size === 1 ? knownCorpus([...names][0]) : undefined;
  const isOwn = corpus && clips.every(({ emotion }) => corpus.labels.includes(emotion));
  return isOwn ? corpus.labels : sortLabels(clips.map((clip) => clip.emotion));
}
