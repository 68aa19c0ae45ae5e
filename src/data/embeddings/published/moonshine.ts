import { type PublishedModel, remakeModel } from '../../../onnx/published.ts';
import { moonshineGraph } from '../moonshine/graph.ts';
import { MOONSHINE_FORMAT } from '../moonshine/network.ts';

/** Source of the weights, in a package of the npm registry. */
export const PUBLISHED = {
  source: 'Moonshine tiny, encoder',
  package: '@moonshine-ai/moonshine-js',
  version: '0.1.29',
  file: 'dist/model/tiny/quantized/encoder_model.onnx',
  sha256: 'c6fc4b7bc5af75c0591fd157a1f3829b533d18e9769a888fd95a62e470dd4f4a',
  licence: 'MIT, © 2025 Useful Sensors, Inc., https://github.com/moonshine-ai/moonshine',
} as const satisfies PublishedModel;

/**
 * The model as shipped, made from the published one; always the same bytes.
 * @param published  the published file
 * @throws {SerError} `model` if the file is another one
 */
export const moonshineModel = (published: Uint8Array): Uint8Array =>
  remakeModel(published, PUBLISHED, MOONSHINE_FORMAT, moonshineGraph);
