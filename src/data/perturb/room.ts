import { SAMPLE_RATE } from '../../features/types.ts';
import type { Random } from '../../random.ts';
import { convolve } from './convolve.ts';
import { gain, power } from './levels.ts';

export interface RoomOptions {
  /** Seconds in which the reverberation falls by 60 dB (RT60). */
  seconds: number;
  /** Energy ratio of the direct sound to the reverberation, dB. */
  directToReverberant: number;
}

/** A meeting room with the speaker a metre or two away. */
export const ROOM_DEFAULTS: RoomOptions = { seconds: 0.5, directToReverberant: 0 };

/** Seconds from the direct sound to the start of the reverberation. */
const GAP = 0.0025;

/**
 * Impulse response of a synthetic room: the direct sound, then white Gaussian noise that decays exponentially (Polack, 1988) to −72 dB.
 * There are no distinct early reflections, and the decay is the same at all frequencies.
 * @returns samples at 16 kHz, starting with the direct sound, 1
 */
export function roomResponse(
  random: Random,
  { seconds, directToReverberant }: RoomOptions = ROOM_DEFAULTS,
): Float32Array {
  const begin = Math.round(GAP * SAMPLE_RATE);
  const response = new Float32Array(begin + Math.ceil(1.2 * seconds * SAMPLE_RATE));
  let energy = 0;
  for (let i = begin; i < response.length; i++) {
    response[i] = random.normal() * 10 ** ((-3 * i) / (seconds * SAMPLE_RATE));
    energy += response[i] * response[i];
  }
  const scale = Math.sqrt(10 ** (-directToReverberant / 10) / energy);
  for (let i = begin; i < response.length; i++) response[i] *= scale;
  response[0] = 1;
  return response;
}

/**
 * A signal in a synthetic room, with its RMS unchanged. The decay after its end is cut off.
 * @param signal  mono, 16 kHz
 * @param random  its state determines the room
 */
export function reverberate(signal: Float32Array, random: Random, options?: RoomOptions): Float32Array {
  const wet = convolve(signal, roomResponse(random, options)).subarray(0, signal.length);
  return power(wet) === 0 ? wet.slice() : gain(wet, 10 * Math.log10(power(signal) / power(wet)));
}
