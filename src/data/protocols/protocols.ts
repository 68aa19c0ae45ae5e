import { SerError } from '../../error.ts';
import { type Clip, presentLabels } from '../clip.ts';
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

const crossCorpus = protocol({
  ...{ name: 'cross-corpus', shares: [], channels: ['speech'], testCorpus: TEST_CORPUS },
  describe: (clips) => {
    const [tested, learnt] = [true, false].map((isTest) =>
      clips.filter(({ corpus }) => (corpus === TEST_CORPUS.name) === isTest),
    );
    const languages = [tested, learnt].map((side) => knownCorpus(side.at(0)?.corpus)?.language);
    const both = presentLabels([...new Set(tested.map(({ emotion }) => emotion))], learnt);
    return (
      `Trained on ${named(learnt, ' speech')}, tested on ${named(tested)}, over the ${both.length} emotions that both have. ` +
      `Nothing is on both sides: no speaker, sentence, ${languages[0] === languages[1] ? '' : 'language, '}room or microphone.`
    );
  },
  testSets: () => [{ name: TEST_CORPUS.name, isTest: (clip) => clip.corpus === TEST_CORPUS.name }],
});

/** All protocols: those of single corpora, and those that split any clips. */
export const PROTOCOLS: readonly Protocol[] = [
  ...CORPORA.flatMap(({ protocols }) => protocols ?? []),
  loso,
  crossCorpus,
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
