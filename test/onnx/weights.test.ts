import { expect, test } from 'vitest';
import { createOnnxGraph } from '../../src/onnx/graph.ts';
import { readOnnxWeights } from '../../src/onnx/weights.ts';

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
