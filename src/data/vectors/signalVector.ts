import { SerError } from '../../error.ts';
import type { FeatureSet, FeatureValues } from '../../features/types.ts';
import { featureSet } from '../embeddings/load.ts';
import { extractAll } from '../embeddings/sets.ts';

/**
 * The features of a signal, by the set of this name.
 * @param signal  mono, 16 kHz
 * @throws {SerError} `audio` if one is no finite number
 */
export async function signalVector(signal: Float32Array, name: string): Promise<FeatureValues> {
  return (await vectorsOf([signal], featureSet(name)))[0];
}

/**
 * The features of several signals.
 * @param which  description of each signal in error messages
 * @throws {SerError} `audio` if one is no finite number
 */
export async function vectorsOf(
  signals: readonly Float32Array[],
  set: FeatureSet,
  which: (index: number) => string = () => '',
): Promise<FeatureValues[]> {
  const vectors = await extractAll(set, signals);
  vectors.forEach((vector, i) => {
    const bad = vector.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return;
    throw new SerError('audio', `${set.names[bad % set.names.length]}${which(i)} is ${vector[bad]}, not a finite number.`); // prettier-ignore
  });
  return vectors;
}
