import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { ecapaSession, type OpenEcapa } from '../../train/ecapaSession.ts';

/** Where the page's server keeps ONNX Runtime's WebAssembly. */
export const ORT_WASM = '/ort-wasm-simd-threaded.wasm';

/** As `openEcapa`, in a browser: one thread, which needs no cross-origin isolation. */
export async function openEcapaInBrowser(bytes: Uint8Array): Promise<OpenEcapa> {
  env.wasm.numThreads = 1;
  env.wasm.wasmPaths = { wasm: ORT_WASM };
  return ecapaSession({ InferenceSession, Tensor }, bytes, { executionProviders: ['wasm'] });
}
