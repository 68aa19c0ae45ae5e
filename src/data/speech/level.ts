import { SerError } from '../../error.ts';
import { SPEECH_FRAME } from './windows.ts';

/** Frames of a loud passage, 0.29 s: as long as a syllable, longer than a click or a knock. */
export const HELD = 9;

/** The root mean square of each frame. @param signal  mono, 16 kHz @param mean  is subtracted */
export function frameLevels(signal: Float32Array, mean: number): number[] {
  const levels: number[] = [];
  for (let start = 0; start < signal.length; start += SPEECH_FRAME.samples) {
    const end = Math.min(start + SPEECH_FRAME.samples, signal.length);
    let sum = 0;
    for (let i = start; i < end; i++) sum += (signal[i] - mean) * (signal[i] - mean);
    levels.push(Math.sqrt(sum / (end - start)));
  }
  return levels;
}

/**
 * The level of the loudest passage: the largest median of the levels of nine consecutive frames. Silence before, after and
 * within the signal does not change it, nor does a click.
 * @param levels  of the frames
 * @throws {SerError} `audio` for samples that are not finite
 */
export function heldLevel(levels: readonly number[]): number {
  let highest = 0;
  const held = Math.min(HELD, levels.length);
  for (let from = 0; from + held <= levels.length; from++) {
    const inOrder = levels.slice(from, from + held).sort((a, b) => a - b);
    const median = inOrder[Math.floor(held / 2)] ?? 0;
    if (!Number.isFinite(median)) throw new SerError('audio', 'a signal has samples that are not finite numbers');
    highest = Math.max(highest, median);
  }
  return highest;
}
