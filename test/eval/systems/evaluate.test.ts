import { expect, test } from 'vitest';
import type { Clip } from '../../../src/data/clip.ts';
import { bootstrapBySpeaker } from '../../../src/eval/statistics/bootstrap.ts';
import { evaluate } from '../../../src/eval/systems/scores.ts';
import { accuracy } from '../../../src/eval/metrics/accuracy.ts';
import { ravdess } from '../../../src/data/corpora/ravdess.ts';
import { uar } from '../../../src/eval/metrics/uar.ts';
import { countOverlap, describeOverlap, overlapPhrase } from '../../../src/eval/statistics/overlap.ts';
import { countSpeakers, type Prediction, type Predictions } from '../../../src/eval/systems/predictions.ts';

const labels = ['calm', 'happy', 'sad'];
/** `speaker truth predicted` of each clip, p = .6 for the predicted label and .2 for the others. */
function predictions(...clips: string[]): Predictions {
  const rows = clips.map((clip, i): Prediction => {
    const [speaker, label, predicted] = clip.split(' ');
    const gender = Number(speaker) % 2 === 1 ? 'male' : 'female';
    const probabilities = labels.map((name) => (name === predicted ? 0.6 : 0.2));
    return { id: `clip ${i}`, speaker, gender, label, predicted, probabilities };
  });
  return { protocol: 'reference', labels, rows };
}

const small = predictions('1 calm calm', '1 calm happy', '1 happy happy', '3 happy happy', '2 calm calm', '2 sad calm');

test('a whole small evaluation, by hand', () => {
  const { protocol, parts, gap, ...rest } = evaluate(small);
  const { male, female, combined } = parts;
  expect(protocol).toBe('reference');
  expect(male).toMatchObject({ n: 4, correct: 3, speakers: 2 });
  expect(male!.figures).toMatchObject({ accuracy: { mean: 3 / 4, values: [3 / 4], sd: null }, uar: { mean: 3 / 4 } });
  expect(male!.confusion).toEqual([[1, 1, 0], [0, 2, 0], [0, 0, 0]]); // prettier-ignore
  // F1: calm 2·1/(1+2), happy 2·2/(3+2), sad 0/0 → 0
  expect(male!.figures.macroF1.mean).toBeCloseTo((2 / 3 + 4 / 5 + 0) / 3, 15);
  expect(male!.figures.logLoss.mean).toBeCloseTo(-(3 * Math.log(0.6) + Math.log(0.2)) / 4, 14);
  expect(male!.figures.brier.mean).toBeCloseTo(
    (3 * (0.4 ** 2 + 2 * 0.2 ** 2) + (0.8 ** 2 + 0.6 ** 2 + 0.2 ** 2)) / 4,
    14,
  );
  expect(male!.figures.ece.mean).toBeCloseTo(3 / 4 - 0.6, 14);
  const once = (mean: number) => ({ mean, sd: null });
  expect(male!.classes[1]).toEqual({
    label: 'happy',
    clips: 2,
    precision: once(2 / 3),
    recall: once(1),
    f1: once(4 / 5),
  });
  expect(male!.averages.macro.recall).toBeCloseTo((1 / 2 + 1 + 0) / 3, 15);
  expect(male!.averages.weighted.recall).toBeCloseTo(3 / 4, 15);
  expect(male!.confidence).toBeCloseTo(0.6, 15);

  expect(female).toMatchObject({ n: 2, correct: 1, speakers: 1 });
  // One speaker: the intervals are undefined.
  expect(female!.figures).toMatchObject({
    accuracy: { mean: 1 / 2, interval: null },
    uar: { mean: 1 / 2, interval: null },
  });

  expect(combined).toMatchObject({ n: 6, correct: 4, speakers: 3, figures: { accuracy: { mean: 4 / 6 } } });
  expect(combined!.figures.uar.mean).toBeCloseTo((2 / 3 + 1 + 0) / 3, 15);
  expect(combined!.confusion).toEqual([[2, 1, 0], [0, 2, 0], [1, 0, 0]]); // prettier-ignore
  const interval = { resamples: 2000, seed: 1, level: 0.95, over: 'speakers' };
  expect(rest).toEqual({ labels, interval });
  expect(gap!.uar).toEqual({ value: 1 / 2 - 3 / 4, interval: null });
});

