import { binDeviations, binMeans } from '../../features/spectral/statistics.ts';
import type { Frames } from '../../features/types.ts';

/** Mean and population standard deviation over time of each value of a frame. */
export function meanAndDeviation(frames: Frames): Float64Array[] {
  const means = binMeans(frames);
  return [means, binDeviations(frames, means)];
}

/** Names of the values of `meanAndDeviation`. @param names  of the values of a frame */
export const functionalNames = (names: readonly string[]): string[] =>
  ['mean', 'std'].flatMap((statistic) => names.map((name) => `${name}_${statistic}`));

/** Several vectors, one after the other. */
export function joinVectors(vectors: readonly ArrayLike<number>[]): Float64Array {
  const joined = new Float64Array(vectors.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const vector of vectors) {
    joined.set(vector, at);
    at += vector.length;
  }
  return joined;
}
