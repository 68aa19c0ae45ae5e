import { fileURLToPath } from 'node:url';
import { memoize } from '../../memoize.ts';
import { openInNode } from '../../onnx/openInNode.ts';
import { readModel, RESTORE } from '../../onnx/readModel.ts';
import { speechDetector } from '../speech/load.ts';
import { frameCache } from './encoders/encoderPlace.ts';
import { encoderSet } from './encoders/encoderSets.ts';
import { createFeatureSets } from './sets.ts';

/** Path of the package's model. */
export const EMBEDDING_MODEL = fileURLToPath(new URL('../../../models/speech-embedding/embedding.onnx', import.meta.url)); // prettier-ignore

/** Reads the model file. @throws {SerError} `model` if it cannot be read */
export const readEmbeddingModel = (): Promise<Uint8Array> => readModel(EMBEDDING_MODEL, 'speech encoder', RESTORE);

const encoder = memoize(async (path: string) => {
  const { openSpeechEncoder } = await import('./encoder.ts');
  return openSpeechEncoder(await readEmbeddingModel(), openInNode, await speechDetector(), path);
});

/**
 * The package's speech encoder, loaded at the first call in each thread.
 * @throws {SerError} `model` if its file is missing or damaged
 */
export const speechEncoder = () => encoder(EMBEDDING_MODEL);

const sets = createFeatureSets(speechEncoder, encoderSet);

/**
 * Names of the feature sets; several are joined by `+`.
 * @example
 * FEATURE_SET_NAMES.includes('librosa186') // → true
 */
export const FEATURE_SET_NAMES = sets.names;

/**
 * A feature set by its name, one of `FEATURE_SET_NAMES`, an encoder of `ser embeddings list`, `onnx:FILE`, or several joined by `+`.
 * @throws {SerError} `usage` for an unknown name; `model` for an encoder that cannot be used
 * @example
 * const { names, extract } = featureSet('librosa186');
 * const vector = await extract(await loadAudio('data/demo/female.wav'));
 * [names.length, vector.length] // → [186, 186]
 */
export const featureSet = sets.featureSet;

export const { describeFeatureSet } = sets;

/** A set that keeps the frames of larger encoders on disk, for tables and other clips that are likely to be analysed again. */
export const { featureSet: keptFeatureSet } = createFeatureSets(speechEncoder, (name) => encoderSet(name, frameCache));