test('parts: the genders that there are clips of, then all clips, unless they are of one gender', () => {
  const partsOf = (...given: Parameters<typeof predictions>) => Object.keys(evaluate(predictions(...given)).parts);
  expect(partsOf('1 calm calm', '2 calm calm')).toEqual(['male', 'female', 'combined']);
  expect(partsOf('2 calm calm', '4 sad sad')).toEqual(['female']);
  const one = evaluate(predictions('2 calm calm', '4 sad sad'));
  expect(one.gap).toBeNull();
  expect(one.parts.female!.figures).toMatchObject({ accuracy: { mean: 1, interval: { low: 1, high: 1 } }, uar: { mean: 1 } }); // prettier-ignore
});

test('clips without a gender count among all clips, and in no part of their own', () => {
  const [first, ...others] = small.rows;
  const { parts, gap } = evaluate({ ...small, rows: [{ ...first, gender: null }, ...others] });
  expect(Object.entries(parts).map(([part, { n }]) => [part, n])).toEqual([['male', 3], ['female', 2], ['combined', 6]]); // prettier-ignore
  expect(gap).not.toBeNull();
  const nobody = evaluate({ ...small, rows: small.rows.map((row) => ({ ...row, gender: null })) });
  expect(Object.keys(nobody.parts)).toEqual(['combined']);
  expect(nobody.parts.combined).toEqual(evaluate(small).parts.combined);
  expect(nobody.gap).toBeNull();
});

test('of 4, 5, 6 or 8 labels the figures are of those labels', () => {
  for (const n of [4, 5, 6, 8]) {
    const names = Array.from({ length: n }, (_, i) => `label ${i}`);
    const probabilities = (i: number) => names.map((_, k) => (k === i ? 1 : 0));
    // Two clips a label: one right, one taken for the next.
    const rows = names.flatMap((label, i) => [i, (i + 1) % n].map((said, copy): Prediction => ({ id: `${i}-${copy}`, speaker: String(copy), gender: null, label, predicted: names[said], probabilities: probabilities(said) }))); // prettier-ignore
    const { figures, confusion, classes } = evaluate({ protocol: 'p', labels: names, rows }).parts.combined!;
    expect(confusion).toHaveLength(n);
    expect(classes.map(({ label }) => label)).toEqual(names);
    for (const name of ['uar', 'accuracy', 'macroF1']) expect(figures[name].mean, name).toBeCloseTo(1 / 2, 12);
    expect(figures.mcc.mean).toBeCloseTo((n / 2 - 1) / (n - 1), 12); // (n·2n − 4n) / (4n² − 4n)
  }
});

test('of labels without probabilities there are no figures of probabilities', () => {
  const rows = small.rows.map((row) => ({ ...row, probabilities: labels.map((label) => Number(label === row.predicted)) })); // prettier-ignore
  const { figures } = evaluate({ ...small, rows }).parts.combined!;
  expect(figures.uar.mean).toBeCloseTo((2 / 3 + 1 + 0) / 3, 15);
  for (const name of ['logLoss', 'brier', 'ece']) expect(figures[name].mean, name).toBeNaN();
});

test('predictions that do not hold together are not scored', () => {
  expect(() => evaluate({ ...small, rows: [] })).toThrow(/no clip to score/);
  expect(() => evaluate({ ...small, rows: [small.rows[0], small.rows[0]] })).toThrow(/occurs twice/);
});

test('the interval is that of all resamples: speakers all right and all wrong', () => {
  // k of 4 drawn speakers are right with probability C(4, k) / 16: the 2.5 % quantile is 0, the 97.5 % quantile 1.
  const four = predictions('1 calm calm', '3 calm calm', '5 calm sad', '7 calm sad');
  expect(bootstrapBySpeaker(four, accuracy)).toEqual({ low: 0, high: 1 });
  // P(k ≤ 1) = 5/16: the 25 % quantile is ¼, the 75 % quantile ¾.
  expect(bootstrapBySpeaker(four, accuracy, { level: 0.5 })).toEqual({ low: 0.25, high: 0.75 });
});

test('clips of one speaker are drawn together: copies of clips make no interval narrower', () => {
  const clips = ['1 calm calm', '3 calm calm', '5 calm sad', '7 calm sad', '9 calm calm', '11 calm sad'];
  const once = bootstrapBySpeaker(predictions(...clips), accuracy);
  const tenfold = predictions(...clips.flatMap((clip) => Array<string>(10).fill(clip)));
  expect(bootstrapBySpeaker(tenfold, accuracy)).toEqual(once);
  expect(once!.high - once!.low).toBeGreaterThan(0.4);
});

