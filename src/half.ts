/*
 * Floats of 16 bits (IEEE 754 binary16): eleven significant bits, up to 65,504. Tables of sets with many values are kept in them.
 */

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
export const areHalves = (values: Float32Array): boolean =>
  values.every((value) => Math.abs(value) <= LARGEST && roundToHalf(value) === value);
