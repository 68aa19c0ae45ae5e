import { binDeviations, binMeans } from '../../features/spectral/statistics.ts';
import type { Frames } from '../../features/types.ts';

/** Mean and population standard deviation over time of each value of a frame. */
export function meanAndDeviation(frames: Frames): Float64Array[] {
  const means = binMeans(frames);
  return [means, binDeviations(frames, means)];
}

export function joinVectors(vectors: readonly ArrayLike<number>[]): Float64Array {
  const joined = new Float64Array(vectors.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const vector of vectors) {
    joined.set(vector, at);
    at += vector.length;
  }
  return joined;
}
