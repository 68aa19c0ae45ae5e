import { expect, test } from 'vitest';
import { LOG_CAPACITY, logKernel } from '../../../src/features/wasm/logKernel.ts';
import { createRandom } from '../../../src/random.ts';

const bitsOf = (value: number): bigint => new BigInt64Array(Float64Array.of(value).buffer)[0];

test.each<[string, (random: number) => number]>([
  ['all magnitudes', (random) => Math.exp((random - 0.5) * 1400)],
  ['around 1', (random) => 0.5 + 1.5 * random],
  ['hardly more than nothing', (random) => 1e-12 + 1e-9 * random],
])('within one unit in the last place of Math.log: %s', (_, of) => {
  const random = createRandom('logarithms');
  const { values, run } = logKernel();
  const numbers = Float64Array.from({ length: LOG_CAPACITY }, () => of(random.uniform()));
  values.set(numbers);
  run(LOG_CAPACITY);
  numbers.forEach((number, i) => {
    const apart = Number(bitsOf(values[i]) - bitsOf(Math.log(number)));
    expect(Math.abs(apart), `ln ${number}`).toBeLessThanOrEqual(1);
  });
});

test('only as many as are asked for, an odd number too; ln 1 is 0, powers of two are exact', () => {
  const { values, run } = logKernel();
  values.set([1, 2, 2 ** -40, 7, 7]);
  run(3);
  expect(Array.from(values.subarray(0, 3))).toEqual([0, Math.LN2, -40 * Math.LN2]);
  expect(values[4]).toBe(7);
  values[0] = 5;
  run(0);
  expect(values[0]).toBe(5);
});
