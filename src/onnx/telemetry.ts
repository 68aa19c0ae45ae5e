/**
 * ONNX Runtime's packages for Node report each use to Microsoft from 1.30 on, and keep an identifier and a queue of reports on the disk,
 * unless this is set in the process before its library is loaded. A worker thread's environment is a copy, which the library does
 * not see: it must be called before workers start.
 */
export function silenceOnnxTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}
