import type { Frames } from '../features/types.ts';
import type { OnnxSession, OpenOnnx, OpenOnnxOptions } from '../onnx/session.ts';
import { ECAPA_INPUT, ECAPA_OUTPUT } from './genderMetadata.ts';

export interface OpenEcapa extends Omit<OnnxSession, 'run'> {
  /** @param logMel  one clip's, less the time mean */
  logits(logMel: Frames & { data: Float32Array }): Promise<[male: number, female: number]>;
}

/** Opens an exported network. @param bytes  of the ONNX file @param open  in Node or in a browser */
export async function openEcapa(bytes: Uint8Array, open: OpenOnnx, options?: OpenOnnxOptions): Promise<OpenEcapa> {
  const { run, ...session } = await open(bytes, options);
  return {
    ...session,
    logits: async ({ data, frames, bins }) => {
      const results = await run({ [ECAPA_INPUT]: { data, shape: [1, frames, bins] } });
      const [male, female] = results[ECAPA_OUTPUT].data;
      return [male, female];
    },
  };
}