test('the same seed draws the same speakers, another seed others; the order of the clips does not matter', () => {
  const clips = Array.from({ length: 60 }, (_, i) => `${i % 12} calm ${labels[(i * i) % 3]}`);
  const interval = bootstrapBySpeaker(predictions(...clips), uar, { seed: 7, resamples: 25 });
  expect(bootstrapBySpeaker(predictions(...clips.toReversed()), uar, { seed: 7, resamples: 25 })).toEqual(interval);
  expect(bootstrapBySpeaker(predictions(...clips), uar, { seed: 8, resamples: 25 })).not.toEqual(interval);
});

test('an interval is null where it is undefined: one speaker; options out of range are refused', () => {
  expect(bootstrapBySpeaker(predictions('1 calm calm', '1 sad sad'), accuracy)).toBeNull();
  expect(bootstrapBySpeaker(small, () => NaN)).toBeNull();
  expect(() => bootstrapBySpeaker(small, accuracy, { resamples: 0 })).toThrow(
    /takes 1 to 100000 resamples.* they are 0/,
  );
  expect(() => bootstrapBySpeaker(small, accuracy, { level: 1 })).toThrow(/level between 0 and 1/);
});

const clip = (id: string): Clip => {
  const [, , , , sentence, , speaker] = id.split('-');
  return {
    id,
    corpus: 'made-up',
    emotion: 'calm',
    speaker,
    gender: 'male',
    recording: ravdess.recordingOf({ id }),
    sentence,
    channel: 'speech',
  };
};

test('what training and test share is counted on the clips themselves, fold by fold', () => {
  const [x, y] = ['03-01-02-01-01-01-01', '03-01-02-01-02-01-03'].map(clip);
  expect(countOverlap([{ train: [x], test: [y] }])).toEqual({
    speakers: { test: 1, shared: 0 },
    sentences: { test: 1, shared: 0 },
    recordings: { test: 1, shared: 0 },
  });
  const [z] = ['03-01-03-01-01-01-01'].map(clip);
  const overlap = countOverlap([
    { train: [x], test: [y, z] },
    { train: [z], test: [x] },
  ]);
  expect(overlap.speakers).toEqual({ test: 2, shared: 1 });
  expect(overlap.sentences).toEqual({ test: 2, shared: 1 });
  expect(describeOverlap(overlap)).toBe(
    'Counted on these clips: 1 of the 2 test speakers, 1 of the 2 test sentences and none of the 3 test recordings are also in training.',
  );
  expect(overlapPhrase(overlap)).toBe('speakers also in training');
  // Two names of one recording.
  const twins = ['03-01-03-01-02-01-07', '03-01-03-01-02-02-07'].map(clip);
  expect(countOverlap([{ train: [twins[0]], test: [twins[1]] }]).recordings).toEqual({ test: 1, shared: 1 });
});

test('speakers that nobody knows are not counted, and clips of theirs are drawn one by one', () => {
  const nobody = ['03-01-02-01-01-01-01', '03-01-02-01-02-01-03'].map((id) => ({ ...clip(id), speaker: '' }));
  const overlap = countOverlap([{ train: [nobody[0]], test: [nobody[1]] }]);
  expect(overlap.speakers).toEqual({ test: 0, shared: 0 });
  expect(describeOverlap(overlap)).toBe(
    'Counted on these clips: none of the 1 test sentences and none of the 1 test recordings are also in training. Who speaks is not known.',
  );
  expect(overlapPhrase(overlap)).toBe('speakers not known');
  const rows = ['angry', 'angry', 'calm', 'calm'].map((label, i) => {
    const predicted = i === 1 ? 'calm' : label;
    return { id: `clip ${i}`, speaker: '', gender: null, label, predicted, probabilities: label === 'angry' ? [1, 0] : [0, 1] }; // prettier-ignore
  });
  const labels = ['angry', 'calm'];
  const alone = bootstrapBySpeaker(
    { labels, rows: rows.map((row, i) => ({ ...row, speaker: `clip clip ${i}` })) },
    uar,
  );
  expect(bootstrapBySpeaker({ labels, rows }, uar)).toEqual(alone);
  expect(alone).not.toBeNull();
  expect(countSpeakers(rows)).toBe(0);
});
