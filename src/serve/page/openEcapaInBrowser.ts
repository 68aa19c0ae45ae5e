import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { ECAPA_INPUT, ECAPA_OUTPUT } from '../../train/genderMetadata.ts';
import type { OpenEcapa } from '../../train/openEcapa.ts';

/** Where the page's server keeps ONNX Runtime's WebAssembly. */
export const ORT_WASM = '/ort-wasm-simd-threaded.wasm';

/** As `openEcapa`, in a browser: one thread, which needs no cross-origin isolation. */
export async function openEcapaInBrowser(bytes: Uint8Array): Promise<OpenEcapa> {
  env.wasm.numThreads = 1;
  env.wasm.wasmPaths = { wasm: ORT_WASM };
  const session = await InferenceSession.create(bytes, { executionProviders: ['wasm'], logSeverityLevel: 3 });
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
