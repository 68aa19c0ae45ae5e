import { binDeviations, binMeans } from '../../../features/spectral/statistics.ts';

/**
 * Mean and standard deviation over time of each value of the rows' frames.
 * @param x  (frames of all rows) × size
 * @param frames  of each row
 * @returns rows × 2 size: all means of a row, then all deviations
 */
export function frameStatistics(x: Float32Array, frames: Uint32Array, size: number): Float32Array {
  const statistics = new Float32Array(frames.length * 2 * size);
  let from = 0;
  frames.forEach((count, row) => {
    const own = { data: x.subarray(from, from + count * size), frames: count, bins: size };
    const means = binMeans(own);
    statistics.set(means, row * 2 * size);
    statistics.set(binDeviations(own, means), (row * 2 + 1) * size);
    from += count * size;
  });
  return statistics;
}
