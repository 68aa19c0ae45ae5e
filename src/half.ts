/*
 * Floats of 16 bits (IEEE 754 binary16): eleven significant bits, up to 65,504. Tables of sets with many values, and weights of models, are
 * kept in them. Little-endian, as all that runs Node or a browser.
 */

import { memoize } from './memoize.ts';

const LARGEST = 65_504;
/** Below it numbers lie a fixed step apart. */
const [LEAST_NORMAL, STEP] = [2 ** -14, 2 ** -24];

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The float of 16 bits that is nearest to a float of 32; one beyond their range stays what it is. */
export function roundToHalf(value: number): number {
  const size = Math.abs(value);
  if (size < LEAST_NORMAL) return Math.round(value / STEP) * STEP;
  float[0] = value;
  const isUp = (bits[0] >>> 13) & 1; // halfway between two: to the one whose last bit is 0
  bits[0] = (bits[0] + 0x0fff + isUp) & ~0x1fff;
  return Math.abs(float[0]) <= LARGEST ? float[0] : value;
}

/** Whether every value is a float of 16 bits. */
export function areHalves(values: Float32Array): boolean {
  const words = wordsOf(values);
  for (let i = 0; i < words.length; i++) {
    const size = words[i] & 0x7fffffff;
    const is = size < NORMAL ? Number.isInteger(values[i] / STEP) : size <= GREATEST && (size & 0x1fff) === 0;
    if (!is) return false;
  }
  return true;
}

const wordsOf = ({ buffer, byteOffset, length }: Float32Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, length);

/** The bits of the smallest normal and of the largest one, as floats of 32. */
const [NORMAL, GREATEST] = [0x38800000, 0x477fe000];

/** Difference of the exponents' offsets, 127 − 15, at their place in a float of 16 bits. */
const OFFSET = 112 << 10;

/** Their bits. @param values  floats of 16 bits (`areHalves`) */
export function encodeHalves(values: Float32Array): Uint16Array<ArrayBuffer> {
  const words = wordsOf(values);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) {
    const size = words[i] & 0x7fffffff;
    const own = size >= NORMAL ? (size >>> 13) - OFFSET : Math.abs(values[i]) / STEP;
    halves[i] = ((words[i] >>> 16) & 0x8000) | own;
  }
  return halves;
}

/** The values of `encodeHalves`; bits of infinity or none stay that. */
export function decodeHalves(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const all = everyHalf();
  const values = new Float32Array(halves.length);
  for (let i = 0; i < values.length; i++) values[i] = all[halves[i]];
  return values;
}

/** The values of all bits, by the definition. */
const everyHalf = memoize(() =>
  Float32Array.from({ length: 2 ** 16 }, (_, bits) => {
    const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * STEP);
  }),
);
