import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { readText } from '../../files/files.ts';
import { count, parseJson } from '../../files/json.ts';
import { type Channel, type Clip, EMOTIONS, genderOf, presentLabels } from '../clip.ts';
import { emodb } from '../corpora/emodb.ts';
import { type FeatureTable, TABLE_PATHS } from '../tables/table.ts';

/** What may stand on both sides of a split. No protocol here shares a clip or a recording. */
export type Shared = 'speaker' | 'sentence' | 'recording';

export interface Fold<T extends Clip = Clip> {
  name: string;
  train: T[];
  test: T[];
  /** Clips in neither: their recording is in the test set under another name. */
  dropped: T[];
}

/** Which clips are learnt from and which are tested on: the word that a figure must never travel without. */
export interface Protocol {
  /** As given to `--protocol`. */
  name: string;
  /** One line for the head of a report: what is tested, and what train and test have in common. */
  description: string;
  shares: readonly Shared[];
  channels: readonly Channel[];
  /** Further channels that are learnt from and not tested: see `trainedWith`. */
  with?: readonly Channel[];
  /** Another corpus, whose clips are tested: their features are in a table of their own. */
  testCorpus?: { name: string; table: string };
  /** The emotions that are tested, if not all: a model's probabilities of the others are left out. */
  labels?: readonly string[];
  /**
   * Splits the given clips, in their order; those of other channels are left out. Every fold has been checked for leaks.
   * @param clips  a corpus, or all of one gender
   * @throws {SerError} `protocol` if clips that the protocol names are not there, or a fold has an empty side
   */
  folds<T extends Clip>(clips: readonly T[]): Fold<T>[];
}

const bySpeaker = 'Speaker-independent: no speaker is on both sides; the two sentences are.';

/** All protocols. Adding one is adding an entry. */
export const PROTOCOLS: readonly Protocol[] = [
  protocol({
    name: 'reference',
    description:
      'Random 80/20 per gender over RAVDESS speech and song, 491 test clips. ' +
      'Speakers and sentences overlap between training and test: this does not measure unseen speakers.',
    shares: ['speaker', 'sentence'],
    channels: ['speech', 'song'],
    testSets: (clips) => [{ name: 'test', isTest: referenceTest(clips) }],
  }),
  protocol({
    name: 'luna-5fold',
    description: `Five folds of actors (Luna-Jiménez et al., 2021), RAVDESS speech. ${bySpeaker}`,
    shares: ['sentence'],
    channels: ['speech'],
    testSets: (clips) => actorFolds('luna-5fold', clips),
  }),
  protocol({
    name: 'emobox-6fold',
    description: `Six folds of actors (EmoBox, Ma et al., 2024), RAVDESS speech. ${bySpeaker}`,
    shares: ['sentence'],
    channels: ['speech'],
    testSets: (clips) => actorFolds('emobox-6fold', clips),
  }),
  protocol({
    name: 'loso',
    description: 'Leave one speaker out, speech. Speaker-independent: no speaker is on both sides; the sentences are.',
    shares: ['sentence'],
    channels: ['speech'],
    testSets: (clips) =>
      [...new Set(clips.map((clip) => clip.speaker))]
        .sort()
        .map((speaker) => ({ name: `speaker ${speaker}`, isTest: (clip: Clip) => clip.speaker === speaker })),
  }),
  protocol({
    name: 'statement',
    description:
      'Trained on one of the two RAVDESS sentences, tested on the other, both ways, speech. ' +
      'Speakers overlap between training and test; the sentence does not.',
    shares: ['speaker'],
    channels: ['speech'],
    testSets: () =>
      ['1', '2'].map((statement) => ({
        name: `sentence ${statement}`,
        isTest: (clip: Clip) => clip.sentence === statement,
      })),
  }),
  protocol({
    name: 'cross-corpus',
    description:
      'Trained on RAVDESS speech, in English, tested on EmoDB, in German, over the six emotions that both have. ' +
      'Nothing is on both sides: no speaker, sentence, language, room or microphone.',
    shares: [],
    channels: ['speech'],
    testCorpus: { name: emodb.name, table: TABLE_PATHS.emodb },
    labels: EMOTIONS.filter((emotion) => emodb.labels.includes(emotion)),
    testSets: () => [{ name: emodb.name, isTest: (clip) => clip.speaker.startsWith(`${emodb.name}-`) }],
  }),
];

/**
 * @throws {SerError} `protocol` for a name that is not known, with those that are
 * @example
 * getProtocol('luna-5fold').shares // → ['sentence']
 */
export function getProtocol(name: string): Protocol {
  const found = PROTOCOLS.find((one) => one.name === name);
  if (found) return found;
  const known = PROTOCOLS.map((one) => one.name).join(', ');
  throw new SerError('protocol', `there is no protocol "${name}"; there are ${known}`);
}

const IN_COMMON: readonly [what: 'clip' | Shared, key: (clip: Clip) => string][] = [
  ['clip', (clip) => clip.id],
  ['recording', (clip) => clip.recording],
  ['speaker', (clip) => clip.speaker],
  ['sentence', (clip) => String(clip.sentence)],
];

