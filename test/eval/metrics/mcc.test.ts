import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { matthewsCorrelation } from '../../../src/eval/metrics/mcc.ts';

const { cases } = JSON.parse(readFileSync('test/fixtures/matthews-corrcoef.json', 'utf8')) as {
  cases: { name: string; confusion: number[][]; mcc: number }[];
};

test.each(cases)("Matthews' correlation is scikit-learn's: $name", ({ confusion, mcc }) => {
  expect(matthewsCorrelation(confusion)).toBeCloseTo(mcc, 12);
});

test('for two classes it is that of the four counts; which label stands first changes nothing', () => {
  const [hits, misses, alarms, rest] = [6, 2, 1, 9];
  const expected = (hits * rest - misses * alarms) / Math.sqrt((hits + alarms) * (hits + misses) * (rest + alarms) * (rest + misses)); // prettier-ignore
  expect(matthewsCorrelation([[hits, misses], [alarms, rest]])).toBeCloseTo(expected, 14); // prettier-ignore
  expect(matthewsCorrelation([[rest, alarms], [misses, hits]])).toBeCloseTo(expected, 14); // prettier-ignore
});

test('without clips it is undefined', () => {
  expect(matthewsCorrelation([[0, 0], [0, 0]])).toBeNaN(); // prettier-ignore
});
