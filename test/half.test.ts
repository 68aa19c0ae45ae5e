import { expect, test } from 'vitest';
import { areHalves, decodeHalves, encodeHalves, roundToHalf } from '../src/half.ts';
import { createRandom } from '../src/random.ts';

/** All finite floats of 16 bits, by their definition. */
const ALL = Float64Array.from({ length: 0x7c00 }, (_, bits) => {
  const [exponent, fraction] = [bits >> 10, bits & 0x3ff];
  return exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
});

test('every float of 16 bits stays what it is', () => {
  expect(areHalves(Float32Array.from(ALL))).toBe(true);
  expect(areHalves(Float32Array.from(ALL, (value) => -value))).toBe(true);
});

test('any other number becomes the nearest of them, with its sign', () => {
  const random = createRandom('halves');
  for (let i = 0; i < 2000; i++) {
    const value = Math.fround(2 ** random.between(-26, 15.9));
    const above = ALL.findIndex((half) => half >= value);
    const [low, high] = [ALL[Math.max(0, above - 1)], ALL[above]];
    const nearest = value - low < high - value ? low : high;
    if (value - low === high - value) continue;
    expect(roundToHalf(value)).toBe(nearest);
    expect(roundToHalf(-value)).toBe(-nearest);
  }
});

test('halfway between two, the one whose last bit is 0', () => {
  expect([1 + 1 / 2048, 1 + 3 / 2048].map(roundToHalf)).toEqual([1, 1 + 2 / 1024]);
});

test('numbers beyond their range stay what they are, and are no floats of 16 bits', () => {
  expect([65_504, 65_535, 1e6].map(roundToHalf)).toEqual([65_504, 65_535, 1e6]);
  expect(areHalves(Float32Array.of(0, 1e6))).toBe(false);
  expect(areHalves(Float32Array.of(0, 0.1))).toBe(false);
});

test('every float of 16 bits is read from its bits as it was written', () => {
  const both = Float32Array.from([...ALL, ...ALL.map((value) => -value)]);
  const bits = encodeHalves(both);
  expect(bits.every((own, i) => own === (i < ALL.length ? i : 0x8000 + i - ALL.length))).toBe(true);
  expect(decodeHalves(bits)).toEqual(both);
  expect(decodeHalves(Uint16Array.of(0x7c00, 0xfc00, 0x7e00))).toEqual(Float32Array.of(Infinity, -Infinity, NaN));
});
