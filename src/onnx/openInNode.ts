import { uninterrupted } from '../uninterrupted.ts';
import { createSession, type OpenOnnx } from './session.ts';
import { silenceOnnxTelemetry } from './telemetry.ts';

/** Opens a network in ONNX Runtime for Node; safe in a worker that may be terminated at any time. */
export const openInNode: OpenOnnx = async (bytes, { threads = 1 } = {}) => {
  silenceOnnxTelemetry();
  // Loaded on demand: the native library takes a moment that other commands should not spend.
  const runtime = await import('onnxruntime-node');
  const session = await uninterrupted(() =>
    // The native library does not accept shared memory.
    createSession(runtime, bytes.buffer instanceof SharedArrayBuffer ? new Uint8Array(bytes) : bytes, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
    }),
  );
  return { ...session, run: (inputs) => uninterrupted(() => session.run(inputs)) };
};
