import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { expect, test } from 'vitest';
import { createOnnxGraph } from '../../src/onnx/graph.ts';
import { readOnnxTensors, readOnnxWeights, weightsOf } from '../../src/onnx/weights.ts';

/** A model that multiplies by a 2 × 3 matrix. */
function model(): Uint8Array {
  const graph = createOnnxGraph('product');
  const x = graph.input('x', ['n', 2]);
  const weights = graph.constant('weights', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6.5));
  const sizes = graph.constant('sizes', [1], BigInt64Array.of(3n));
  graph.output(graph.node('Reshape', [graph.node('MatMul', [x, weights]), sizes]), 'y', [3]);
  return graph.toBytes({ some: 'metadata' });
}

test('the float weights of a model are read with their shapes; integers are passed over', () => {
  const expected = [['weights', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6.5) }]];
  expect([...readOnnxWeights(model())]).toEqual(expected);
});

test('weights of eight bits are read with their signs beside those of floats', () => {
  const graph = createOnnxGraph('sum');
  const constants = [
    graph.constant('unsigned', [2], Uint8Array.of(0, 255)),
    graph.constant('signed', [2], Int8Array.of(-128, 127)),
  ].map((name) => graph.node('Cast', [name], { to: 1 }));
  graph.output(graph.node('Add', [graph.node('Add', constants), graph.input('x', [2])]), 'y', [2]);
  const tensors = readOnnxTensors(graph.toBytes({ some: 'metadata' }));
  expect([...tensors]).toEqual([
    ['unsigned', { shape: [2], data: Uint8Array.of(0, 255) }],
    ['signed', { shape: [2], data: Int8Array.of(-128, 127) }],
  ]);
  const { floats, stored } = weightsOf(tensors, 'm.onnx', 'the network');
  expect(stored('signed', [2])).toEqual(Int8Array.of(-128, 127));
  expect(() => floats('signed', [2])).toThrow('m.onnx: signed has integers; the network has floats.');
  expect(() => stored('signed', [3])).toThrow('m.onnx: signed has the shape 2; the network has 3.');
  expect(() => stored('other', [])).toThrow('m.onnx: other is missing');
});

test('values that are listed one by one are read like raw bytes', () => {
  // A graph with a float 0.5 and an unsigned integer 200, each in the field of its type.
  const tensor = (name: string, type: number, write: (writer: BinaryWriter) => void): Uint8Array => {
    const writer = new BinaryWriter().tag(2, WireType.Varint).int32(type);
    write(writer);
    return writer.tag(8, WireType.LengthDelimited).string(name).finish();
  };
  const graph = new BinaryWriter()
    .tag(5, WireType.LengthDelimited)
    .bytes(tensor('half', 1, (writer) => writer.tag(4, WireType.LengthDelimited).fork().float(0.5).join()))
    .tag(5, WireType.LengthDelimited)
    .bytes(tensor('integer', 2, (writer) => writer.tag(5, WireType.LengthDelimited).fork().int32(200).join()))
    .finish();
  const tensors = readOnnxTensors(new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(graph).finish());
  expect(tensors.get('half')).toEqual({ shape: [], data: Float32Array.of(0.5) });
  expect(tensors.get('integer')).toEqual({ shape: [], data: Uint8Array.of(200) });
});

test('bytes that are no whole floats are refused in words, and weights stored elsewhere passed over', () => {
  const model = (raw: readonly number[]): Uint8Array => {
    const tensor = new BinaryWriter().tag(1, WireType.Varint).int64(1).tag(2, WireType.Varint).int32(1);
    if (raw.length > 0) tensor.tag(9, WireType.LengthDelimited).bytes(Uint8Array.from(raw));
    const graph = new BinaryWriter().tag(5, WireType.LengthDelimited).bytes(tensor.finish()).finish();
    return new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(graph).finish();
  };
  expect(readOnnxTensors(model([0, 0, 0, 0])).size).toBe(1);
  expect(() => readOnnxTensors(model([0, 0, 0, 0, 0]))).toThrow(expect.objectContaining({ code: 'model' }));
  expect(readOnnxTensors(model([])).size).toBe(0);
});

test('bytes in a buffer that is shared with others are read from where they begin', () => {
  const bytes = model();
  const shared = Buffer.alloc(bytes.length + 3);
  shared.set(bytes, 3);
  expect(readOnnxWeights(shared.subarray(3)).get('weights')?.data[5]).toBe(6.5);
});

test('a model cut short is refused in words, or lacks what was cut off', () => {
  const whole = model();
  for (let length = 1; length < whole.length; length++) {
    let found: string[];
    try {
      found = [...readOnnxWeights(whole.subarray(0, length), 'm.onnx').keys()];
    } catch (error) {
      expect(error).toMatchObject({ name: 'SerError', code: 'model' });
      expect((error as Error).message).toMatch(/^m\.onnx is not an ONNX file, or not the whole of it/);
      continue;
    }
    expect(['', 'weights']).toContain(found.join());
  }
});
