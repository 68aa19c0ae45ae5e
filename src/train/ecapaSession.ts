import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Frames } from '../features/types.ts';
import { ECAPA_INPUT, ECAPA_OUTPUT } from './genderMetadata.ts';

export interface OpenEcapa {
  /** Names of what it takes and gives; another network's are others. */
  inputNames: readonly string[];
  outputNames: readonly string[];
  /** @param logMel  one clip's, less the time mean */
  logits(logMel: Frames & { data: Float32Array }): Promise<[male: number, female: number]>;
  close(): Promise<void>;
}

/** ONNX Runtime, which has one package for Node and one for browsers. */
export interface OnnxRuntime {
  InferenceSession: typeof InferenceSession;
  Tensor: typeof Tensor;
}

/** Opens an exported network. @param bytes  of the ONNX file */
export async function ecapaSession(
  { InferenceSession, Tensor }: OnnxRuntime,
  bytes: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<OpenEcapa> {
  const errorsOnly = { logSeverityLevel: 3 } as const;
  const session = await InferenceSession.create(bytes, { ...options, ...errorsOnly });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    logits: async ({ data, frames, bins }) => {
      const result = await session.run({ [ECAPA_INPUT]: new Tensor('float32', data, [1, frames, bins]) });
      const [male, female] = result[ECAPA_OUTPUT].data as Float32Array;
      return [male, female];
    },
    close: () => session.release(),
  };
}
