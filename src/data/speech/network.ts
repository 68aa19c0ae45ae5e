import { SerError } from '../../error.ts';
import { type OnnxFile, readOnnxFile } from '../../onnx/metadata.ts';
import type { FloatTensor, OpenOnnx } from '../../onnx/session.ts';
import { SPECTRUM, SPEECH_INPUTS, SPEECH_OUTPUTS, STATE } from './windows.ts';

/** The agreement on inputs, outputs and metadata. */
export const SPEECH_FORMAT = 'gender-ser/speech/1';

/** What the model says of itself in its `metadata_props`. */
export interface SpeechMetadata {
  format: string;
  source: string;
  sourceSha256: string;
  licence: string;
}

/** What the network remembers between two runs. */
export type SpeechState = readonly [hidden: FloatTensor, cell: FloatTensor];

export const INITIAL_STATE: SpeechState = [
  { data: new Float32Array(STATE), shape: [1, 1, STATE] },
  { data: new Float32Array(STATE), shape: [1, 1, STATE] },
];

export interface SpeechNetwork {
  metadata: SpeechMetadata;
  /** @param windows  as `speechWindows` cuts them @returns a probability a frame, and the state after the last */
  run(windows: Float32Array, state: SpeechState): Promise<{ probabilities: Float32Array; state: SpeechState }>;
  /** Frees its memory. */
  close(): Promise<void>;
}

/**
 * Opens the network of models/speech.
 * @param bytes  of the ONNX file
 * @param open  in Node or in a browser
 * @param origin  what to call the file in messages
 * @throws {SerError} `model` if it is damaged or of another make
 */
export async function openSpeechNetwork(bytes: Uint8Array, open: OpenOnnx, origin: string): Promise<SpeechNetwork> {
  const { metadata: entries, hash } = readOnnxFile(bytes, origin);
  const metadata = entries as Record<string, string> & SpeechMetadata;
  if (metadata.format !== SPEECH_FORMAT) {
    const found = Object.hasOwn(metadata, 'format') ? `format ${metadata.format}` : 'no format';
    throw new SerError('model', `${origin} has ${found} in it; this version reads ${SPEECH_FORMAT}.`);
  }
  await checkHash(hash, origin);
  const session = await open(bytes).catch((cause: Error) => {
    throw new SerError('model', `${origin}: ONNX Runtime cannot load it (${cause.message}).`, { cause });
  });
  const names = [...session.inputNames, ...session.outputNames].join(', ');
  const expected = [...SPEECH_INPUTS, ...SPEECH_OUTPUTS].join(', ');
  if (names !== expected) throw new SerError('model', `${origin} takes and gives ${names} instead of ${expected}.`);

  const network: SpeechNetwork = {
    metadata,
    async run(windows, [hidden, cell]) {
      const { window } = SPECTRUM;
      const results = await session.run({
        windows: { data: windows, shape: [windows.length / window, window] },
        hidden,
        cell,
      });
      return { probabilities: results.probabilities.data, state: [results.hiddenOut, results.cellOut] };
    },
    close: () => session.close(),
  };
  return network;
}

async function checkHash(hash: OnnxFile['hash'], origin: string): Promise<void> {
  // Browsers give `subtle` to pages from this machine or by HTTPS only.
  const { subtle } = crypto as Partial<Crypto>;
  if (hash && !subtle) return;
  const digest = hash && new Uint8Array(await subtle!.digest('SHA-256', hash.content));
  const hex = digest && Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (!hash || hex !== hash.sha256) {
    throw new SerError('model', `${origin} is damaged: it does not match the hash that it carries.`);
  }
}
