import { fileURLToPath } from 'node:url';
import { SerError } from '../../error.ts';
import { readShared } from '../../files/sharedFiles.ts';
import { memoize } from '../../memoize.ts';
import { openInNode } from '../../onnx/openInNode.ts';
import { speechDetector } from '../speech/load.ts';
import { createFeatureSets } from './sets.ts';

/** Path of the package's model. */
export const EMBEDDING_MODEL = fileURLToPath(new URL('../../../models/speech-embedding/embedding.onnx', import.meta.url)); // prettier-ignore

const encoder = memoize(async (path: string) => {
  const bytes = await readShared(path).catch((cause: Error) => {
    throw new SerError('model', `${path}: the speech encoder cannot be read (${cause.message}).`, { cause });
  });
  const { openSpeechEncoder } = await import('./encoder.ts');
  return openSpeechEncoder(bytes, openInNode, await speechDetector(), path);
});

/**
 * The package's speech encoder, loaded at the first call in each thread.
 * @throws {SerError} `model` if its file is missing or damaged
 */
export const speechEncoder = () => encoder(EMBEDDING_MODEL);

/** All feature sets, in Node. */
export const { names: FEATURE_SET_NAMES, featureSet } = createFeatureSets(speechEncoder);
