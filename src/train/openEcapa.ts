import type { Frames } from '../features/types.ts';
import { ECAPA_INPUT, ECAPA_OUTPUT } from './genderMetadata.ts';
import { silenceOnnxTelemetry } from './onnxTelemetry.ts';

export interface OpenEcapa {
  /** Names of what it takes and gives; another network's are others. */
  inputNames: readonly string[];
  outputNames: readonly string[];
  /** @param logMel  one clip's, less the time mean */
  logits(logMel: Frames & { data: Float32Array }): Promise<[male: number, female: number]>;
  close(): Promise<void>;
}

/** Opens an exported network in ONNX Runtime. @param bytes  of the ONNX file @param threads  within one operation */
export async function openEcapa(bytes: Uint8Array, threads = 1): Promise<OpenEcapa> {
  silenceOnnxTelemetry();
  // Loaded here only: the native library costs a moment that the rest of the command line need not wait for.
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const errorsOnly = { logSeverityLevel: 3 } as const;
  const threading = { intraOpNumThreads: threads, interOpNumThreads: 1 };
  const session = await InferenceSession.create(bytes, { ...threading, ...errorsOnly });
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
