import { describe, expect, test } from 'vitest';
import type { Clip } from '../../../src/data/clip.ts';
import { checkLeaks } from '../../../src/data/protocols/protocol.ts';
import { getProtocol, PROTOCOLS, testedLabels } from '../../../src/data/protocols/protocols.ts';
import { cremaD } from '../../../src/data/corpora/cremaD.ts';
import { emodb } from '../../../src/data/corpora/emodb.ts';
import { ravdess, ravdessIds } from '../../../src/data/corpora/ravdess.ts';
import { SerError } from '../../../src/error.ts';
import { createRandom } from '../../../src/random.ts';

const corpus = ravdessIds().map(ravdess.parseName);
const speech = corpus.filter((clip) => clip.channel === 'speech');
const ids = (clips: Clip[]): string[] => clips.map((clip) => clip.id);
const speakers = (clips: Clip[]): string[] => [...new Set(clips.map((clip) => clip.speaker))].sort();

describe('reference', () => {
  const [fold] = getProtocol('reference').folds(corpus);

  test('250 male and 241 female test clips; the twin of a test clip is dropped from training', () => {
    expect(fold.test.filter((clip) => clip.gender === 'male')).toHaveLength(250);
    expect(fold.test.filter((clip) => clip.gender === 'female')).toHaveLength(241);
    expect(ids(fold.test)).toContain('03-01-03-01-02-01-07');
    expect(ids(fold.dropped)).toEqual(['03-01-03-01-02-02-07']);
    expect(fold.train).toHaveLength(2452 - 491 - 1);
  });

  test('one gender alone gives its part of the same split', () => {
    const [male] = getProtocol('reference').folds(corpus.filter((clip) => clip.gender === 'male'));
    expect(ids(male.test)).toEqual(ids(fold.test.filter((clip) => clip.gender === 'male')));
    expect(ids(male.train)).toEqual(ids(fold.train.filter((clip) => clip.gender === 'male')));
  });

  test('it says that speakers overlap', () => {
    expect(getProtocol('reference').shares).toContain('speaker');
    expect(getProtocol('reference').describe(corpus)).toMatch(/Speakers and sentences overlap/);
    expect(speakers(fold.test)).toEqual(speakers(fold.train));
  });

  test('a test clip that is not there is an error, not a smaller test set', () => {
    const less = corpus.filter((clip) => clip.id !== '03-01-01-01-01-01-03');
    expect(() => getProtocol('reference').folds(less)).toThrow(
      /491 test clips; 1 are not there, such as 03-01-01-01-01-01-03/,
    );
  });
});

describe.each([
  ['luna-5fold', 5, ['02', '05', '14', '15', '16']],
  ['emobox-6fold', 6, ['01', '11', '20', '21']],
  ['loso', 24, ['01']],
])('%s', (name, count, first) => {
  const folds = getProtocol(name).folds(corpus);

  test(`${count} folds of unseen speakers; every spoken clip is tested once`, () => {
    expect(folds).toHaveLength(count);
    expect(speakers(folds[0].test)).toEqual(first);
    for (const fold of folds) {
      expect(fold.train.length + fold.test.length).toBe(1440);
      expect(speakers(fold.train).filter((speaker) => speakers(fold.test).includes(speaker))).toEqual([]);
      expect(fold.dropped).toEqual([]);
    }
    expect(folds.flatMap((fold) => ids(fold.test)).sort()).toEqual(ids(speech));
  });
});

test('statement: each sentence is tested with models that were not trained on it', () => {
  const folds = getProtocol('statement').folds(corpus);
  expect(folds.map((fold) => [fold.test.length, fold.train.length])).toEqual([
    [720, 720],
    [720, 720],
  ]);
  for (const { train, test: tested } of folds) {
    expect(new Set(train.map((clip) => clip.sentence)).size).toBe(1);
    expect(train[0].sentence).not.toBe(tested[0].sentence);
  }
});

test('cross-corpus: RAVDESS speech is learnt from, another corpus tested, over the emotions that both have', () => {
  const german = ['03a01Fa', '03a01Na', '08b10Wc', '09a01Ta', '10a01Aa', '11a01Ea'].map(emodb.parseName);
  const bored = emodb.parseName('03a01Lc');
  const clips = [...corpus, ...german, bored];
  const protocol = getProtocol('cross-corpus');
  const { folds } = protocol;
  const [fold, ...others] = folds(clips);
  expect(others).toEqual([]);
  expect(ids(fold.train)).toEqual(ids(speech));
  expect(fold.test).toEqual(german);
  const labels = [...new Set([...ravdess.labels, ...emodb.labels])];
  expect(testedLabels(protocol, { labels, clips: clips.map((clip) => ({ ...clip, copy: 0 })) })).toEqual(
    ['neutral', 'happy', 'sad', 'angry', 'fearful', 'disgust'], // prettier-ignore
  );
  expect(protocol.describe(clips)).toBe(
    'Trained on RAVDESS speech, in English, tested on EmoDB, in German, over the 6 emotions that both have. ' +
      'Nothing is on both sides: no speaker, sentence, language, room or microphone.',
  );
  const own = corpus.map((clip) => ({ ...clip, corpus: 'mine' }));
  expect(protocol.describe([...own, ...german])).toMatch(
    /^Trained on mine speech, tested on EmoDB, in German, over the 6 /,
  );
  expect(() => folds(corpus)).toThrow(/has no test clips/);
});

