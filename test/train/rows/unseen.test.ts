import { expect, test } from 'vitest';
import { getProtocol } from '../../../src/data/protocols/protocols.ts';
import type { TableRow } from '../../../src/data/tables/table.ts';
import { createRandom } from '../../../src/random.ts';
import { getClassifier } from '../../../src/train/classifiers/classifiers.ts';
import { trainFold } from '../../../src/train/trainFold.ts';
import { acceptingNear, cutSpeakers } from '../../../src/train/rows/unseen.ts';
import { syntheticTable } from '../synthetic.ts';

/** The synthetic corpus under another name. */
const named = (corpus: string, speakers: number, copies?: number[]) => {
  const table = syntheticTable(speakers, copies);
  return {
    ...table,
    clips: table.clips.map((clip): TableRow => ({
      ...clip,
      corpus,
      id: `${corpus}-${clip.id}`,
      recording: `${corpus}-${clip.id}`,
      speaker: `${corpus}-${clip.speaker}`,
      sentence: '2',
    })),
  };
};
const speakersOf = (clips: readonly TableRow[]) => [...new Set(clips.map(({ speaker }) => speaker))].sort();
const men = ({ gender }: TableRow): boolean => gender === 'male';

test('of each further corpus a share of the own speakers is held out, with all copies', () => {
  const tables = [named('one', 16), named('one', 16, [1, 2]), named('two', 8)];
  const { train, validation } = cutSpeakers(tables, { fraction: 0.25, random: createRandom('cut'), isOwn: men });
  const [recordings, copies, second] = validation.map(({ clips }) => speakersOf(clips));
  expect(recordings).toHaveLength(2);
  expect(copies).toEqual(recordings);
  expect(second).toHaveLength(1);
  expect(validation.flatMap(({ clips }) => clips).every(men)).toBe(true);
  expect(train.map(({ clips }) => clips.length + validation[train.findIndex((one) => one.clips === clips)].clips.length)).toEqual(tables.map(({ clips }) => clips.length)); // prettier-ignore
  expect(speakersOf(train[0].clips).filter((speaker) => recordings.includes(speaker))).toEqual([]);
});

test('a corpus of one speaker a gender is left whole', () => {
  const tables = [named('one', 2)];
  const { train, validation } = cutSpeakers(tables, { fraction: 0.5, random: createRandom('cut'), isOwn: () => true });
  expect([train, validation]).toEqual([tables, []]);
});

test('an answer that the corpus has no word for counts as right if its label is near', () => {
  const answer = (label: string, predicted: string) =>
    ({ id: '', speaker: '', gender: null, label, predicted, probabilities: [1, 0] }); // prettier-ignore
  const rows = [answer('neutral', 'calm'), answer('neutral', 'angry'), answer('neutral', 'calm')];
  const [all, plain] = [named('all', 2).clips, named('plain', 2).clips];
  const clips = [plain[0], plain[1], all[0]];
  const taught = [...all, ...plain.filter(({ emotion }) => emotion !== 'calm')];
  const accepted = acceptingNear({ protocol: 'x', labels: ['neutral', 'calm'], rows }, clips, taught);
  expect(accepted.rows.map(({ label }) => label)).toEqual(['calm', 'neutral', 'neutral']);
});

test('a training measures its doubt on recordings, copies and further speakers that it had not learnt from', async () => {
  const protocol = getProtocol('statement');
  const table = syntheticTable();
  const [fold] = protocol.folds(table.clips);
  const also = [{ table: named('one', 16), weight: 1 }];
  const task = { table, augmented: syntheticTable(10, [1]), protocol, fold, also, classifier: getClassifier('svm') };
  const train = (more: object) => trainFold(task, { validationBy: 'speaker', refit: false, ...more });
  const [plain, wide] = [await train({}), await train({ validationAlso: true })];
  const clips = plain.validation.rows.length;
  expect(plain.unseen.rows).toHaveLength(2 * clips);
  expect(wide.unseen.rows).toHaveLength(2 * clips + 4 * 16);
  expect(wide.data.rows).toBe(plain.data.rows - 4 * 16);
  expect(wide.unseen).toMatchObject({ by: 'speaker', distances: { length: wide.unseen.rows.length } });
  expect(wide.options).toMatchObject({ validationBy: 'speaker', validationAlso: true });
  expect(plain.options).not.toHaveProperty('validationAlso');
});
