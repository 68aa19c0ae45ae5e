import { describe, expect, test } from 'vitest';
import { doubtsOf, guessLabels, withListed } from '../../../src/data/sources/guess.ts';

/** Speaker, gender and emotion of each file, with blanks between them; `-` for what is not known. */
const guessed = (...files: string[]): string[] =>
  guessLabels(files.map((file) => `in/${file}`), 'in').rows.map(({ speaker, gender, emotion }) => [speaker, gender, emotion].map((one) => one || '-').join(' ')); // prettier-ignore

describe('labels are guessed', () => {
  test('from the names of a corpus that is known, if most files have such', () => {
    const files = ['03a01Fa.wav', 'x/08b02Wc.wav', 'holiday.wav'];
    expect(guessed(...files)).toEqual(['emodb-03 male happy', 'emodb-08 female angry', '- - -']);
    expect(guessLabels(files, '.').from).toEqual({
      ...{ speaker: 'the names of EmoDB', gender: 'the names of EmoDB', emotion: 'the names of EmoDB' },
    });
  });

  test('from words in names, and speakers from one place of all names', () => {
    expect(guessed('s1_angry_0.wav', 's1_joy_1.wav', 's2_Wut_0.wav', 's2_fear_1.wav')).toEqual([
      ...['s1 - angry', 's1 - happy', 's2 - angry', 's2 - fearful'],
    ]);
  });

  test('from folders of emotions, of speakers and of genders, in any order', () => {
    const files = ['female/anna/Anger/1.wav', 'female/anna/sad/2.wav', 'male/bob/Anger/1.wav', 'male/bob/sad/1.wav'];
    expect(guessed(...files)).toEqual(['anna female angry', 'anna female sad', 'bob male angry', 'bob male sad']);
    expect(guessed('happy/anna/1.wav', 'happy/bob/1.wav', 'sad/anna/2.wav', 'sad/bob/2.wav')).toEqual([
      ...['anna - happy', 'bob - happy', 'anna - sad', 'bob - sad'],
    ]);
  });

  test('from abbreviations at one place of all names, with numbers behind, and from letters', () => {
    const files = ['Ses01F_HAP2_F.wav', 'Ses01M_ANG1_M.wav', 'Ses02F_NEU1_F.wav', 'Ses02M_ANG3_M.wav'];
    expect(guessed(...files).map((row) => row.split(' ').slice(1).join(' '))).toEqual([
      ...['female happy', 'male angry', 'female neutral', 'male angry'],
    ]);
    expect(guessed('f1-ang.wav', 'f1-hap.wav', 'm2-ang.wav', 'm2-hap.wav')).toEqual([
      ...['f1 female angry', 'f1 female happy', 'm2 male angry', 'm2 male happy'],
    ]);
  });

  test('not where names say nothing: folders by date, train and test, takes are no speakers', () => {
    expect(guessed('train/1.wav', 'train/2.wav', 'test/3.wav', 'test/4.wav')).toEqual(['- - -', '- - -', '- - -', '- - -']); // prettier-ignore
    expect(
      guessed('2024-01-01/angry_1.wav', '2024-01-01/sad_2.wav', '2024-01-02/angry_3.wav', '2024-01-02/sad_4.wav'),
    ).toEqual([...['- - angry', '- - sad', '- - angry', '- - sad']]);
  });
});

test('what a list says goes before the names, and its further columns are kept', () => {
  const { rows } = guessLabels(['in/s1_sad.wav', 'in/s1_angry.wav', 'in/s2_sad.wav', 'in/s2_angry.wav'], 'in');
  const own = { gender: 'female', probability: 0.9, review: '', more: { age: '31' } } as const;
  const [first, second] = withListed(rows, [{ file: './in/s1_sad.wav', speaker: 'Anna', emotion: '', ...own }]);
  expect(first).toEqual({ file: './in/s1_sad.wav', speaker: 'Anna', emotion: 'sad', ...own });
  expect(second).toEqual(rows[1]);
});

test('doubts name what is missing, and what is odd', () => {
  const row = (speaker: string, gender: 'male' | 'female' | '', emotion: string, i: number) => {
    return { file: `${i}.wav`, speaker, gender, emotion, probability: null, review: '' };
  };
  const rows = [row('a', 'male', 'sad', 1), row('a', 'female', 'sad', 2), row('b', '', 'sad', 3), row('', '', '', 4)];
  expect(doubtsOf(rows)).toEqual([
    '1 clip without an emotion, such as 4.wav: they are left out',
    '1 clip without a speaker, such as 4.wav: protocols that test unseen speakers need one',
    '2 clips without a gender, such as 3.wav: models of one gender need one: --fill-genders asks the gender model',
    'speakers with both genders: a',
    'speakers with one clip only: 1 speaker, such as b',
    'emotions with fewer than 5 clips: sad',
    'all clips have the emotion sad: a model needs two or more',
  ]);
});
