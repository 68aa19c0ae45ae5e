import { SerError } from '../../error.ts';
import type { FeatureValues } from '../../features/types.ts';
import { featureSet } from '../embeddings/load.ts';

/**
 * The features of a signal, by the set of this name.
 * @param signal  mono, 16 kHz
 * @param which  description of the signal in error messages
 * @throws {SerError} `audio` if one is no finite number
 */
export async function signalVector(signal: Float32Array, name: string, which = ''): Promise<FeatureValues> {
  const set = featureSet(name);
  const vector = await set.extract(signal);
  const bad = vector.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return vector;
  throw new SerError('audio', `${set.names[bad % set.names.length]}${which} is ${vector[bad]}, not a finite number.`);
}
