import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** Float32 values in row-major order. */
export interface FloatTensor {
  data: Float32Array;
  shape: readonly number[];
}

/** Values of an input: floats, integers, or bytes for booleans. */
export interface InputTensor {
  data: Float32Array | BigInt64Array | Int32Array | Uint8Array;
  shape: readonly number[];
}

/** A network that is open in ONNX Runtime. */
export interface OnnxSession {
  /** Names of its inputs and outputs. */
  inputNames: readonly string[];
  outputNames: readonly string[];
  /** @returns every output by its name */
  run(inputs: Readonly<Record<string, InputTensor>>): Promise<Record<string, FloatTensor>>;
  /** Frees its memory. */
  close(): Promise<void>;
}

export interface OpenOnnxOptions {
  /**
   * Threads within one operation, in Node.
   * @default 1  several clips at once use cores better than several threads per clip
   */
  threads?: number;
}

/** Opens a network: `openInNode` or `openInBrowser`. @param bytes  of the ONNX file */
export type OpenOnnx = (bytes: Uint8Array, options?: OpenOnnxOptions) => Promise<OnnxSession>;

/** ONNX Runtime, which has one package for Node and one for browsers. */
export interface OnnxRuntime {
  InferenceSession: typeof InferenceSession;
  Tensor: typeof Tensor;
}

/** Opens a network with float32 outputs. @param bytes  of the ONNX file */
export async function createSession(
  { InferenceSession, Tensor }: OnnxRuntime,
  bytes: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<OnnxSession> {
  // Its errors are thrown as well as printed.
  const quiet = { logSeverityLevel: 4 } as const;
  const session = await InferenceSession.create(bytes, { ...options, ...quiet });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: async (inputs) => {
      const feeds = Object.entries(inputs).map(
        ([name, { data, shape }]) => [name, tensorOf(Tensor, data, shape)] as const,
      );
      const results = await session.run(Object.fromEntries(feeds), quiet);
      return Object.fromEntries(
        Object.entries(results).map(([name, { data, dims }]) => [name, { data: data as Float32Array, shape: dims }]),
      );
    },
    close: () => session.release(),
  };
}

function tensorOf(Tensor: OnnxRuntime['Tensor'], data: InputTensor['data'], shape: readonly number[]): Tensor {
  if (data instanceof Float32Array) return new Tensor('float32', data, shape);
  if (data instanceof BigInt64Array) return new Tensor('int64', data, shape);
  return data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('bool', data, shape);
}
