import { createHash } from 'node:crypto';
import { SerError } from '../../error.ts';
import { readOnnxWeights } from '../../onnx/weights.ts';
import { speechGraph } from './graph.ts';
import { SPEECH_FORMAT, type SpeechMetadata } from './network.ts';

/** Where the weights come from: Silero VAD 6 as a package of the npm registry ships it. */
export const PUBLISHED = {
  package: '@ricky0123/vad-web',
  version: '0.0.31',
  file: 'dist/silero_vad_v6.onnx',
  sha256: '1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3',
  licence: 'MIT, © Silero Team, https://github.com/snakers4/silero-vad',
} as const;

/**
 * The model as it is shipped, made of the published one; the same bytes each time.
 * @param published  the published file
 * @throws {SerError} `model` if it is another file
 */
export function speechModel(published: Uint8Array): Uint8Array {
  const origin = `${PUBLISHED.package} ${PUBLISHED.version}, ${PUBLISHED.file}`;
  const sha256 = createHash('sha256').update(published).digest('hex');
  if (sha256 !== PUBLISHED.sha256) {
    throw new SerError('model', `${origin}: its SHA-256 is ${sha256}, not ${PUBLISHED.sha256}; install that version.`);
  }
  const metadata: SpeechMetadata = {
    format: SPEECH_FORMAT,
    source: `Silero VAD 6, 16 kHz; ${origin}`,
    sourceSha256: sha256,
    licence: PUBLISHED.licence,
  };
  return speechGraph(readOnnxWeights(published, origin), origin).toBytes({ ...metadata }, '1');
}
