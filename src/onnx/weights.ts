import type { BinaryReader } from '@bufbuild/protobuf/wire';
import type { FloatTensor } from './session.ts';
import { message, readFields, readIntegers, readModelFields } from './wire.ts';

/** Field numbers on the way to weights (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, initializer: 5 } as const;
const NODE = { output: 2, attribute: 5 } as const;
const ATTRIBUTE = { tensor: 5, graph: 6 } as const;
const TENSOR = { dimension: 1, type: 2, name: 8, raw: 9 } as const;

const FLOAT = 1;

/**
 * The float32 weights of an ONNX model by name: initialisers, and constants by the name of their output, including those in the
 * branches of an `If`. Only values stored as raw bytes are read, as exporters write them.
 * @param origin  name of the model in messages
 * @throws {SerError} `model` for bytes that are not a protocol buffer, or a truncated one
 */
export function readOnnxWeights(bytes: Uint8Array, origin = 'the model'): Map<string, FloatTensor> {
  const weights = new Map<string, FloatTensor>();
  const keep = (name: string, tensor: FloatTensor | undefined): void => {
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
        let constant: FloatTensor | undefined;
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

function readTensor(reader: BinaryReader): { name: string; tensor?: FloatTensor } {
  const shape: number[] = [];
  let name = '';
  let type = 0;
  let raw: Uint8Array | undefined;
  readFields(reader, {
    [TENSOR.dimension]: (tensor, wire) => readIntegers(tensor, wire, shape),
    [TENSOR.type]: (tensor) => (type = tensor.int32()),
    [TENSOR.name]: (tensor) => (name = tensor.string()),
    [TENSOR.raw]: (tensor) => (raw = tensor.bytes()),
  });
  if (type !== FLOAT || !raw) return { name };
  const length = shape.reduce((product, size) => product * size, 1);
  if (raw.length !== 4 * length) throw new Error(`${raw.length} bytes for ${length} values of ${name}`);
  return { name, tensor: { shape, data: new Float32Array(new Uint8Array(raw).buffer) } };
}
