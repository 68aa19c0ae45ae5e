import { SerError } from '../../error.ts';
import { counted } from '../../words.ts';
import { CHANNELS, type Clip } from '../clip.ts';
import { namesOf } from './corpusNames.ts';
import { dealRecordings, dealSpeakers } from './deal.ts';
import { type Protocol, protocol, type TestSet } from './protocol.ts';

/** Protocols that split the speech of any corpus, or of several. */

const INDEPENDENT = 'Speaker-independent: no speaker is on both sides; sentences may be.';

/** Refuses clips of unknown speakers, in words. @throws {SerError} `protocol` */
function checkSpeakers(name: string, clips: readonly Clip[]): void {
  const unknown = clips.filter(({ speaker }) => speaker === '');
  if (unknown.length === 0) return;
  throw new SerError('protocol', `${name} has to know who speaks, and ${counted(unknown.length, 'clip')} of ${clips.length} ${unknown.length === 1 ? 'has' : 'have'} no speaker, such as ${unknown[0].id}: fill in the column speaker, or take random, which does not test on unseen speakers.`); // prettier-ignore
}

export const loso = protocol({
  ...{ name: 'loso', shares: ['sentence'], channels: ['speech'] },
  describe: (clips) => `Leave one speaker out, speech of ${namesOf(clips)}. ${INDEPENDENT}`,
  testSets: (clips) => {
    checkSpeakers('loso', clips);
    return [...new Set(clips.map((clip) => clip.speaker))]
      .sort()
      .map((speaker) => ({ name: `speaker ${speaker}`, isTest: (clip) => clip.speaker === speaker }));
  },
});

/** Folds and seed in a name such as `k-fold-10-seed-2`. */
interface Dealt {
  name: string;
  folds: number;
  seed: number;
}
const DEALT = { folds: 5, seed: 1 } as const;

function kFold({ name, folds, seed }: Dealt): Protocol {
  return protocol({
    ...{ name, shares: ['sentence'], channels: ['speech'] },
    describe: (clips) =>
      `${folds} folds of speakers with about as many clips of each emotion, dealt with the seed ${seed}, speech of ${namesOf(clips)}. ${INDEPENDENT}`,
    testSets: (clips) => {
      checkSpeakers(name, clips);
      const foldOf = dealSpeakers(clips, folds, seed);
      if (foldOf.size < folds) {
        throw new SerError('protocol', `${name} needs ${folds} speakers or more; here ${foldOf.size === 1 ? 'is 1' : `are ${foldOf.size}`}: take loso, or fewer folds, as in k-fold-2.`); // prettier-ignore
      }
      return inFolds(folds, (clip) => foldOf.get(clip.speaker));
    },
  });
}

function random({ name, folds, seed }: Dealt): Protocol {
  return protocol({
    ...{ name, shares: ['speaker', 'sentence'], channels: ['speech'] },
    describe: (clips) =>
      `${folds} folds of clips drawn at random with the seed ${seed}, the same share of each emotion in each, speech of ${namesOf(clips)}. ` +
      'It leaks: speakers, rooms and sentences are on both sides, so that this does not measure unseen speakers, whom models do worse on.',
    testSets: (clips) => {
      const foldOf = dealRecordings(clips, folds, seed);
      return inFolds(folds, (clip) => foldOf.get(clip.recording));
    },
  });
}

const inFolds = (folds: number, foldOf: (clip: Clip) => number | undefined): TestSet[] =>
  Array.from({ length: folds }, (_, i) => ({ name: `fold ${i + 1}`, isTest: (clip) => foldOf(clip) === i }));

const TRAINING = ['train', 'training', 'learn', 'dev', 'development', 'val', 'valid', 'validation'];
const TESTING = ['test', 'testing', 'eval', 'evaluation'];

/** A split that a column of the manifest gives: training and test, or one fold for each of its values. */
function split(name: string, column: string): Protocol {
  const valueOf = ({ more }: Clip): string => (more && Object.hasOwn(more, column) ? more[column] : '');
  const isWord = (words: readonly string[]) => (value: string) => words.includes(value.toLowerCase());
  const valuesOf = (clips: readonly Clip[]): string[] => [...new Set(clips.map(valueOf))].sort();
  const isOneSplit = (values: readonly string[]): boolean =>
    values.some(isWord(TESTING)) && values.every(isWord([...TRAINING, ...TESTING]));
  return protocol({
    ...{ name, shares: ['speaker', 'sentence'], channels: ['speech'] },
    describe: (clips) => {
      const values = valuesOf(clips);
      const how = isOneSplit(values)
        ? `Tested on ${values.filter(isWord(TESTING)).join(' and ')} of the column "${column}", trained on ${values.filter(isWord(TRAINING)).join(' and ')}`
        : `One fold for each value of the column "${column}", trained on the others`;
      return `${how}, speech of ${namesOf(clips)}. Speakers and sentences may be on both sides, as the column has it.`;
    },
    testSets: (clips) => {
      const values = valuesOf(clips);
      const lacking = clips.filter((clip) => valueOf(clip) === '');
      if (lacking.length > 0) {
        const columns = [...new Set(clips.flatMap(({ more }) => Object.keys(more ?? {})))];
        throw new SerError('protocol', `${name} splits by the column "${column}", in which ${lacking.length} of ${clips.length} clips have nothing, such as ${lacking[0].id}; further columns here: ${columns.join(', ') || 'none'}.`); // prettier-ignore
      }
      if (isOneSplit(values)) return [{ name: 'test', isTest: (clip) => isWord(TESTING)(valueOf(clip)) }];
      return values.map((value) => ({ name: value, isTest: (clip) => valueOf(clip) === value }));
    },
  });
}

/** Name of the protocol that learns from everything. */
export const ALL = 'all';
/** Everything is learnt from, speech and song: for use, not for figures. */
const all: Protocol = {
  ...{ name: ALL, shares: ['sentence'], channels: CHANNELS },
  describe: (clips) =>
    `Trained on every clip of ${namesOf(clips)}, for use: no clip is left to test on. How well such a model does on unseen speakers is measured by ` +
    'cross-validation of the same kind of model (loso, k-fold), or on other data.',
  folds: (clips) => [{ name: ALL, train: [...clips], test: [], dropped: [] }],
};

/** Protocols of any corpus whose names say more than one thing. */
export const NAME_PATTERNS =
  'k-fold-FOLDS and random-FOLDS, with -seed-SEED behind, split-COLUMN, cross-corpus-NAME, all';

/** The protocol of such a name. @returns undefined for any other */
export function namedProtocol(name: string): Protocol | undefined {
  if (name === all.name) return all;
  const [, kind, folds, seed] = /^(k-fold|random)(?:-([2-9]|[1-9]\d{1,2}))?(?:-seed-(\d{1,9}))?$/.exec(name) ?? [];
  if (kind) {
    const dealt = { name, folds: Number(folds ?? DEALT.folds), seed: Number(seed ?? DEALT.seed) };
    return kind === 'random' ? random(dealt) : kFold(dealt);
  }
  const [, column] = /^split(?:-([^\\/]+))?$/.exec(name) ?? [];
  return column !== undefined || name === 'split' ? split(name, column ?? 'split') : undefined;
}
