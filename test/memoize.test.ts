import { expect, test } from 'vitest';
import { memoize, memoizeBySignal } from '../src/memoize.ts';

test('calls with arguments that are alike share one result, others have their own', () => {
  const make = memoize((name: string, { size = 1 } = {}) => ({ name, size }));
  expect(make('hann', { size: 4 })).toBe(make('hann', { size: 4 }));
  expect(make('hann', { size: 8 })).toEqual({ name: 'hann', size: 8 });
  expect(make('hann')).not.toBe(make('hamming'));
});

test('a function without a result runs once too', () => {
  let calls = 0;
  const run = memoize(() => void calls++);
  run();
  run();
  expect(calls).toBe(1);
});

test('what failed is tried again, whether it throws or rejects; those that wait for it share the failure', async () => {
  let calls = 0;
  const load = memoize((name: string) =>
    ++calls === 1 ? Promise.reject(new Error('not yet')) : Promise.resolve(`${name}, call ${calls}`),
  );
  const first = [load('model'), load('model')];
  expect(first[0]).toBe(first[1]);
  await expect(first[0]).rejects.toThrow('not yet');
  expect(await load('model')).toBe('model, call 2');
  expect(await load('model')).toBe('model, call 2');

  let fails = true;
  const parse = memoize(() => {
    if (fails) throw new Error('not yet');
    return 'parsed';
  });
  expect(parse).toThrow('not yet');
  fails = false;
  expect(parse()).toBe('parsed');
});

test('of more results than may be kept, all are forgotten', () => {
  const make = memoize((n: number) => ({ n }), 2);
  const [one, two] = [make(1), make(2)];
  expect(make(1)).toBe(one);
  make(3);
  expect(make(2)).not.toBe(two);
});

test('a signal has one result as long as its samples stay the same, to the bit', () => {
  let calls = 0;
  const peaks = memoizeBySignal((signal) => ({ call: ++calls, peak: Math.max(...signal) }));
  const buffer = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i));
  const first = peaks(buffer);
  expect(peaks(buffer)).toBe(first);
  expect(peaks(buffer.slice())).toMatchObject({ call: 2, peak: first.peak });
  buffer[700] += 1e-6;
  expect(peaks(buffer).call).toBe(3);
  buffer.reverse();
  expect(peaks(buffer).call).toBe(4);
  expect(peaks(buffer.subarray(1)).call).toBe(5);
});
