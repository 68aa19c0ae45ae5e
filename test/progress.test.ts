import { describe, expect, test } from 'vitest';
import { progressLine } from '../src/progress.ts';

const BAR = { barsize: 4, barCompleteString: '####', barIncompleteString: '----', barGlue: '', autopaddingChar: '' };
const line = (value: number, total: number, eta: number | string, start = 0, note = ''): string =>
  progressLine('predict', { value, total, progress: value / total, eta: eta as number }, start, note, BAR);

describe('a progress bar', () => {
  test('says how far it is, and how long the rest takes', () => {
    expect(line(10, 40, 7)).toBe('predict [#---] 25% 10/40, 7s left');
    expect(line(10, 40, 7, 0, 'clip.wav')).toBe('predict [#---] 25% 10/40, 7s left clip.wav');
  });

  test('does not say how long it takes before anything is measured, be it begun or taken up again', () => {
    expect(line(0, 40, '0')).toBe('predict [----] 0% 0/40');
    expect(line(20, 40, 0, 20)).toBe('predict [##--] 50% 20/40');
    expect(line(1, 40, 'INF')).toBe('predict [----] 2% 1/40');
    expect(line(1, 40, 'NULL')).toBe('predict [----] 2% 1/40');
  });

  test('has nothing left at its end', () => {
    expect(line(40, 40, 0)).toBe('predict [####] 100% 40/40');
  });
});
