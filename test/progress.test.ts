import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { progressLine, showProgress } from '../src/progress.ts';

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

  test.each([-1, 1])('tells the remaining time whatever the clock of the system does (%i day)', async (days) => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.useFakeTimers({ toFake: ['Date'] });
    const bar = showProgress('clips', 100);
    await sleep(30);
    bar.tick();
    vi.setSystemTime(Date.now() + days * 86_400_000);
    bar.tick();
    bar.stop();
    vi.useRealTimers();
    const text = written.mock.calls.join('');
    written.mockRestore();
    // 98 steps of 15 ms, or more on a busy machine.
    const left = Number(/clips .* 2% 2\/100, (\d+)s left/.exec(text)?.[1]);
    expect(left).toBeGreaterThanOrEqual(1);
    expect(left).toBeLessThan(60);
  });

  test('has nothing left at its end', () => {
    expect(line(40, 40, 0)).toBe('predict [####] 100% 40/40');
  });
});
