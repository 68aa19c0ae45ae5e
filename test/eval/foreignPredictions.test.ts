import { describe, expect, test } from 'vitest';
import { EMOTIONS } from '../../src/data/clip.ts';
import { parseForeignCsv } from '../../src/eval/foreignPredictions.ts';
import { syntheticTable } from '../train/synthetic.ts';

const tested = syntheticTable(2).clips.filter((clip) => clip.statement === 1);
const read = (text: string) => parseForeignCsv(text, tested, 'statement', 'theirs.csv');
const table = (header: string, lineOf: (clip: (typeof tested)[number], i: number) => string): string =>
  [header, ...tested.map(lineOf)].join('\n');

describe('predictions of another toolkit', () => {
  test('labels alone: file names are enough, other words for an emotion too; truth and speaker are the corpus’s', () => {
    const words: Record<string, string> = { fearful: 'Fear', surprised: 'surprise', angry: 'ANGER' };
    const text = table(
      'File,Emotion',
      ({ id, emotion }, i) => `clips/${id}.wav,${i === 0 ? 'calm' : (words[emotion] ?? emotion)}`,
    );
    const { rows, labelsOnly, protocol } = read(text);
    expect({ labelsOnly, protocol }).toEqual({ labelsOnly: true, protocol: 'statement' });
    expect(rows.map(({ label, predicted }) => label === predicted)).toEqual(tested.map((_, i) => i > 0));
    expect(rows[0]).toMatchObject({
      id: tested[0].id,
      speaker: '01',
      gender: 'male',
      label: 'neutral',
      predicted: 'calm',
    });
    expect(rows[0].probabilities).toEqual(EMOTIONS.map((emotion) => Number(emotion === 'calm')));
  });

  test('probabilities in columns of any order; the most probable emotion is what is predicted', () => {
    const order = EMOTIONS.toReversed();
    const text = table(
      `${order.join()},id`,
      ({ id }) => `${order.map((emotion) => (emotion === 'sad' ? 0.3 : 0.1)).join()},${id}`,
    );
    const { rows, labelsOnly } = read(text);
    expect(labelsOnly).toBe(false);
    expect(new Set(rows.map((row) => row.predicted))).toEqual(new Set(['sad']));
    expect(rows[0].probabilities[EMOTIONS.indexOf('sad')]).toBe(0.3);
  });

  test('a column "label" is the prediction where there is no other, and else the truth, which must agree', () => {
    expect(read(table('id,label', ({ id }) => `${id},calm`)).rows[0].predicted).toBe('calm');
    const both = table('id,label,predicted', ({ id, emotion }) => `${id},${emotion},calm`);
    expect(read(both).rows[0]).toMatchObject({ label: 'neutral', predicted: 'calm' });
    expect(() => read(both.replace(',neutral,', ',happy,'))).toThrow(
      /row 1 .* has the label "happy"; the clip is neutral/,
    );
  });

  const whole = table('id,predicted', ({ id }) => `${id},calm`);
  test.each([
    [
      'a clip is missing',
      whole.split('\n').slice(0, -1).join('\n'),
      /1 of the 16 test clips of statement have no prediction, such as 03-01-08/,
    ],
    [
      'a clip is no test clip',
      `${whole}\n03-01-01-01-02-01-01,calm`,
      /1 clips are no test clips of statement, such as 03-01-01-01-02/,
    ],
    ['a clip is there twice', `${whole}\n${tested[0].id},calm`, /row 17 .* stands there twice/],
    ['an emotion is unknown', whole.replace('calm', 'bored'), /row 1 .* predicts "bored"; the labels are neutral/],
    ['no column names a clip', whole.replace('id', 'number'), /there is no column of clips/],
    ['nothing is predicted', table('id,speaker', ({ id }) => `${id},1`), /neither a column of predicted labels/],
    ['some emotions have no probability', table('id,calm,sad', ({ id }) => `${id},1,0`), /those of neutral, happy/],
    ['probabilities do not sum to 1', table(`id,${EMOTIONS.join()}`, ({ id }) => `${id},1,1,0,0,0,0,0,0`), /sum to 2/],
    [
      'a probability is empty',
      table(`id,${EMOTIONS.join()}`, ({ id }) => `${id},1,,0,0,0,0,0,0`),
      /row 1 .* has "" as the probability of calm/,
    ],
  ])('refused: %s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
