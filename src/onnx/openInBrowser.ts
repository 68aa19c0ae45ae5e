import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { createSession, type OpenOnnx } from './session.ts';

/** Where the page's server keeps ONNX Runtime's WebAssembly. */
const ORT_WASM = '/ort-wasm-simd-threaded.wasm';

/** Opens a network in ONNX Runtime for browsers: one thread, which needs no cross-origin isolation. */
export const openInBrowser: OpenOnnx = (bytes) => {
  env.wasm.numThreads = 1;
  env.wasm.wasmPaths = { wasm: ORT_WASM };
  return createSession({ InferenceSession, Tensor }, bytes, { executionProviders: ['wasm'] });
};