/** What training and test clips may not have in common under a protocol, and how to tell. A clip itself is never declared. */
export function undeclared(shares: readonly Shared[]): typeof IN_COMMON {
  return IN_COMMON.filter(([what]) => what === 'clip' || !shares.includes(what));
}

/**
 * Compares the ids that are really there, not what a split says of itself.
 * @param shares  what the protocol declares; a clip itself may never be on both sides
 * @throws {SerError} `protocol` on any overlap that is not declared, with an example
 * @example
 * const { clips } = await readTable(TABLE_PATHS.original);
 * const { folds, shares } = getProtocol('loso');
 * const [fold] = folds(clips);
 * checkLeaks(fold, shares) // → undefined
 */
export function checkLeaks(fold: Pick<Fold, 'name' | 'train' | 'test'>, shares: readonly Shared[]): void {
  for (const [what, key] of undeclared(shares)) {
    const seen = new Set(fold.train.map(key));
    const leaks = fold.test.filter((clip) => seen.has(key(clip)));
    if (leaks.length === 0) continue;
    throw new SerError(
      'protocol',
      `fold "${fold.name}" leaks: ${leaks.length} test clips share a ${what} with the training clips, ` +
        `such as ${what} ${key(leaks[0])} of ${leaks[0].id}, and the protocol does not declare that`,
    );
  }
}

interface TestSet {
  name: string;
  isTest(clip: Clip): boolean;
}

type Definition = Omit<Protocol, 'folds'> & { testSets(clips: readonly Clip[]): TestSet[] };

function protocol({ testSets, ...about }: Definition): Protocol {
  return {
    ...about,
    folds: (all) => {
      const clips = all.filter((clip) => about.channels.includes(clip.channel));
      return testSets(clips).map(({ name, isTest }) => {
        const isTested = ({ emotion }: Clip): boolean => about.labels?.includes(emotion) ?? true;
        const test = clips.filter((clip) => isTest(clip) && isTested(clip));
        const rest = clips.filter((clip) => !isTest(clip));
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

/** The lists live beside the code in the package, whatever folder the command runs in. */
function readSplit<Schema extends v.GenericSchema>(name: string, schema: Schema): v.InferOutput<Schema> {
  const path = fileURLToPath(new URL(`../../../data/splits/${name}.json`, import.meta.url));
  return parseJson(readText(path, 'protocol'), schema, path, 'protocol');
}

const ACTOR_FOLDS = v.object({ testActors: v.array(v.array(count)) });
const TEST_CLIPS = v.object({ test: v.object({ male: v.array(v.string()), female: v.array(v.string()) }) });

/** RAVDESS speech of an actor. */
const CLIPS_OF_ACTOR = 60;

/** @throws {SerError} `protocol` for other clips than RAVDESS speech, of both genders or one: their figures could not be compared with anybody's */
function actorFolds(name: string, clips: readonly Clip[]): TestSet[] {
  const { testActors } = readSplit(name, ACTOR_FOLDS);
  const genders = new Set(clips.map((clip) => clip.gender));
  const actors = testActors.flat().filter((actor) => genders.has(actor % 2 === 1 ? 'male' : 'female'));
  const counts = new Map(actors.map((actor) => [String(actor).padStart(2, '0'), 0]));
  for (const { speaker } of clips) counts.set(speaker, (counts.get(speaker) ?? NaN) + 1);
  const wrong = [...counts].find(([, count]) => count !== CLIPS_OF_ACTOR);
  if (wrong) {
    const [speaker, count] = wrong;
    throw new SerError(
      'protocol',
      `${name} is of all RAVDESS speech, ${CLIPS_OF_ACTOR} clips of each of ${actors.length} actors; here are ` +
        `${Number.isNaN(count) ? `clips of a speaker ${speaker}` : `${count} of actor ${speaker}`}. For other clips take loso.`,
    );
  }
  return testActors.map((actors, i) => {
    const speakers = new Set(actors.map((actor) => String(actor).padStart(2, '0')));
    return { name: `fold ${i + 1}`, isTest: (clip) => speakers.has(clip.speaker) };
  });
}

function referenceTest(clips: readonly Clip[]): (clip: Clip) => boolean {
  const { test } = readSplit('reference-80-20', TEST_CLIPS);
  const given = new Set(clips.map((clip) => clip.id));
  const genders = new Set(clips.map(genderOf)); // one gender alone may be given
  const ids = [...genders].flatMap((gender) => test[gender]);
  const missing = ids.filter((id) => !given.has(id));
  if (missing.length > 0) {
    throw new SerError(
      'protocol',
      `reference needs its ${ids.length} test clips; ${missing.length} are not there, such as ${missing[0]}`,
    );
  }
  const testIds = new Set(ids);
  return (clip) => testIds.has(clip.id);
}

/**
 * The emotions that a protocol tests on: those that it names, else all of the table, as far as any of the clips has them. Chance, macro-F1
 * and rows of reports are of these.
 */
export function testedLabels({ labels }: Protocol, table: Pick<FeatureTable, 'labels' | 'clips'>): string[] {
  return presentLabels(labels ?? table.labels, table.clips);
}
