import { describe, expect, test } from 'vitest';
import { ravdess } from '../../../src/data/corpora/ravdess.ts';
import { parseForeignCsv } from '../../../src/eval/systems/foreignPredictions.ts';
import { isLabelsOnly } from '../../../src/eval/systems/predictions.ts';
import { syntheticTable } from '../../train/synthetic.ts';

const tested = syntheticTable(2).clips.filter((clip) => clip.sentence === '1');
const folds = [{ name: 'sentence 1', test: tested }];
const read = (text: string, labels: readonly string[] = ravdess.labels) =>
  parseForeignCsv(text, { protocol: 'statement', labels, folds }, 'theirs.csv');
const table = (header: string, lineOf: (clip: (typeof tested)[number], i: number) => string): string =>
  [header, ...tested.map(lineOf)].join('\n');

describe('predictions of another toolkit', () => {
  test('labels alone: file names are enough, other words for an emotion too; truth and speaker are the corpus’s', () => {
    const words: Record<string, string> = { fearful: 'Fear', surprised: 'surprise', angry: 'ANGER' };
    const text = table(
      'File,Emotion',
      ({ id, emotion }, i) => `clips/${id}.wav,${i === 0 ? 'calm' : (words[emotion] ?? emotion)}`,
    );
    const { rows, model, seed, protocol } = read(text);
    expect({ model, seed, protocol }).toEqual({ model: 'given', seed: null, protocol: 'statement' });
    expect(isLabelsOnly({ rows })).toBe(true);
    expect(rows.map(({ label, predicted }) => label === predicted)).toEqual(tested.map((_, i) => i > 0));
    expect(rows[0]).toMatchObject({
      id: tested[0].id,
      speaker: '01',
      gender: 'male',
      label: 'neutral',
      predicted: 'calm',
    });
    expect(rows[0].probabilities).toEqual(ravdess.labels.map((emotion) => Number(emotion === 'calm')));
  });

  test('probabilities in columns of any order; the most probable emotion is what is predicted', () => {
    const order = ravdess.labels.toReversed();
    const text = table(
      `${order.join()},id`,
      ({ id }) => `${order.map((emotion) => (emotion === 'sad' ? 0.3 : 0.1)).join()},${id}`,
    );
    const { rows } = read(text);
    expect(isLabelsOnly({ rows })).toBe(false);
    expect(new Set(rows.map((row) => row.predicted))).toEqual(new Set(['sad']));
    expect(rows[0].probabilities[ravdess.labels.indexOf('sad')]).toBeCloseTo(0.3, 12);
  });

  test('a column "label" is the prediction where there is no other, and else the truth, which must agree', () => {
    expect(read(table('clip id,label', ({ id }) => `${id},calm`)).rows[0].predicted).toBe('calm');
    const both = table('id,label,predicted', ({ id, emotion }) => `${id},${emotion},calm`);
    expect(read(both).rows[0]).toMatchObject({ label: 'neutral', predicted: 'calm' });
    expect(() => read(both.replace(',neutral,', ',happy,'))).toThrow(
      /row 1 .* has the label "happy"; the clip is neutral/,
    );
  });

  test('"emotion" beside a prediction is the truth too, whichever stands first', () => {
    const text = table('file,emotion,prediction', ({ id, emotion }) => `${id},${emotion},calm`);
    expect(new Set(read(text).rows.map((row) => row.predicted))).toEqual(new Set(['calm']));
    expect(() => read(table('file,emotion,prediction', ({ id, emotion }) => `${id},calm,${emotion}`))).toThrow(
      /row 1 .* has the emotion "calm"; the clip is neutral/,
    );
  });

  test('rounded probabilities are divided by their sum; a tie goes to the label that is said to be predicted', () => {
    const values = { calm: 0.33, sad: 0.33, happy: 0.32 } as Record<string, number>;
    const text = table(
      `id,predicted,${ravdess.labels.join()}`,
      ({ id }) => `${id},sad,${ravdess.labels.map((one) => values[one] ?? 0)}`,
    );
    const [{ probabilities, predicted }] = read(text).rows;
    expect(predicted).toBe('sad');
    expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(probabilities[ravdess.labels.indexOf('happy')]).toBeCloseTo(0.32 / 0.98, 4);
    expect(ravdess.labels[probabilities.indexOf(Math.max(...probabilities))]).toBe('sad');
  });

  test('"label" beside probabilities is the truth or the prediction, whichever it is of every clip', () => {
    const probabilities = ravdess.labels.map((one) => (one === 'calm' ? 0.3 : 0.1)).join();
    const read2 = (lineOf: (clip: (typeof tested)[number], i: number) => string) =>
      read(table(`id,label,${ravdess.labels.join()}`, (clip, i) => `${clip.id},${lineOf(clip, i)},${probabilities}`));
    expect(read2(() => 'calm').rows[0].predicted).toBe('calm');
    expect(read2(({ emotion }) => emotion).rows[0].predicted).toBe('calm');
    expect(() => read2((_, i) => (i === 3 ? 'sad' : 'calm'))).toThrow(
      /row 4 .* predicts sad, but calm is more probable/,
    );
  });

  test('a protocol’s own labels are those that can be predicted', () => {
    const labels = ravdess.labels.filter((emotion) => emotion !== 'calm');
    const rest = tested.filter(({ emotion }) => emotion !== 'calm');
    const text = ['id,predicted', ...rest.map(({ id, emotion }) => `${id},${emotion}`)].join('\n');
    const read = (text: string) => parseForeignCsv(text, { protocol: 'p', labels, folds: [{ name: 'f', test: rest }] }, 'a'); // prettier-ignore
    expect(read(text).rows[0].probabilities).toHaveLength(7);
    expect(() => read(text.replace('neutral', 'calm'))).toThrow(/predicts "calm"/);
  });

  test('a corpus whose ids have folders', () => {
    const test1 = { ...tested[0], id: 'anna/happy_1' };
    const read = parseForeignCsv('id,predicted\nanna/happy_1.wav,happy', { protocol: 'p', labels: ravdess.labels, folds: [{ name: 'f', test: [test1] }] }, 'a'); // prettier-ignore
    expect(read.rows[0]).toMatchObject({ id: 'anna/happy_1', predicted: 'happy' });
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
      /1 of the rows are of no test clip of statement, such as 03-01-01-01-02/,
    ],
    ['a clip is there twice', `${whole}\n${tested[0].id},calm`, /row 17 .* occurs twice/],
    ['an emotion is unknown', whole.replace('calm', 'bored'), /row 1 .* predicts "boredom"; the labels are neutral/],
    ['a column is there twice', whole.replace('id,predicted', 'id,id'), /the column "id" occurs twice/],
    ['no column names a clip', whole.replace('id', 'number'), /there is no column of clips/],
    ['nothing is predicted', table('id,speaker', ({ id }) => `${id},1`), /neither a column of predicted labels/],
    ['some emotions have no probability', table('id,calm,sad', ({ id }) => `${id},1,0`), /those of neutral, happy/],
    [
      'probabilities do not sum to 1',
      table(`id,${ravdess.labels.join()}`, ({ id }) => `${id},1,1,0,0,0,0,0,0`),
      /sum to 2/,
    ],
    [
      'a probability is empty',
      table(`id,${ravdess.labels.join()}`, ({ id }) => `${id},1,,0,0,0,0,0,0`),
      /row 1 .* has "" as the probability of calm/,
    ],
  ])('refused: %s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
