import { readFile } from 'node:fs/promises';
import { SerError } from '../../error.ts';
import { memoize } from '../../memoize.ts';
import type { Random } from '../../random.ts';
import { sha256 } from '../../sha256.ts';
import { loadAudio } from '../audio/load.ts';
import { pieceOf } from '../augment/interference.ts';
import { mix, power } from './levels.ts';

/**
 * Recordings of noise, each read once.
 * @returns mono, 16 kHz
 * @throws {SerError} `audio` for a file that cannot be read or is silent
 */
export const loadNoises = (paths: readonly string[] = []): Promise<Float32Array[]> => Promise.all(paths.map(loadNoise));

const loadNoise = memoize(async (path: string): Promise<Float32Array> => {
  const signal = await loadAudio(path);
  if (power(signal) > 0) return signal;
  throw new SerError('audio', `${path} is silent: it cannot serve as noise.`);
});

/** Identifies the contents of recordings, in their order. */
export async function hashNoises(paths: readonly string[]): Promise<string[]> {
  return Promise.all(paths.map(async (path) => sha256(await readFile(path))));
}

/** Tries to find a piece with sound in it, in recordings with pauses. */
const TRIES = 20;

/**
 * Adds a random piece of one of several recordings.
 * @param signal  mono, 16 kHz
 * @param snr  dB; see `mix`
 */
export function addRecordedNoise(
  signal: Float32Array,
  snr: number,
  random: Random,
  recordings: readonly Float32Array[],
): Float32Array {
  const recording = recordings[random.integer(recordings.length)];
  let piece = pieceOf(recording, signal.length, random);
  for (let i = 1; i < TRIES && power(piece) === 0; i++) piece = pieceOf(recording, signal.length, random);
  return mix(signal, piece, snr);
}
