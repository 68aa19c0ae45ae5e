import type { Frames } from '../features/types.ts';
import { ECAPA_INPUT, ECAPA_OUTPUT } from './ecapaGraph.ts';

export interface OpenEcapa {
  /** @param logMel  one clip's, less the time mean */
  logits(logMel: Frames & { data: Float32Array }): Promise<[male: number, female: number]>;
  close(): Promise<void>;
}

/** Runs an exported network by ONNX Runtime, on one thread. @param bytes  of the ONNX file */
export async function openEcapa(bytes: Uint8Array): Promise<OpenEcapa> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return {
    logits: async ({ data, frames, bins }) => {
      const result = await session.run({ [ECAPA_INPUT]: new Tensor('float32', data, [1, frames, bins]) });
      const [male, female] = result[ECAPA_OUTPUT].data as Float32Array;
      return [male, female];
    },
    close: () => session.release(),
  };
}
