import { SerError } from '../../error.ts';
import { type Clip, presentLabels } from '../clip.ts';
import type { Corpus } from '../corpora/corpus.ts';
import { CORPORA, knownCorpus, TEST_CORPUS } from '../corpora/corpora.ts';
import type { FeatureTable } from '../tables/table.ts';
import { type Protocol, protocol } from './protocol.ts';

/** Of each corpus, as it is called by people: with its language, where there is one to tell. */
function named(clips: readonly Pick<Clip, 'corpus'>[], what = ''): string {
  return [...new Set(clips.map((clip) => clip.corpus))]
    .map((name) => {
      const { title = name, language } = knownCorpus(name) ?? {};
      return `${title}${what}${language ? `, in ${language}` : ''}`;
    })
    .join(' and ');
}

const loso = protocol({
  ...{ name: 'loso', shares: ['sentence'], channels: ['speech'] },
  describe: (clips) =>
    `Leave one speaker out, speech of ${named(clips)}. Speaker-independent: no speaker is on both sides; sentences may be.`,
  testSets: (clips) =>
    [...new Set(clips.map((clip) => clip.speaker))]
      .sort()
      .map((speaker) => ({ name: `speaker ${speaker}`, isTest: (clip) => clip.speaker === speaker })),
});

/** Trained on some corpora, tested on another one. */
function crossCorpus({ name: tested, language }: Corpus): Protocol {
  const isTested = ({ corpus }: Clip): boolean => corpus === tested;
  return protocol({
    name: tested === TEST_CORPUS.name ? 'cross-corpus' : `cross-corpus-${tested}`,
    shares: [],
    channels: ['speech'],
    testCorpus: { name: tested },
    describe: (clips) => {
      const [test, learnt] = [clips.filter(isTested), clips.filter((clip) => !isTested(clip))];
      const both = presentLabels([...new Set(test.map(({ emotion }) => emotion))], learnt);
      const isForeign = knownCorpus(learnt.at(0)?.corpus)?.language !== language;
      return (
        `Trained on ${named(learnt, ' speech')}, tested on ${named(test)}, over the ${both.length} emotions that both have. ` +
        `Nothing is on both sides: no speaker, sentence, ${isForeign ? 'language, ' : ''}room or microphone.`
      );
    },
    testSets: () => [{ name: tested, isTest: isTested }],
  });
}

/** All protocols: those of single corpora, and those that split any clips. */
export const PROTOCOLS: readonly Protocol[] = [
  ...CORPORA.flatMap(({ protocols }) => protocols ?? []),
  loso,
  ...CORPORA.filter(({ labels }) => labels.length > 1).map(crossCorpus),
];

/**
 * @throws {SerError} `protocol` for an unknown name, listing the known ones
 * @example
 * getProtocol('luna-5fold').shares // → ['sentence']
 */
export function getProtocol(name: string): Protocol {
  const found = PROTOCOLS.find((one) => one.name === name);
  if (found) return found;
  const known = PROTOCOLS.map((one) => one.name).join(', ');
  throw new SerError('protocol', `there is no protocol "${name}"; there are ${known}`);
}

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
