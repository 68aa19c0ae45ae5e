import { expect, test } from 'vitest';
import { rightInWords, verdictOf } from '../../../src/serve/predict/verdict.ts';

const LABELS = ['neutral', 'angry', 'fearful', 'sad'];
const by = 'speaker' as const;
const model = { weight: 1, selective: { threshold: 0.6, reliability: [[0.4, 0.3], [0.8, 0.9]] as const, distance: 2, by } }; // prettier-ignore

test('a sure answer is named by its emotion, with how often such answers are right', () => {
  expect(verdictOf(LABELS, [0.1, 0.8, 0.06, 0.04], true, [{ ...model, distance: 2 }])).toEqual({
    emotion: 'angry',
    confidence: 0.8,
    probabilities: { neutral: 0.1, angry: 0.8, fearful: 0.06, sad: 0.04 },
    sure: true,
    reason: null,
    alternatives: ['angry'],
    rightOnUnseen: 0.9,
    headline: 'Sounds angry',
  });
});

test.each([
  ['two that have half of the probability', [0.05, 0.4, 0.35, 0.2], ['angry', 'fearful'], 'Not sure: angry or fearful'], // prettier-ignore
  ['three where two have less', [0.24, 0.25, 0.245, 0.2], ['angry', 'fearful', 'neutral'], 'Not sure: angry, fearful or neutral'], // prettier-ignore
  ['one where no other is probable', [0.01, 0.58, 0.02, 0.01], ['angry'], 'Not sure: angry'],
])('below the threshold the headline names %s', (_, values, alternatives, headline) => {
  const verdict = verdictOf(LABELS, values, true, [model]);
  expect(verdict).toMatchObject({ emotion: 'angry', sure: false, reason: 'confidence', alternatives, headline });
});

test.each([0.9, 0.5])(
  'a recording unlike the training data gets no emotion as its headline, however probable: %s',
  (most) => {
    const verdict = verdictOf(LABELS, [0.02, most, 0.96 - most, 0.02], true, [{ ...model, distance: 2.1 }]);
    expect(verdict).toMatchObject({ emotion: 'angry', sure: false, reason: 'distance', rightOnUnseen: null, headline: 'Unlike the voices the models know' }); // prettier-ignore
  },
);

test('models that cannot tell are never "not sure"', () => {
  const verdict = verdictOf(LABELS, [0.3, 0.31, 0.2, 0.19], true);
  expect(verdict).toMatchObject({ sure: null, reason: null, rightOnUnseen: null, alternatives: ['angry'], headline: 'Sounds angry' }); // prettier-ignore
});

test('where nobody speaks nothing is named', () => {
  const verdict = verdictOf(LABELS, [0.1, 0.8, 0.06, 0.04], false, [model]);
  expect(verdict).toMatchObject({ emotion: null, confidence: null, sure: null, reason: null, alternatives: [], rightOnUnseen: null, headline: 'No speech found' }); // prettier-ignore
});

test('what was measured on clips of known speakers says nothing of unseen ones', () => {
  const known = { ...model, selective: { ...model.selective, by: 'clip' as const } };
  const verdict = verdictOf(LABELS, [0.1, 0.8, 0.06, 0.04], true, [known]);
  expect(verdict).toMatchObject({ sure: true, rightOnUnseen: null });
});

test.each([
  ['disgust', 'Sounds disgusted'],
  ['boredom', 'Sounds bored'],
  ['awe', 'Sounds like awe'],
])('the headline is English whatever the label: %s', (label, headline) => {
  expect(verdictOf(['neutral', label], [0.1, 0.9], true).headline).toBe(headline);
});

test.each([
  [0.62, '6 times in 10'],
  [0.97, 'more than 9 times in 10'],
  [0.1, 'once in 10'],
  [0.02, 'less than once in 10'],
])('the share %s is said in tenths', (share, words) => {
  expect(rightInWords(share)).toBe(`On people the models have never heard, answers like this are right ${words}.`);
});
