import type { Random } from '../random.ts';

/** Writes the mask of an inverted dropout: 0 with probability `rate`, else `1 / (1 − rate)`. */
export type Masks = (length: number, rate: number) => Float32Array;

/**
 * Dropout masks from our own generator rather than the engine's, so that they are the same on every engine and after a
 * resume. Some 50 million draws an epoch want a cheaper source than `Random`: each word of an sfc32, seeded from
 * `random`, serves two draws of 16 bits.
 */
export function createMasks(random: Random): Masks {
  let [a, b, c, counter] = [0, 0, 0, 0].map(() => random.integer(2 ** 32) | 0);
  return (length, rate) => {
    const mask = new Float32Array(length);
    const kept = 1 / (1 - rate);
    const threshold = Math.round(rate * 2 ** 16);
    for (let i = 0; i < length; i += 2) {
      const word = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + word) | 0;
      mask[i] = (word & 0xffff) < threshold ? 0 : kept;
      if (i + 1 < length) mask[i + 1] = word >>> 16 < threshold ? 0 : kept;
    }
    return mask;
  };
}
