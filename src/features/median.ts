import { MEDIAN_CAPACITY, MEDIAN_WINDOW, medianKernel } from './medianKernel.ts';
import type { Frames } from './types.ts';

const REACH = (MEDIAN_WINDOW - 1) / 2;

/**
 * The median of 31 neighbouring frames (`time`) or bins (`frequency`), mirrored at the edges.
 * Matches `scipy.ndimage.median_filter(x, size=31 along one axis, mode='reflect')` exactly in float32.
 * @param x  non-negative values in float32
 * @returns  frames × bins
 */
export function medianFilter({ data, frames, bins }: Frames, axis: 'time' | 'frequency'): Float32Array {
  const result = new Float32Array(data.length);
  // The kernel takes four sequences abreast: four neighbouring bins over time, or four neighbouring frames over frequency.
  const [sequences, length, between, step] = axis === 'time' ? [bins, frames, 1, bins] : [frames, bins, bins, 1];
  const { input, output, run } = medianKernel();
  const offsets = mirrored(length, step);

  for (let s = 0; s < sequences; s += 4) {
    const a = s * between;
    // A last group that is short repeats its last sequence.
    const b = Math.min(s + 1, sequences - 1) * between;
    const c = Math.min(s + 2, sequences - 1) * between;
    const d = Math.min(s + 3, sequences - 1) * between;
    for (let from = 0; from < length; from += MEDIAN_CAPACITY) {
      const count = Math.min(MEDIAN_CAPACITY, length - from);
      for (let i = 0, k = from; i < (count + 2 * REACH) * 4; i += 4, k++) {
        const at = offsets[k];
        input[i] = data[a + at];
        input[i + 1] = data[b + at];
        input[i + 2] = data[c + at];
        input[i + 3] = data[d + at];
      }
      run(count);
      for (let i = 0, at = from * step; i < count * 4; i += 4, at += step) {
        result[a + at] = output[i];
        result[b + at] = output[i + 1];
        result[c + at] = output[i + 2];
        result[d + at] = output[i + 3];
      }
    }
  }
  return result;
}

/** Where the samples −15 … length + 14 of a sequence are, mirrored as often as needed (d c b a | a b c d | d c b a). */
function mirrored(length: number, step: number): Int32Array {
  const offsets = new Int32Array(length + 2 * REACH);
  for (let k = 0; k < offsets.length; k++) {
    const period = 2 * length;
    const at = (((k - REACH) % period) + period) % period;
    offsets[k] = step * (at < length ? at : period - 1 - at);
  }
  return offsets;
}
