import { BinaryReader } from '@bufbuild/protobuf/wire';
import { SerError } from '../error.ts';
import { type Fields, message, readFields, readIntegers, readModelFields } from './wire.ts';

/** A value that goes into or comes out of a graph. */
export interface GraphValue {
  name: string;
  /** Of its elements, as ONNX names it: `float`, `int64`, … */
  type: string;
  /** Lengths, or names of dimensions that may have any length; undefined if the file does not say. */
  shape?: readonly (number | string)[];
  /** Its message in the file. */
  bytes: Uint8Array;
}

/** An operation of a graph. */
export interface GraphNode {
  name: string;
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  /** Names of values used in the graphs of its branches or its loop. */
  inner: readonly string[];
  /** Its attributes that are lists of integers, such as `strides`. */
  integers: Readonly<Record<string, readonly number[]>>;
  /** Its message in the file. */
  bytes: Uint8Array;
}

/** Weights of a graph. */
export interface GraphTensor {
  name: string;
  shape: readonly number[];
  bytes: Uint8Array;
}

/** What a model's file says of its graph; the arrays of bytes are views of the file. */
export interface ReadGraph {
  /** The operator set of ONNX itself. */
  opset: number;
  inputs: readonly GraphValue[];
  outputs: readonly GraphValue[];
  /** In an order in which they can be computed. */
  nodes: readonly GraphNode[];
  tensors: ReadonlyMap<string, GraphTensor>;
}

/** Field numbers (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
export const MODEL = { graph: 7, opset: 8 } as const;
export const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
const OPSET = { domain: 1, version: 2 } as const;
const NODE = { input: 1, output: 2, name: 3, op: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, graph: 6, integers: 8, graphs: 11 } as const;
const TENSOR = { dimension: 1, name: 8, external: 13 } as const;
const VALUE = { name: 1, type: 2 } as const;
const TYPE = { tensor: 1, element: 1, shape: 2 } as const;
const DIMENSION = { of: 1, value: 1, name: 2 } as const;

const ELEMENTS = ['none', 'float', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool', 'float16', 'double']; // prettier-ignore

/**
 * Reads the graph of an ONNX model, without the values of its weights.
 * @param origin  name of the model in messages
 * @throws {SerError} `model` for bytes that are not an ONNX model, a truncated one, or one whose weights lie in other files
 */
export function readGraph(bytes: Uint8Array, origin: string): ReadGraph {
  let opset = 0;
  const inputs: GraphValue[] = [];
  const outputs: GraphValue[] = [];
  const nodes: GraphNode[] = [];
  const tensors = new Map<string, GraphTensor>();
  const graph: Fields = {
    [GRAPH.node]: (reader) => nodes.push(readNode(reader)),
    [GRAPH.initializer]: (reader) => {
      const tensor = readTensor(reader, origin);
      tensors.set(tensor.name, tensor);
    },
    [GRAPH.input]: (reader) => inputs.push(readValue(reader)),
    [GRAPH.output]: (reader) => outputs.push(readValue(reader)),
  };
  readModelFields(bytes, origin, {
    [MODEL.graph]: (reader) => readFields(message(reader), graph),
    [MODEL.opset]: (reader) => {
      let domain = '';
      let version = 0;
      readFields(message(reader), {
        [OPSET.domain]: (field) => (domain = field.string()),
        [OPSET.version]: (field) => (version = Number(field.int64())),
      });
      if (domain === '' || domain === 'ai.onnx') opset = version;
    },
  });
  if (nodes.length === 0 || outputs.length === 0) throw new SerError('model', `${origin} is not an ONNX model: it has no graph.`); // prettier-ignore
  // Until version 3 of the format weights were listed among the inputs.
  return { opset, inputs: inputs.filter(({ name }) => !tensors.has(name)), outputs, nodes, tensors };
}

function readNode(reader: BinaryReader): GraphNode {
  const bytes = reader.bytes();
  const inputs: string[] = [];
  const outputs: string[] = [];
  const inner: string[] = [];
  const integers: Record<string, readonly number[]> = {};
  const names = { name: '', op: '' };
  const readInner = (branch: BinaryReader): void =>
    readFields(message(branch), {
      [GRAPH.node]: (node) => {
        const { inputs, inner: deeper } = readNode(node);
        inner.push(...inputs, ...deeper);
      },
      [GRAPH.output]: (value) => inner.push(readValue(value).name),
    });
  readFields(new BinaryReader(bytes), {
    [NODE.input]: (node) => inputs.push(node.string()),
    [NODE.output]: (node) => outputs.push(node.string()),
    [NODE.name]: (node) => (names.name = node.string()),
    [NODE.op]: (node) => (names.op = node.string()),
    [NODE.attribute]: (node) => {
      let name = '';
      const values: number[] = [];
      readFields(message(node), {
        [ATTRIBUTE.name]: (attribute) => (name = attribute.string()),
        [ATTRIBUTE.integers]: (attribute, type) => readIntegers(attribute, type, values),
        [ATTRIBUTE.graph]: readInner,
        [ATTRIBUTE.graphs]: readInner,
      });
      if (values.length > 0) integers[name] = values;
    },
  });
  return { ...names, inputs, outputs, inner, integers, bytes };
}

function readTensor(reader: BinaryReader, origin: string): GraphTensor {
  const bytes = reader.bytes();
  const shape: number[] = [];
  let name = '';
  readFields(new BinaryReader(bytes), {
    [TENSOR.dimension]: (tensor, type) => readIntegers(tensor, type, shape),
    [TENSOR.name]: (tensor) => (name = tensor.string()),
    [TENSOR.external]: () => {
      throw new SerError('model', `${origin} keeps its weights in other files: export it as a single file.`);
    },
  });
  return { name, shape, bytes };
}

function readValue(reader: BinaryReader): GraphValue {
  const bytes = reader.bytes();
  let name = '';
  let type = 'none';
  let shape: (number | string)[] | undefined;
  const readDimension = (dimension: BinaryReader): void => {
    let length: number | string = '';
    readFields(message(dimension), {
      [DIMENSION.value]: (field) => (length = Number(field.int64())),
      [DIMENSION.name]: (field) => (length = field.string()),
    });
    shape!.push(length);
  };
  const tensor: Fields = {
    [TYPE.element]: (field) => {
      const number = field.int32();
      type = ELEMENTS[number] ?? `type ${number}`;
    },
    [TYPE.shape]: (field) => {
      shape = [];
      readFields(message(field), { [DIMENSION.of]: readDimension });
    },
  };
  readFields(new BinaryReader(bytes), {
    [VALUE.name]: (field) => (name = field.string()),
    [VALUE.type]: (field) =>
      readFields(message(field), { [TYPE.tensor]: (inner) => readFields(message(inner), tensor) }),
  });
  return { name, type, ...(shape && { shape }), bytes };
}
