import { expectText } from '../../messages/arguments.ts';
import { SerError } from '../../error.ts';
import { type Clip, presentLabels } from '../clip.ts';
import type { Corpus } from '../corpora/corpus.ts';
import { CORPORA, knownCorpus, TEST_CORPUS } from '../corpora/corpora.ts';
import type { FeatureTable } from '../tables/table.ts';
import { loso, NAME_PATTERNS, namedProtocol } from './anyCorpus.ts';

export { ALL } from './anyCorpus.ts';
import { namesOf } from './corpusNames.ts';
import { type Protocol, protocol } from './protocol.ts';

/** Trained on some corpora, tested on another one. */
function crossCorpus({ name: tested, language }: Pick<Corpus, 'name' | 'language'>): Protocol {
  const isTested = ({ corpus }: Clip): boolean => corpus === tested;
  return protocol({
    name: tested === TEST_CORPUS.name ? 'cross-corpus' : `cross-corpus-${tested}`,
    shares: [],
    channels: ['speech'],
    testCorpus: { name: tested },
    describe: (clips) => {
      const [test, learnt] = [clips.filter(isTested), clips.filter((clip) => !isTested(clip))];
      const both = presentLabels([...new Set(test.map(({ emotion }) => emotion))], learnt);
      const others = [...new Set(learnt.map(({ corpus }) => knownCorpus(corpus)?.language))];
      const isForeign = !others.includes(language);
      return (
        `Trained on ${namesOf(learnt, ' speech')}, tested on ${namesOf(test)}, over the ${both.length} emotions that both have. ` +
        (clips.every(({ corpus }) => knownCorpus(corpus))
          ? `Nothing is on both sides: no speaker, sentence, ${isForeign ? 'language, ' : ''}room or microphone.`
          : 'By their names no speaker, sentence or recording is on both sides.')
      );
    },
    testSets: () => [{ name: tested, isTest: isTested }],
  });
}

/**
 * The protocols of single corpora, and those that split any clips; `getProtocol` knows more names of the latter.
 * @example
 * PROTOCOLS.map(({ name }) => name).includes('loso') // → true
 */
export const PROTOCOLS: readonly Protocol[] = [
  ...CORPORA.flatMap(({ protocols }) => protocols ?? []),
  loso,
  ...['k-fold', 'random'].flatMap((name) => namedProtocol(name) ?? []),
  ...CORPORA.filter(({ labels }) => labels.length > 1).map(crossCorpus),
];

/**
 * A protocol by its name: one of `PROTOCOLS`, or `k-fold-10`, `random-3-seed-2`, `split-COLUMN`, `cross-corpus-NAME`, `all`.
 * @throws {SerError} `protocol` for an unknown name, listing the known ones
 * @example
 * getProtocol('luna-5fold').shares // → ['sentence']
 */
export function getProtocol(name: string): Protocol {
  expectText(name, 'getProtocol: name', 'the name of a protocol, such as loso');
  const found = PROTOCOLS.find((one) => one.name === name) ?? namedProtocol(name);
  if (found) return found;
  const [, tested] = /^cross-corpus-(.+)$/.exec(name) ?? [];
  if (tested) return crossCorpus({ name: tested });
  throw new SerError('protocol', `there is no protocol "${name}"; there are ${protocolNames()}`);
}

/** The names of protocols, in words. */
export const protocolNames = (): string => `${PROTOCOLS.map((one) => one.name).join(', ')}, and ${NAME_PATTERNS}`;

/**
 * The emotions that a protocol tests on: those of the table that any clip has, and that both sides have where another corpus is tested.
 * Chance, macro-F1 and rows of reports are of these.
 */
export function testedLabels(
  { testCorpus }: Protocol,
  { labels, clips }: Pick<FeatureTable, 'labels' | 'clips'>,
): string[] {
  if (!testCorpus) return presentLabels(labels, clips);
  const isTested = ({ corpus }: Clip): boolean => corpus === testCorpus.name;
  return presentLabels(presentLabels(labels, clips.filter(isTested)), clips.filter((clip) => !isTested(clip))); // prettier-ignore
}
