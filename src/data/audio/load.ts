import { readFile, stat } from 'node:fs/promises';
import { SerError } from '../../error.ts';
import { resample } from '../../features/resample.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { type DecodeOptions, decodeAudio } from './decode.ts';

/** More than an hour of stereo float at 48 kHz; a file beyond it is not read into memory at all. */
const MAX_BYTES = 1.5 * 2 ** 30;

/**
 * Reads an audio file as the feature sets expect it.
 * @returns mono samples at 16 kHz, full scale ±1
 * @throws {SerError} `audio`, with the path in its message, for a file that is missing, too large or not decodable
 */
export async function loadAudio(path: string, options: DecodeOptions = {}): Promise<Float32Array> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new SerError('audio', `${path}: ${size} bytes are too many for one clip; cut it first`);
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof SerError) throw error;
    throw new SerError('audio', `${path}: cannot be read (${(error as Error).message})`, { cause: error });
  }
  return decodeSignal(bytes, path, options);
}

/**
 * As `loadAudio`, of a file's content that is in memory already.
 * @param name  stands in error messages
 * @throws {SerError} `audio`, as `decodeAudio`
 */
export async function decodeSignal(bytes: Uint8Array, name?: string, options?: DecodeOptions): Promise<Float32Array> {
  const { samples, sampleRate } = await decodeAudio(bytes, name, options);
  return sampleRate === SAMPLE_RATE ? samples : resample(samples, sampleRate, SAMPLE_RATE);
}
