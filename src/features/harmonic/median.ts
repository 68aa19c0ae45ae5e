import { FREQUENCY_FRAMES, MEDIAN_WINDOW, medianKernel, TIME_FRAMES } from './medianKernel.ts';
import { type Allocate, fresh } from '../scratch.ts';
import type { Frames } from '../types.ts';

const REACH = (MEDIAN_WINDOW - 1) / 2;

/**
 * The median of 31 neighbouring frames (`time`) or bins (`frequency`), mirrored at the edges.
 * Matches `scipy.ndimage.median_filter(x, size=31 along one axis, mode='reflect')` exactly in float32.
 * @param x  non-negative values in float32
 * @returns  frames × bins
 */
export function medianFilter(
  x: Frames & { data: Float32Array },
  axis: 'time' | 'frequency',
  allocate: Allocate = fresh,
): Float32Array {
  const result = allocate(`median over ${axis}`, x.data.length);
  if (axis === 'time') medianOverTime(x, result);
  else medianOverFrequency(x, result);
  return result;
}

function medianOverTime({ data, frames, bins }: Frames & { data: Float32Array }, result: Float32Array): void {
  const kernel = medianKernel(bins);
  const copy = (row: number, from: number, to: number): void => {
    kernel.frames.set(data.subarray(from * bins, to * bins), row * bins);
  };
  for (let first = 0; first < frames; first += TIME_FRAMES) {
    const count = Math.min(TIME_FRAMES, frames - first);
    // Frames that exist are copied in one piece, mirrored ones one by one.
    const [from, to] = [first - REACH, first + count + REACH];
    const [inFrom, inTo] = [Math.max(0, from), Math.min(frames, to)];
    for (let t = from; t < inFrom; t++) copy(t - from, mirrored(t, frames), mirrored(t, frames) + 1);
    copy(inFrom - from, inFrom, inTo);
    for (let t = inTo; t < to; t++) copy(t - from, mirrored(t, frames), mirrored(t, frames) + 1);
    kernel.medianOverTime();
    result.set(kernel.overTime.subarray(0, count * bins), first * bins);
  }
}

function medianOverFrequency({ data, frames, bins }: Frames & { data: Float32Array }, result: Float32Array): void {
  const { rows, interleaved, overFrequency, ...kernel } = medianKernel(bins);
  const place = (bin: number): number => 4 * (REACH + bin);
  const outside = Array.from({ length: REACH }, (_, i) => [-1 - i, bins + i]).flat();
  for (let first = 0; first < frames; first += FREQUENCY_FRAMES) {
    const end = Math.min(first + FREQUENCY_FRAMES, frames);
    rows.set(data.subarray(first * bins, end * bins));
    kernel.interleave();
    for (const bin of outside) {
      const from = place(mirrored(bin, bins));
      interleaved.copyWithin(place(bin), from, from + 4);
    }
    kernel.medianOverFrequency();
    result.set(overFrequency.subarray(0, (end - first) * bins), first * bins);
  }
}

/** Index within `length` values of a position beyond either end, mirrored as often as needed (d c b a | a b c d | d c b a). */
function mirrored(at: number, length: number): number {
  const period = 2 * length;
  const within = ((at % period) + period) % period;
  return within < length ? within : period - 1 - within;
}
