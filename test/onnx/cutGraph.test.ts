import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cutGraph } from '../../src/onnx/cutGraph.ts';
import { createOnnxGraph } from '../../src/onnx/graph.ts';
import { openInNode } from '../../src/onnx/openInNode.ts';
import { readGraph } from '../../src/onnx/readGraph.ts';

/** y = 2 (x + a), and z = y · m, of which `inner` is x + a. */
function model(): { bytes: Uint8Array; inner: string } {
  const graph = createOnnxGraph('sums');
  const x = graph.input('x', ['n', 2]);
  const mask = graph.input('mask', ['n', 2], 'int64');
  const inner = graph.node('Add', [x, graph.constant('a', [2], Float32Array.of(1, 10))]);
  const y = graph.node('Mul', [inner, graph.constant('two', [], Float32Array.of(2))]);
  graph.output(y, 'y', ['n', 2]);
  graph.output(graph.node('Mul', [y, graph.node('Cast', [mask], { to: 1 })]), 'z', ['n', 2]);
  return { bytes: graph.toBytes({ some: 'metadata' }), inner };
}

test('a graph is read with its inputs, outputs, operations, weights and operator set', () => {
  const graph = readGraph(model().bytes, 'model');
  expect(graph.inputs).toMatchObject([
    { name: 'x', type: 'float', shape: ['n', 2] },
    { name: 'mask', type: 'int64', shape: ['n', 2] },
  ]);
  expect(graph.outputs.map(({ name }) => name)).toEqual(['y', 'z']);
  expect(graph.nodes.map(({ op }) => op)).toEqual(['Add', 'Mul', 'Identity', 'Cast', 'Mul', 'Identity']);
  expect([...graph.tensors.values()].map(({ name, shape }) => [name, shape])).toEqual([['a', [2]], ['two', []]]); // prettier-ignore
  expect(graph.opset).toBe(17);
});

test('a model cut at a value computes it, without what it does not need', async () => {
  const { bytes, inner } = model();
  for (const [value, expected, weights] of [
    [inner, [2, 12], ['a']],
    ['y', [4, 24], ['a', 'two']],
  ] as const) {
    const cut = cutGraph(bytes, readGraph(bytes, 'model'), value, 'it');
    const graph = readGraph(cut, 'cut');
    expect([...graph.tensors.keys()]).toEqual(weights);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
    const session = await openInNode(cut);
    const { it } = await session.run({ x: { data: Float32Array.of(1, 2), shape: [1, 2] } });
    expect([[...it.data], it.shape]).toEqual([expected, [1, 2]]);
    await session.close();
  }
});

test('values inside the branches of an operation count as used', () => {
  const bytes = readFileSync('node_modules/@ricky0123/vad-web/dist/silero_vad_v5.onnx');
  const graph = readGraph(bytes, 'vad');
  const branches = graph.nodes.find(({ op }) => op === 'If')!;
  expect(branches.inner.length).toBeGreaterThan(10);
  const all = cutGraph(bytes, graph, graph.outputs[0].name, 'it');
  expect(readGraph(all, 'cut').nodes.some(({ op }) => op === 'If')).toBe(true);
});

test('a model cut short anywhere, or not a model, is refused in words', () => {
  const { bytes } = model();
  let refused = 0;
  for (let length = 0; length < bytes.length; length++) {
    try {
      readGraph(bytes.subarray(0, length), 'm.onnx');
    } catch (error) {
      refused++;
      expect(error).toMatchObject({ name: 'SerError', code: 'model', message: expect.stringMatching(/^m\.onnx/) });
    }
  }
  // What comes after the graph is not needed to read it.
  expect(refused).toBeGreaterThan(0.5 * bytes.length);
});
