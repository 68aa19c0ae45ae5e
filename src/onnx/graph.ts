import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { VERSION } from '../version.ts';
import { HASH_KEY } from './metadata.ts';
import { sha256 } from '../sha256.ts';

/**
 * Writes ONNX models (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto): the few messages that an inference graph
 * needs. Values are referred to by name, so that building a graph reads like the computation.
 */
export interface OnnxGraph {
  /** Declares an input; a named dimension may have any length. @param type  default `float` @returns its name */
  input(name: string, shape: readonly (number | string)[], type?: 'float' | 'int64'): string;
  /** Stores weights. @returns their name */
  constant(name: string, shape: readonly number[], data: Float32Array | BigInt64Array | Uint8Array | Int8Array): string;
  /** Stores a row of integers, such as a shape or axes. @returns their name */
  integers(name: string, ...values: number[]): string;
  /** Adds an operation with one output. @returns the output's name */
  node(op: string, inputs: readonly string[], attributes?: Attributes): string;
  /** Adds an operation with `count` outputs. @returns their names */
  nodes(count: number, op: string, inputs: readonly string[], attributes?: Attributes): string[];
  /** Makes a value an output, under a name of its own. */
  output(value: string, name: string, shape: readonly (number | string)[]): void;
  /**
   * The file.
   * @param metadata  stored in `metadata_props`, together with a hash of all other bytes (see `readOnnxFile`)
   * @param producerVersion  version of this toolkit that made it; a constant for a file that must stay the same, byte for byte
   */
  toBytes(metadata: Readonly<Record<string, string>>, producerVersion?: string): Uint8Array;
}

/** An integer, a list of integers, or `{ float }`. */
export type Attributes = Record<string, number | readonly number[] | { float: number }>;

/** The operator set of the nodes, and the file format that came with it. */
const OPSET = 17;
const IR_VERSION = 8;

export const FLOAT = 1;
const [UINT8, INT8, INT64] = [2, 3, 7];
const ATTRIBUTE = { float: 1, int: 2, ints: 7 } as const;

export type Write = (writer: BinaryWriter) => unknown;

/** One field: a message or bytes, a string, or an integer. */
function field(writer: BinaryWriter, number: number, value: Write | Uint8Array | string | number): void {
  if (typeof value === 'number') writer.tag(number, WireType.Varint).int64(value);
  else {
    writer.tag(number, WireType.LengthDelimited);
    if (typeof value === 'string') writer.string(value);
    else if (value instanceof Uint8Array) writer.bytes(value);
    else {
      writer.fork();
      value(writer);
      writer.join();
    }
  }
}

export function createOnnxGraph(name: string): OnnxGraph {
  const inputs: Write[] = [];
  const outputs: Write[] = [];
  const constants: Write[] = [];
  const nodes: Write[] = [];
  let count = 0;

  const add = (...node: Parameters<typeof nodeMessage>): void => {
    nodes.push(nodeMessage(...node));
  };
  const graph: OnnxGraph = {
    input(input, shape, type) {
      inputs.push(valueInfo(input, shape, type === 'int64' ? INT64 : FLOAT));
      return input;
    },
    constant(constant, shape, data) {
      constants.push((writer) => {
        for (const length of shape) field(writer, 1, length);
        field(writer, 2, typeOf(data));
        field(writer, 8, constant);
        field(writer, 9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      });
      return constant;
    },
    integers: (name, ...values) => graph.constant(name, [values.length], BigInt64Array.from(values, BigInt)),
    node: (op, from, attributes) => graph.nodes(1, op, from, attributes)[0],
    nodes(length, op, from, attributes) {
      const to = Array.from({ length }, () => `v${count++}`);
      add(op, [...from], to, attributes);
      return [...to];
    },
    output(value, output, shape) {
      add('Identity', [value], [output]);
      outputs.push(valueInfo(output, shape));
    },
    toBytes(metadata, producerVersion = VERSION) {
      const writer = new BinaryWriter();
      field(writer, 1, IR_VERSION);
      field(writer, 2, 'gender-ser');
      field(writer, 3, producerVersion);
      field(writer, 7, () => {
        for (const write of nodes) field(writer, 1, write);
        field(writer, 2, name);
        for (const write of constants) field(writer, 5, write);
        for (const write of inputs) field(writer, 11, write);
        for (const write of outputs) field(writer, 12, write);
      });
      field(writer, 8, () => field(writer, 2, OPSET));
      const [model, entries] = [writer.finish(), metadataProps(metadata)];
      const hash = sha256([model, entries]);
      // Before the other entries: a file that is cut off anywhere after it lacks some of them.
      return Buffer.concat([model, metadataProps({ [HASH_KEY]: hash }), entries]);
    },
  };
  return graph;
}

function typeOf(data: Float32Array | BigInt64Array | Uint8Array | Int8Array): number {
  if (data instanceof Float32Array) return FLOAT;
  if (data instanceof BigInt64Array) return INT64;
  return data instanceof Int8Array ? INT8 : UINT8;
}

/** An operation, named after its first output. */
export function nodeMessage(
  op: string,
  from: readonly string[],
  to: readonly string[],
  attributes: Attributes = {},
): Write {
  return (writer) => {
    for (const value of from) field(writer, 1, value);
    for (const value of to) field(writer, 2, value);
    field(writer, 3, `${op}_${to[0]}`);
    field(writer, 4, op);
    for (const [key, value] of Object.entries(attributes)) field(writer, 5, attribute(key, value));
  };
}

function metadataProps(metadata: Readonly<Record<string, string>>): Uint8Array {
  const writer = new BinaryWriter();
  for (const [key, value] of Object.entries(metadata)) {
    field(writer, 14, () => {
      field(writer, 1, key);
      field(writer, 2, value);
    });
  }
  return writer.finish();
}

function attribute(name: string, value: Attributes[string]): Write {
  return (writer) => {
    field(writer, 1, name);
    if (typeof value === 'number') field(writer, 3, value);
    else if ('float' in value) writer.tag(2, WireType.Bit32).float(value.float);
    else for (const one of value) field(writer, 8, one);
    field(writer, 20, typeof value === 'number' ? ATTRIBUTE.int : 'float' in value ? ATTRIBUTE.float : ATTRIBUTE.ints);
  };
}

/** An input or output. */
export function valueInfo(name: string, shape: readonly (number | string)[], type: number = FLOAT): Write {
  return (writer) => {
    field(writer, 1, name);
    const dimensions: Write = () => {
      for (const length of shape) {
        field(writer, 1, () => field(writer, typeof length === 'number' ? 1 : 2, length));
      }
    };
    const tensorType: Write = () => {
      field(writer, 1, type);
      field(writer, 2, dimensions);
    };
    field(writer, 2, () => field(writer, 1, tensorType));
  };
}
