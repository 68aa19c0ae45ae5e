import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emodb } from '../../../src/data/corpora/emodb.ts';
import { readTable } from '../../../src/data/tables/tableFile.ts';

const corpora = process.env.SER_CORPORA;

describe('EmoDB names', () => {
  test('say speaker, sentence, emotion and version', () => {
    expect(emodb.parseName('03a01Fa.flac')).toEqual({
      id: '03a01Fa',
      corpus: 'emodb',
      channel: 'speech',
      emotion: 'happy',
      sentence: 'a01',
      speaker: 'emodb-03',
      gender: 'male',
      recording: 'emodb/03a01Fa',
    });
    expect(emodb.parseName('16b10Td.wav')).toMatchObject({
      emotion: 'sad',
      sentence: 'b10',
      gender: 'female',
    });
  });

  test.each([
    ['03a01Xa', /X is not an emotion/],
    ['04a01Fa', /there is no speaker 04/],
    ['03a03Fa', /there is no text a03/],
    ['03-01-01-01-01-01-01', /it is not speaker, text, emotion, version/],
  ])('%s is refused', (name, reason) => {
    expect(() => emodb.parseName(name)).toThrow(reason);
  });
});

test('the committed table holds every clip of the seven emotions, by five men and five women', async () => {
  const { clips, names, provenance } = await readTable(emodb.table!.original);
  expect([clips.length, names.length]).toEqual([535, 186]);
  const count = (emotion: string) => clips.filter((clip) => clip.emotion === emotion).length;
  expect(emodb.labels.map((emotion) => [emotion, count(emotion)])).toEqual([
    ['neutral', 79],
    ['happy', 71],
    ['sad', 62],
    ['angry', 127],
    ['fearful', 69],
    ['disgust', 46],
    ['boredom', 81],
  ]);
  const speakers = [...new Map(clips.map(({ speaker, gender }) => [speaker, gender])).values()];
  expect([speakers.length, speakers.filter((gender) => gender === 'male').length]).toEqual([10, 5]);
  expect(provenance).toMatchObject({ corpus: 'emodb', licence: expect.stringContaining('CC0') as string });
});

describe.skipIf(!corpora)('with the audio (SER_CORPORA)', () => {
  test('the clips of the table are those of the folder', async () => {
    const { clips, problems } = await emodb.clips(join(corpora!, 'emodb'));
    const table = await readTable(emodb.table!.original);
    expect(clips.map(({ path: _, ...clip }) => clip)).toEqual(table.clips.map(({ copy: _, ...clip }) => clip));
    expect(problems.filter(({ reason }) => !/not an audio file/.test(reason))).toEqual([]);
  });
});
