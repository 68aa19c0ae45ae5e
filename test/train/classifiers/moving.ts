import { createRandom } from '../../../src/random.ts';
import type { Samples } from '../../../src/train/classifiers/classifier.ts';

/** Clips of different lengths; the class is the direction in which the first feature moves: up, down, or not at all. */
export function moving(count: number, seed: string): Samples {
  const random = createRandom(seed);
  const y = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const frames = Uint32Array.from(y, () => 8 + random.integer(12));
  const x = [...y].flatMap((label, row) =>
    Array.from({ length: frames[row] }, (_, t) => {
      const slope = [1, -1, 0][label] * (t / frames[row] - 0.5);
      return [3 * slope, 0, 0, 0, 0].map((value) => value + 0.3 * random.normal());
    }).flat(),
  );
  return { x: Float32Array.from(x), y, frames };
}

/** Share of the rows whose class has the highest probability. */
export function accuracy(
  predict: (x: Float32Array, frames?: Uint32Array) => Float32Array,
  { x, y, frames }: Samples,
): number {
  const p = predict(x, frames);
  const classes = p.length / y.length;
  return y.filter((label, i) => p[i * classes + label] === Math.max(...p.subarray(i * classes, (i + 1) * classes))).length / y.length; // prettier-ignore
}

/** Parts of the weights one after the other. */
export const joined = (parts: readonly Float32Array[]): Float32Array =>
  Float32Array.from(parts.flatMap((part) => [...part]));

/** Dropout that drops nothing. */
export const everything = (length: number): Float32Array => new Float32Array(length).fill(1);
