/**
 * Switches off the telemetry of ONNX Runtime's packages for Node. Since 1.30 they report each use to Microsoft, and keep an identifier and
 * a queue of reports on the disk, unless this is set before the library is loaded. A worker thread's environment is a copy that the
 * library does not see: call this before workers start.
 */
export function silenceOnnxTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}
