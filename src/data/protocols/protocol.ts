import { SerError } from '../../error.ts';
import type { Channel, Clip } from '../clip.ts';

/** What training and test sets may have in common. No protocol here shares a clip or a recording. */
export type Shared = 'speaker' | 'sentence' | 'recording';

export interface Fold<T extends Clip = Clip> {
  name: string;
  train: T[];
  test: T[];
  /** Clips in neither: their recording is in the test set under another name. */
  dropped: T[];
}

/** A rule that splits clips into training and test sets. No figure may be reported without the protocol's name. */
export interface Protocol {
  /** As given to `--protocol`. */
  name: string;
  /** The corpus whose clips it splits, if it is of one alone. */
  corpus?: string;
  /** One line for the head of a report of these clips: what is tested, and what train and test have in common. */
  describe(clips: readonly Clip[]): string;
  shares: readonly Shared[];
  channels: readonly Channel[];
  /** Further channels for training only: see `trainedWith`. */
  with?: readonly Channel[];
  /** A sentence, if test clips are standardised by others of their speakers: see `speakerAdapted`. */
  adaptation?: string;
  /**
   * Another corpus, whose clips are tested, over the emotions that both sides have: a model's probabilities of the others are left out.
   * Their features are in a table of their own, among those of this package.
   */
  testCorpus?: { name: string };
  /**
   * Splits the given clips, in their order; those of other channels are left out. Every fold has been checked for leaks.
   * @param clips  a corpus, or all of one gender
   * @throws {SerError} `protocol` if clips that the protocol names are not there, or a fold has an empty side
   */
  folds<T extends Clip>(clips: readonly T[]): Fold<T>[];
}

/** Null where it is not known. */
type KeyOf = (clip: Clip) => string | null;

const IN_COMMON: readonly [what: 'clip' | Shared, key: KeyOf][] = [
  ['clip', (clip) => clip.id],
  ['recording', (clip) => clip.recording],
  ['speaker', (clip) => clip.speaker || null],
  ['sentence', sentenceOf],
];

/** The sentence of a clip among those of all corpora; null where it is not known. */
export function sentenceOf({ corpus, sentence }: Clip): string | null {
  return sentence && `${corpus}/${sentence}`;
}

/** Properties that training and test clips must not share under a protocol, with their keys. The clip itself is always one of them. */
export function undeclared(shares: readonly Shared[]): typeof IN_COMMON {
  return IN_COMMON.filter(([what]) => what === 'clip' || !shares.includes(what));
}

/**
 * Compares the actual ids of both sides.
 * @param shares  what the protocol declares; a clip itself may never be on both sides
 * @throws {SerError} `protocol` on any overlap that is not declared, with an example
 * @example
 * const { clips } = await readTable('data/features/ravdess-librosa186.parquet');
 * const { folds, shares } = getProtocol('loso');
 * const [fold] = folds(clips);
 * checkLeaks(fold, shares) // → undefined
 */
export function checkLeaks(fold: Pick<Fold, 'name' | 'train' | 'test'>, shares: readonly Shared[]): void {
  for (const [what, key] of undeclared(shares)) {
    const seen = new Set(fold.train.map(key));
    const leaks = fold.test.filter((clip) => key(clip) !== null && seen.has(key(clip)));
    if (leaks.length === 0) continue;
    throw new SerError(
      'protocol',
      `fold "${fold.name}" leaks: ${leaks.length} test clips share a ${what} with the training clips, ` +
        `such as ${what} ${key(leaks[0])} of ${leaks[0].id}, and the protocol does not declare that`,
    );
  }
}

export interface TestSet {
  name: string;
  isTest(clip: Clip): boolean;
}

export type Definition = Omit<Protocol, 'folds'> & { testSets(clips: readonly Clip[]): TestSet[] };

/** Makes a protocol from a rule for the test clips: all others of its channels are for training, except twins of test clips. */
export function protocol({ testSets, ...about }: Definition): Protocol {
  return {
    ...about,
    folds: (all) => {
      const stranger = about.corpus && all.find((clip) => clip.corpus !== about.corpus);
      if (stranger) {
        throw new SerError('protocol', `${about.name} is a protocol of ${about.corpus}, and ${stranger.id} a clip of ${stranger.corpus}. For other clips take loso.`); // prettier-ignore
      }
      const clips = all.filter((clip) => about.channels.includes(clip.channel));
      return testSets(clips).map(({ name, isTest }) => {
        const rest = clips.filter((clip) => !isTest(clip));
        const known = about.testCorpus && new Set(rest.map((clip) => clip.emotion));
        const test = clips.filter((clip) => isTest(clip) && (known?.has(clip.emotion) ?? true));
        const recordings = new Set(test.map((clip) => clip.recording));
        const dropped = rest.filter((clip) => recordings.has(clip.recording));
        const train = rest.filter((clip) => !recordings.has(clip.recording));
        if (test.length === 0 || train.length === 0) {
          const side = test.length === 0 ? 'test' : 'training';
          throw new SerError(
            'protocol',
            `fold "${name}" of ${about.name} has no ${side} clips among the ${all.length} given`,
          );
        }
        const fold = { name, train, test, dropped };
        checkLeaks(fold, about.shares);
        return fold;
      });
    },
  };
}

/** The corpus that the tested clips are of; of several, the first. */
export function testedCorpus({ testCorpus }: Protocol, { clips }: { clips: readonly Clip[] }): string {
  return testCorpus?.name ?? clips[0].corpus;
}
