import type { BinaryReader } from '@bufbuild/protobuf/wire';
import { SerError } from '../error.ts';
import type { FloatTensor } from './session.ts';
import { message, readFields, readFloats, readIntegers, readModelFields } from './wire.ts';

/** Field numbers on the way to weights (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, initializer: 5 } as const;
const NODE = { output: 2, attribute: 5 } as const;
const ATTRIBUTE = { tensor: 5, graph: 6 } as const;
const TENSOR = { dimension: 1, type: 2, floats: 4, integers: 5, name: 8, raw: 9 } as const;

const [FLOAT, UINT8, INT8] = [1, 2, 3];

/** Weights as they are stored: floats, or integers of eight bits. */
export interface StoredTensor {
  data: Float32Array | Uint8Array | Int8Array;
  shape: readonly number[];
}

/**
 * The float32 weights of an ONNX model by name: initialisers, and constants by the name of their output, including those in the
 * branches of an `If`.
 * @param origin  name of the model in messages
 * @throws {SerError} `model` for bytes that are not a protocol buffer, or a truncated one
 */
export function readOnnxWeights(bytes: Uint8Array, origin = 'the model'): Map<string, FloatTensor> {
  const isFloat = (entry: [string, StoredTensor]): entry is [string, FloatTensor] =>
    entry[1].data instanceof Float32Array;
  return new Map([...readOnnxTensors(bytes, origin)].filter(isFloat));
}

/** The same, with weights of eight bits. @throws {SerError} likewise */
export function readOnnxTensors(bytes: Uint8Array, origin = 'the model'): Map<string, StoredTensor> {
  const weights = new Map<string, StoredTensor>();
  const keep = (name: string, tensor: StoredTensor | undefined): void => {
    if (tensor) weights.set(name, tensor);
  };
  const readGraph = (graph: BinaryReader): void =>
    readFields(graph, {
      [GRAPH.initializer]: (reader) => {
        const { name, tensor } = readTensor(message(reader));
        keep(name, tensor);
      },
      [GRAPH.node]: (reader) => {
        let output = '';
        let constant: StoredTensor | undefined;
        readFields(message(reader), {
          [NODE.output]: (node) => (output = node.string()),
          [NODE.attribute]: (node) =>
            readFields(message(node), {
              [ATTRIBUTE.tensor]: (attribute) => (constant = readTensor(message(attribute)).tensor),
              [ATTRIBUTE.graph]: (attribute) => readGraph(message(attribute)),
            }),
        });
        keep(output, constant);
      },
    });
  readModelFields(bytes, origin, { [MODEL.graph]: (model) => readGraph(message(model)) });
  return weights;
}

/**
 * Takes weights of a published model by name.
 * @param network  its name in messages
 * @returns the weight of a name, which must have the shape and, unless it is of floats, eight bits
 */
export function weightsOf(tensors: ReadonlyMap<string, StoredTensor>, origin: string, network: string) {
  const stored = (name: string, shape: readonly number[]): StoredTensor['data'] => {
    const found = tensors.get(name);
    const expected = shape.join(' × ');
    if (found?.shape.join(' × ') === expected) return found.data;
    const difference = found ? `has the shape ${found.shape.join(' × ')}` : 'is missing';
    throw new SerError('model', `${origin}: ${name} ${difference}; ${network} has ${expected}.`);
  };
  return {
    stored,
    /** @throws {SerError} `model` likewise, or if it is not of floats */
    floats(name: string, shape: readonly number[]): Float32Array {
      const data = stored(name, shape);
      if (data instanceof Float32Array) return data;
      throw new SerError('model', `${origin}: ${name} has integers; ${network} has floats.`);
    },
  };
}

function readTensor(reader: BinaryReader): { name: string; tensor?: StoredTensor } {
  const shape: number[] = [];
  let name = '';
  let type = 0;
  let raw: Uint8Array | undefined;
  const floats: number[] = [];
  const integers: number[] = [];
  readFields(reader, {
    [TENSOR.dimension]: (tensor, wire) => readIntegers(tensor, wire, shape),
    [TENSOR.type]: (tensor) => (type = tensor.int32()),
    [TENSOR.floats]: (tensor, wire) => readFloats(tensor, wire, floats),
    [TENSOR.integers]: (tensor, wire) => readIntegers(tensor, wire, integers),
    [TENSOR.name]: (tensor) => (name = tensor.string()),
    [TENSOR.raw]: (tensor) => (raw = tensor.bytes()),
  });
  const data = valuesOf(type, raw, type === FLOAT ? floats : integers);
  if (!data) return { name };
  const length = shape.reduce((product, size) => product * size, 1);
  if (data.length !== length) throw new Error(`${data.length} values instead of ${length} of ${name}`);
  return { name, tensor: { shape, data } };
}

/** The values of a tensor, stored as raw bytes or one by one; undefined for other types, and for values that are elsewhere. */
function valuesOf(
  type: number,
  raw: Uint8Array | undefined,
  listed: readonly number[],
): StoredTensor['data'] | undefined {
  if (!raw && listed.length === 0) return undefined;
  if (type === FLOAT) return raw ? new Float32Array(new Uint8Array(raw).buffer) : Float32Array.from(listed);
  if (type === UINT8) return raw ? new Uint8Array(raw) : Uint8Array.from(listed);
  if (type === INT8) return raw ? new Int8Array(new Uint8Array(raw).buffer) : Int8Array.from(listed);
  return undefined;
}
