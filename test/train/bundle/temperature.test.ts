import { expect, test } from 'vitest';
import { temperatureOf } from '../../../src/train/bundle/temperature.ts';

/** Two classes; three of four answers with this probability are right. */
const answers = (probability: number) => ({
  labels: ['angry', 'calm'],
  rows: [true, true, true, false].map((right, i) => ({
    id: `clip ${i}`,
    speaker: 'one',
    gender: null,
    label: right ? 'angry' : 'calm',
    predicted: 'angry',
    probabilities: [probability, 1 - probability],
  })),
});
const logit = (p: number): number => Math.log(p / (1 - p));

test.each([0.6, 0.75, 0.9])('answers with probability %s, of which three in four are right, get .75', (p) => {
  expect(temperatureOf(answers(p))).toBeCloseTo(logit(p) / logit(0.75), 4);
});

test('with a least temperature of 1 probabilities are flattened, but never sharpened', () => {
  expect(temperatureOf(answers(0.6), 1)).toBe(1);
  expect(temperatureOf(answers(0.9), 1)).toBe(temperatureOf(answers(0.9)));
});

test('a least temperature that is none is refused', () => {
  expect(() => temperatureOf(answers(0.6), 0)).toThrow(expect.objectContaining({ code: 'usage' }));
});
