import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { createSession, type OpenOnnx } from './session.ts';

/** Path of ONNX Runtime's WebAssembly on the page's server. */
const ORT_WASM = '/ort-wasm-simd-threaded.wasm';

/** Opens a network in ONNX Runtime for browsers: one thread, which needs no cross-origin isolation. */
export const openInBrowser: OpenOnnx = (bytes) => {
  env.wasm.numThreads = 1;
  env.wasm.wasmPaths = { wasm: ORT_WASM };
  return createSession({ InferenceSession, Tensor }, bytes, { executionProviders: ['wasm'] });
};
