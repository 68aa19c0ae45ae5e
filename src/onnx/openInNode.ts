import { uninterrupted } from '../uninterrupted.ts';
import { createSession, type OpenOnnx } from './session.ts';
import { silenceOnnxTelemetry } from './telemetry.ts';

/** Opens a network in ONNX Runtime for Node; also in a worker that may be ended at any time. */
export const openInNode: OpenOnnx = async (bytes, { threads = 1 } = {}) => {
  silenceOnnxTelemetry();
  // Loaded here only: the native library costs a moment that the rest of the command line need not wait for.
  const runtime = await import('onnxruntime-node');
  const session = await uninterrupted(() =>
    // A copy: the native library takes no memory that threads share.
    createSession(runtime, new Uint8Array(bytes), { intraOpNumThreads: threads, interOpNumThreads: 1 }),
  );
  return { ...session, run: (inputs) => uninterrupted(() => session.run(inputs)) };
};
