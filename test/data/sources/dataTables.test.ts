import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { readLabelMap } from '../../../src/data/labels/labelMap.ts';
import { dataTables } from '../../../src/data/sources/dataTables.ts';
import { readTable } from '../../../src/data/tables/tableFile.ts';
import { smallClip } from '../smallCorpus.ts';

vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), 'ser-data-'));
const notices: string[] = [];
/** Numbers of clips to analyse and of those that were done before, of each build. */
const builds: string[] = [];
const options = {
  ...{ featureSet: 'librosa186', copies: false, workers: 1 },
  onNotice: (notice: string) => void notices.push(notice),
  onStart: (clips: number, done: number) => void builds.push(`${clips}, ${done} done`),
};
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

beforeAll(() => {
  vi.stubEnv('SER_TABLES', join(folder, 'tables'));
  vi.stubEnv('SER_CORPORA', join(folder, 'corpora'));
  for (const name of ['one', 'two']) {
    mkdirSync(join(folder, name));
    for (const clip of ['a', 'b', 'c']) put(`${name}/${clip}.wav`, smallClip(`${name} ${clip}`));
  }
});
beforeEach(() => {
  notices.length = 0;
  builds.length = 0;
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const manifest = (name: string, ...rows: string[]): string => put(`${name}/manifest.csv`, ['file,speaker,emotion,room', ...rows, ''].join('\n')); // prettier-ignore

test('the table of a manifest is made once, and again only for what has changed', async () => {
  const path = manifest('one', 'a.wav,s1,joy,hall', 'b.wav,s2,anger,');
  const first = await dataTables([path], options);
  expect(first.name).toBe('one');
  expect(builds).toEqual(['2, 0 done']);
  const table = await readTable(first.table);
  expect(table.clips).toMatchObject([
    { id: 'a', corpus: 'one', speaker: 's1', gender: null, emotion: 'happy', more: { room: 'hall' } },
    { id: 'b', speaker: 's2', emotion: 'angry' },
  ]);
  expect(table.labels).toEqual(['happy', 'angry']);

  expect(await dataTables([path], options)).toEqual(first);
  expect(await dataTables([join(folder, 'one')], options)).toEqual(first); // the folder by its manifest
  expect(builds).toHaveLength(1);

  manifest('one', 'a.wav,s1,joy,hall', 'b.wav,s2,sad,', 'c.wav,s2,fear,');
  const second = await dataTables([path], options);
  expect(second.table).not.toBe(first.table);
  expect(builds.at(-1)).toBe('3, 2 done');
  expect((await readTable(second.table)).clips.map(({ emotion }) => emotion)).toEqual(['happy', 'sad', 'fearful']);

  writeFileSync(join(folder, 'one', 'a.wav'), smallClip('another sound of the same length'));
  expect((await dataTables([path], options)).table).not.toBe(second.table);
});

test('augmented copies are made of the data themselves, where they are needed', async () => {
  const path = manifest('two', 'a.wav,s1,joy,', 'b.wav,s2,anger,');
  const plain = await dataTables([path], options);
  expect(plain.augmented).toBeUndefined();
  const { table, augmented } = await dataTables([path], { ...options, copies: true });
  expect(table).toBe(plain.table);
  const copies = await readTable(augmented!);
  expect(copies.clips.map(({ id, copy }) => `${id} ${copy}`)).toEqual(['a 1', 'a 2', 'a 3', 'b 1', 'b 2', 'b 3']);
});

test('several data are joined; clips and speakers of one name are told apart by their corpus', async () => {
  const paths = [
    manifest('one', 'a.wav,s1,joy,', 'c.wav,only one,sad,'),
    manifest('two', 'a.wav,s1,anger,', 'b.wav,s2,sad,'),
  ];
  const { name, table } = await dataTables(paths, options);
  expect(name).toBe('one+two');
  const { clips, labels } = await readTable(table);
  expect(clips.map(({ id, speaker, corpus }) => `${id}, ${speaker}, ${corpus}`)).toEqual([
    ...['one/a, one/s1, one', 'c, only one, one', 'two/a, two/s1, two', 'b, s2, two'],
  ]);
  expect(labels).toEqual(['happy', 'sad', 'angry']);
  await expect(dataTables([paths[0], paths[0]], options)).rejects.toThrow(/Two of the data are called one/);
});

test('a known corpus needs no audio where its table is in this package; --map gives it other labels', async () => {
  const { table } = await dataTables(['emodb'], options);
  expect((await readTable(table)).clips).toHaveLength(535);
  const mapped = await dataTables(['emodb'], { ...options, map: readLabelMap(['boredom=', 'happy=joyful']) });
  const { clips, labels } = await readTable(mapped.table);
  expect(clips).toHaveLength(535 - 81);
  expect(labels).toEqual(['neutral', 'sad', 'angry', 'fearful', 'disgust', 'joyful']);
  await expect(dataTables(['tess'], options)).rejects.toThrow(/tess cannot be read.*give its folder/);
});

test('what is not there is left out and said; nothing at all, and a name of nothing, are refused', async () => {
  put('one/empty.wav', '');
  const path = manifest('one', 'a.wav,s1,joy,', 'b.wav,s2,anger,', 'empty.wav,s2,anger,', 'gone.wav,s2,anger,');
  const { table } = await dataTables([path], { ...options, onScan: (_, { problems }) => void notices.push(...problems.map(({ kind, reason }) => `${kind}: ${reason}`)) }); // prettier-ignore
  expect((await readTable(table)).clips.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(notices).toEqual(['empty: it is empty', 'missing: there is no such file']);
  const gone = put('gone.csv', 'file,emotion\nx.wav,joy\n');
  await expect(dataTables([gone], options)).rejects.toThrow(/Of 1 clip in .*gone\.csv none is there: .*x\.wav: there is no such file/); // prettier-ignore
  await expect(dataTables(['no-such'], options)).rejects.toThrow(
    /neither a folder nor a corpus no-such: name a manifest/,
  );
});

test('a folder without a manifest is read by its names, which is said', async () => {
  mkdirSync(join(folder, 'calls'));
  for (const clip of ['s1_joy_1', 's1_sad_1', 's2_joy_1', 's2_sad_1']) put(`calls/${clip}.wav`, smallClip(clip));
  const { table } = await dataTables([join(folder, 'calls')], options);
  expect((await readTable(table)).clips.map(({ speaker, emotion }) => `${speaker} ${emotion}`)).toEqual([
    ...['s1 happy', 's1 sad', 's2 happy', 's2 sad'],
  ]);
  expect(notices[0]).toMatch(/are guessed from their names: `ser data init /);
});
