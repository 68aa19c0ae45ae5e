import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cremaD } from '../../../src/data/corpora/cremaD.ts';
import { CORPORA } from '../../../src/data/corpora/corpora.ts';
import { readText } from '../../../src/files/files.ts';
import { parseCsv } from '../../../src/files/csv.ts';

const corpora = process.env.SER_CORPORA;

describe('CREMA-D names', () => {
  test('say actor, sentence, emotion and intensity', () => {
    expect(cremaD.parseName('1002_IEO_ANG_HI.wav')).toEqual({
      id: '1002_IEO_ANG_HI',
      corpus: 'crema-d',
      emotion: 'angry',
      speaker: 'crema-d-1002',
      gender: 'female',
      recording: 'crema-d/1002_IEO_ANG_HI',
      sentence: 'IEO',
      channel: 'speech',
    });
    expect(cremaD.groupings!.intensity('1002_IEO_ANG_HI')).toBe('high');
  });

  test('48 actors are men and 43 are women', () => {
    const genders = Array.from({ length: 91 }, (_, i) => cremaD.parseName(`${1001 + i}_TIE_NEU_XX`).gender);
    expect([genders.filter((one) => one === 'male').length, genders.filter((one) => one === 'female').length]).toEqual([
      48, 43,
    ]);
  });

  test.each([
    ['1000_IEO_ANG_HI', /there is no actor 1000/],
    ['1092_IEO_ANG_HI', /there is no actor 1092/],
    ['1001_ABC_ANG_HI', /there is no sentence ABC/],
    ['1001_IEO_SUR_HI', /SUR is no emotion/],
    ['1001_IEO_ANG_YY', /YY is no intensity/],
    ['03a01Fa', /"03a01Fa" is not a CREMA-D file name: it is not actor, sentence, emotion, intensity/],
  ])('%s is refused', (name, reason) => {
    expect(() => cremaD.parseName(name)).toThrow(reason);
  });
});

test('a name is of one corpus alone, and its emotion one of that corpus', () => {
  const names = [
    '03-01-05-02-01-01-12',
    '16b10Td',
    '1091_WSI_DIS_XX',
    'YAF_dog_ps',
    'KL_n30',
    'gio-m3-d2',
    '103-1240-0000',
    '000240323',
  ];
  expect(CORPORA).toHaveLength(names.length);
  CORPORA.forEach((corpus, i) => {
    names.forEach((name, j) => {
      if (i === j) expect(corpus.labels).toContain(corpus.parseName!(name).emotion);
      else expect(() => corpus.parseName!(name), `${corpus.name} ${name}`).toThrow(/is not an? .* file name/);
    });
  });
});

describe.skipIf(!corpora)('with the audio (SER_CORPORA)', () => {
  test('every clip is read from its name as its list has it', async () => {
    const root = join(corpora!, 'crema-d');
    const { clips } = await cremaD.clips(root);
    const [, ...lines] = parseCsv(readText(join(root, 'clips.csv'), 'corpus'));
    const listed = lines.map(([file, speaker, gender, emotion]) => [file.replace('.flac', ''), `crema-d-${speaker}`, gender, emotion]); // prettier-ignore
    expect(clips.map(({ id, speaker, gender, emotion }) => [id, speaker, gender, emotion])).toEqual(listed.sort());
  });
});
