import { uninterrupted } from '../uninterrupted.ts';
import { ecapaSession, type OpenEcapa } from './ecapaSession.ts';
import { silenceOnnxTelemetry } from '../onnx/telemetry.ts';

/** Opens an exported network in ONNX Runtime. @param bytes  of the ONNX file @param threads  within one operation */
export async function openEcapa(bytes: Uint8Array, threads = 1): Promise<OpenEcapa> {
  silenceOnnxTelemetry();
  // Loaded here only: the native library costs a moment that the rest of the command line need not wait for.
  const runtime = await import('onnxruntime-node');
  const network = await uninterrupted(() =>
    ecapaSession(runtime, bytes, { intraOpNumThreads: threads, interOpNumThreads: 1 }),
  );
  return { ...network, logits: (logMel) => uninterrupted(() => network.logits(logMel)) };
}
