import { type ModelMetadata, openModel } from '../../onnx/model.ts';
import type { FloatTensor, OpenOnnx } from '../../onnx/session.ts';
import { SPECTRUM, SPEECH_INPUTS, SPEECH_OUTPUTS, STATE } from './windows.ts';

/** Name of the convention for inputs, outputs and metadata. */
export const SPEECH_FORMAT = 'gender-ser/speech/1';

/** The network's state between two runs. */
export type SpeechState = readonly [hidden: FloatTensor, cell: FloatTensor];

export const INITIAL_STATE: SpeechState = [
  { data: new Float32Array(STATE), shape: [1, 1, STATE] },
  { data: new Float32Array(STATE), shape: [1, 1, STATE] },
];

export interface SpeechNetwork {
  metadata: ModelMetadata;
  /** @param windows  from `speechWindows` @returns one probability per frame, and the state after the last */
  run(windows: Float32Array, state: SpeechState): Promise<{ probabilities: Float32Array; state: SpeechState }>;
  /** Frees its memory. */
  close(): Promise<void>;
}

/**
 * Opens the network of models/speech.
 * @param bytes  of the ONNX file
 * @param open  for Node or for browsers
 * @param origin  name of the file in messages
 * @throws {SerError} `model` if it is damaged or of another format
 */
export async function openSpeechNetwork(bytes: Uint8Array, open: OpenOnnx, origin: string): Promise<SpeechNetwork> {
  const expected = { format: SPEECH_FORMAT, inputs: SPEECH_INPUTS, outputs: SPEECH_OUTPUTS };
  const { metadata, session } = await openModel(bytes, open, origin, expected);
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
