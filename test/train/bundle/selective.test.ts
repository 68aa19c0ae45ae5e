import { expect, test } from 'vitest';
import { noveltyOf, type Selective, selectiveOf, standingOf } from '../../../src/train/bundle/selective.ts';

/** Answers "angry" with these probabilities; the truth is angry where `right`. */
const answers = (given: readonly (readonly [probability: number, right: boolean])[]) => ({
  labels: ['angry', 'calm'],
  rows: given.map(([p, right], i) => ({
    id: `clip ${i}`,
    speaker: 'one',
    gender: null,
    label: right ? 'angry' : 'calm',
    predicted: 'angry',
    probabilities: [p, 1 - p],
  })),
});
/** Of an answer of one model. */
const alone = (selective: Selective, confidence: number, distance?: number) =>
  standingOf([{ weight: 1, selective, distance }], confidence);
const SIX = answers([[0.95, true], [0.9, true], [0.8, false], [0.75, true], [0.6, false], [0.55, false]]); // prettier-ignore

test.each([
  [0, 0.9, 2 / 6, 0],
  [0.25, 0.75, 4 / 6, 0.25],
  [0.4, 0.75, 4 / 6, 0.25], // down to .6 a fifth more would be wrong, but below .75 answers are wrong more often than right
  [0.5, 0.75, 4 / 6, 0.25],
])(
  'error %s: the lowest threshold that keeps to it and is no worse than even, %s',
  (statedError, threshold, coverage, error) => {
    const chosen = selectiveOf(SIX, { by: 'speaker', statedError });
    expect(chosen).toMatchObject({ statedError, threshold, coverage, error, rows: 6, by: 'speaker' });
  },
);

test('no threshold keeps to the error: no answer is sure', () => {
  const chosen = selectiveOf(answers([[0.9, false], [0.8, true]]), { by: 'clip', statedError: 0.2 }); // prettier-ignore
  expect(chosen).toMatchObject({ threshold: null, coverage: 0, error: null });
  expect(alone(chosen, 1)).toMatchObject({ sure: false, reason: 'confidence', rightOnUnseen: null });
});

test('thresholds are of probabilities after division by the temperature', () => {
  const { threshold } = selectiveOf(SIX, { by: 'speaker', statedError: 0.25, temperature: 2 });
  expect(threshold).toBeCloseTo(Math.sqrt(0.75) / (Math.sqrt(0.75) + Math.sqrt(0.25)), 12);
});

test('a hundredth of the rows is beyond the largest distance, and not answered', () => {
  const many = answers(Array.from({ length: 200 }, () => [0.9, true] as const));
  const distances = Array.from({ length: 200 }, (_, i) => i);
  const chosen = selectiveOf(many, { by: 'speaker', distances });
  expect(chosen).toMatchObject({ distance: 198, coverage: 199 / 200, error: 0 });
  expect(alone(chosen, 0.9, 198)).toEqual({ sure: true, reason: null, rightOnUnseen: 1 });
  expect(alone(chosen, 0.9, 198.1)).toEqual({ sure: false, reason: 'distance', rightOnUnseen: null });
});

test('of a mixed answer thresholds, shares and relative distances are weighted', () => {
  const by = 'speaker' as const;
  const male = { threshold: 0.4, reliability: [[0.5, 0.2]] as const, distance: 2, by };
  const female = { threshold: 0.8, reliability: [[0.5, 0.6]] as const, distance: 10, by };
  const mixed = (weight: number, confidence: number, distances = [1, 5]) =>
    standingOf(
      [
        { weight, selective: male, distance: distances[0] },
        { weight: 1 - weight, selective: female, distance: distances[1] },
      ],
      confidence,
    );
  expect(mixed(0.5, 0.61)).toMatchObject({ sure: true, rightOnUnseen: expect.closeTo(0.4, 12) });
  expect(mixed(0.5, 0.59)).toMatchObject({ sure: false, reason: 'confidence' });
  expect(mixed(1, 0.41)).toMatchObject({ sure: true, rightOnUnseen: expect.closeTo(0.2, 12) });
  expect(mixed(0.9, 0.61, [3, 5])).toMatchObject({ sure: false, reason: 'distance' }); // .9 · 3/2 + .1 · 5/10
  expect(mixed(0.1, 0.9, [3, 5])).toMatchObject({ sure: true });
});

test('an error out of range, or no rows: refused', () => {
  const refused = expect.objectContaining({ code: 'usage' });
  expect(() => selectiveOf(SIX, { by: 'speaker', statedError: 1.2 })).toThrow(refused);
  expect(() => selectiveOf(answers([]), { by: 'speaker' })).toThrow(refused);
});

test('the distance is about 1 for rows like those in training, and no feature alone makes it large', () => {
  expect(noveltyOf(Float32Array.of(1, -1, 0, 0, 2, 2), 2)).toEqual([1, 0, 4]);
  expect(noveltyOf(Float32Array.of(1e6, 0, 0, 0, 0), 5)).toEqual([5]);
});
