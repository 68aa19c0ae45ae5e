import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { createSession, type OpenOnnx } from './session.ts';

/** Path of ONNX Runtime's WebAssembly on the page's server. */
const ORT_WASM = '/ort-wasm-simd-threaded.wasm';

/**
 * Opens networks in ONNX Runtime for browsers: one thread, which needs no cross-origin isolation.
 * @param wasm  address of its `ort-wasm-simd-threaded.wasm`. Default: where the package expects it, beside the script
 */
export const openWith =
  (wasm?: string): OpenOnnx =>
  (bytes) => {
    env.wasm.numThreads = 1;
    if (wasm !== undefined) env.wasm.wasmPaths = { wasm };
    return createSession({ InferenceSession, Tensor }, bytes, { executionProviders: ['wasm'] });
  };

/** For pages of the server. */
export const openInBrowser = openWith(ORT_WASM);
