import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { readText } from '../../files/files.ts';
import { count, parseJson } from '../../files/json.ts';
import { type Clip, genderOf } from '../clip.ts';
import { type Protocol, protocol, type TestSet } from '../protocols/protocol.ts';

const corpus = 'ravdess';
const bySpeaker = 'Speaker-independent: no speaker is on both sides; the two sentences are.';

/** The protocols that split RAVDESS as others did, or by its sentences. */
export const ravdessProtocols: readonly Protocol[] = [
  protocol({
    ...{ name: 'reference', corpus, shares: ['speaker', 'sentence'], channels: ['speech', 'song'] },
    describe: () =>
      'Random 80/20 per gender over RAVDESS speech and song, 491 test clips. ' +
      'Speakers and sentences overlap between training and test: this does not measure unseen speakers.',
    testSets: (clips) => [{ name: 'test', isTest: referenceTest(clips) }],
  }),
  protocol({
    ...{ name: 'luna-5fold', corpus, shares: ['sentence'], channels: ['speech'] },
    describe: () => `Five folds of actors (Luna-Jiménez et al., 2021), RAVDESS speech. ${bySpeaker}`,
    testSets: (clips) => actorFolds('luna-5fold', clips),
  }),
  protocol({
    ...{ name: 'emobox-6fold', corpus, shares: ['sentence'], channels: ['speech'] },
    describe: () => `Six folds of actors (EmoBox, Ma et al., 2024), RAVDESS speech. ${bySpeaker}`,
    testSets: (clips) => actorFolds('emobox-6fold', clips),
  }),
  protocol({
    ...{ name: 'statement', corpus, shares: ['speaker'], channels: ['speech'] },
    describe: () =>
      'Trained on one of the two RAVDESS sentences, tested on the other, both ways, speech. ' +
      'Speakers overlap between training and test; the sentence does not.',
    testSets: () =>
      ['1', '2'].map((sentence) => ({ name: `sentence ${sentence}`, isTest: (clip) => clip.sentence === sentence })),
  }),
];

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
