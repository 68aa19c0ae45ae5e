import { describe, expect, test } from 'vitest';
import { diarisationError, type Turn } from '../../../src/eval/metrics/diarisation.ts';

const turn = (start: number, end: number, speaker: string): Turn => ({ start, end, speaker });

/** Computed by hand from the definition: time is cut where a turn begins or ends. */
const CASES: [name: string, reference: Turn[], hypothesis: Turn[], expected: [missed: number, falseAlarm: number, confusion: number, speech: number]][] = [
  ['the same under other names', [turn(0, 4, 'a'), turn(4, 9, 'b')], [turn(0, 4, '2'), turn(4, 9, '1')], [0, 0, 0, 9]],
  ['nothing found', [turn(0, 4, 'a')], [], [4, 0, 0, 4]],
  ['speech found in silence', [turn(0, 4, 'a')], [turn(0, 6, '1')], [0, 2, 0, 4]],
  ['two taken for one', [turn(0, 6, 'a'), turn(6, 10, 'b')], [turn(0, 10, '1')], [0, 0, 4, 10]],
  ['one taken for two', [turn(0, 10, 'a')], [turn(0, 7, '1'), turn(7, 10, '2')], [0, 0, 3, 10]],
  ['overlapping speech of which one is found', [turn(0, 5, 'a'), turn(3, 8, 'b')], [turn(0, 4, '1'), turn(4, 8, '2')], [2, 0, 0, 10]],
  ['a matching that is not the greedy one', [turn(0, 3, 'a'), turn(3, 6, 'a'), turn(6, 8, 'b')], [turn(0, 3, '1'), turn(3, 6, '2'), turn(6, 8, '1')], [0, 0, 3, 8]],
]; // prettier-ignore

describe('the diarisation error rate', () => {
  test.each(CASES)('of %s', (_, reference, hypothesis, [missed, falseAlarm, confusion, speech]) => {
    const error = diarisationError(reference, hypothesis);
    expect([error.missed, error.falseAlarm, error.confusion, error.speech].map((value) => +value.toFixed(9))).toEqual([missed, falseAlarm, confusion, speech]); // prettier-ignore
    expect(error.rate).toBeCloseTo((missed + falseAlarm + confusion) / speech, 12);
  });

  test('is undefined without speech, and refuses more speakers than can be matched', () => {
    expect(diarisationError([], []).rate).toBeNaN();
    const many = Array.from({ length: 17 }, (_, i) => turn(i, i + 1, String(i)));
    expect(() => diarisationError(many, many)).toThrow('17 speakers cannot be matched');
  });
});