test('any corpus with several emotions can be the one that is tested', () => {
  const american = ['1001_IEO_ANG_HI', '1002_TIE_NEU_XX'].map(cremaD.parseName);
  const [fold] = getProtocol('cross-corpus-crema-d').folds([...corpus, ...american]);
  expect(ids(fold.test)).toEqual(ids(american));
  expect(ids(fold.train)).toEqual(ids(speech));
  const [other] = getProtocol('cross-corpus-ravdess').folds([...corpus, ...american]);
  expect(ids(other.train)).toEqual(ids(american));
  expect(PROTOCOLS.map(({ name }) => name)).not.toContain('cross-corpus-librispeech');
});

test('every protocol: no clip twice, the order of the input kept, extra fields kept', () => {
  const german = ['03a01Fa', '08b10Wc'].map(emodb.parseName);
  const american = ['1001_IEO_ANG_HI', '1002_TIE_NEU_XX'].map(cremaD.parseName);
  const marked = createRandom(3)
    .shuffle([...corpus, ...german, ...american])
    .map((clip, row) => ({ ...clip, row }));
  const corpora = marked.map((clip) => clip.corpus);
  for (const protocol of PROTOCOLS) {
    if (protocol.testCorpus && !corpora.includes(protocol.testCorpus.name)) continue;
    const known = protocol.testCorpus ? marked : marked.filter((clip) => clip.corpus === ravdess.name);
    for (const fold of protocol.folds(known)) {
      const all = [...fold.train, ...fold.test, ...fold.dropped];
      expect(new Set(ids(all)).size).toBe(all.length);
      for (const part of [fold.train, fold.test]) {
        expect(part.map((clip) => clip.row)).toEqual(part.map((clip) => clip.row).sort((a, b) => a - b));
      }
    }
  }
});

test('a protocol that is not known, or has nothing to test on', () => {
  expect(() => getProtocol('luck')).toThrow(/no protocol "luck"; there are reference, luna-5fold/);
  const one = speech.filter((clip) => clip.speaker === '02');
  expect(() => getProtocol('loso').folds(one)).toThrow(/fold "speaker 02" of loso has no training clips/);
});

test('a protocol of one corpus refuses the clips of another', () => {
  const german = emodb.parseName('03a01Fa');
  for (const { name, corpus: of, folds } of PROTOCOLS) {
    if (of) expect(() => folds([...corpus, german]), name).toThrow(`${name} is a protocol of ravdess, and 03a01Fa a clip of emodb. For other clips take loso.`); // prettier-ignore
  }
  expect(PROTOCOLS.filter((one) => one.corpus === 'ravdess')).toHaveLength(4);
});

test('leave one speaker out takes the speakers of any corpus, and says which', () => {
  const clips = ['03a01Fa', '03a01Na', '08b10Wc'].map(emodb.parseName);
  const { folds, describe: descriptionOf } = getProtocol('loso');
  expect(folds(clips).map(({ name }) => name)).toEqual(['speaker emodb-03', 'speaker emodb-08']);
  expect(descriptionOf(clips)).toMatch(/^Leave one speaker out, speech of EmoDB, in German\. Speaker-independent/);
});

test('a published protocol takes the published clips alone, of both genders or one', () => {
  const { folds } = getProtocol('luna-5fold');
  expect(folds(speech.filter((clip) => clip.gender === 'female'))).toHaveLength(5);
  expect(() => folds(speech.slice(1))).toThrow(
    /all RAVDESS speech, 60 clips of each of 24 actors; here are 59 of actor/,
  );
  const stranger = { ...speech[0], id: 'x', speaker: 'anna' };
  expect(() => folds([...speech, stranger])).toThrow(/here are clips of a speaker anna. For other clips take loso/);
  expect(() => getProtocol('emobox-6fold').folds(speech.filter(({ speaker }) => speaker !== '07'))).toThrow(
    /0 of actor 07/,
  );
});

describe('the leak check', () => {
  const clip = (id: string): Clip => ravdess.parseName(id);
  const base = clip('03-01-05-01-01-01-03');
  const fold = (test: Clip) => ({ name: 'f', train: [base], test: [test] });

  test('a clip on both sides is an error, whatever is declared', () => {
    expect(() => checkLeaks(fold(base), ['speaker', 'sentence', 'recording'])).toThrow(/share a clip/);
  });

  test('a speaker on both sides must be declared', () => {
    const same = fold(clip('03-01-05-01-02-01-03'));
    expect(() => checkLeaks(same, [])).toThrow(/share a speaker .* speaker 03 of 03-01-05-01-02-01-03/);
    expect(() => checkLeaks(same, ['speaker'])).not.toThrow();
  });

  test('a sentence on both sides must be declared', () => {
    const same = fold(clip('03-01-05-01-01-01-04'));
    expect(() => checkLeaks(same, [])).toThrow(/share a sentence/);
    expect(() => checkLeaks(same, ['sentence'])).not.toThrow();
  });

  test('twins are one recording', () => {
    const twins = { name: 'f', train: [clip('03-01-03-01-02-02-07')], test: [clip('03-01-03-01-02-01-07')] };
    expect(() => checkLeaks(twins, ['speaker', 'sentence'])).toThrow(/share a recording/);
    try {
      checkLeaks(twins, []);
    } catch (error) {
      expect((error as SerError).code).toBe('protocol');
    }
  });
});
