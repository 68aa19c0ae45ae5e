import { describe, expect, test } from 'vitest';
import { layerOutputs, widthOf } from '../../../../src/data/embeddings/encoders/transformerLayers.ts';
import type { GraphNode, ReadGraph } from '../../../../src/onnx/readGraph.ts';

/** A graph of lines such as `y = Add(x, w:16)`, in which `w:16` is a weight of that length; before `@` stands a node's name. */
function graphOf(text: string, outputs: string[]): ReadGraph {
  const tensors = new Map<string, ReadGraph['tensors'] extends ReadonlyMap<string, infer T> ? T : never>();
  const bytes = new Uint8Array();
  const nodes = text.trim().split('\n').map((line): GraphNode => {
    const [, name = '', to, op, from] = /^(?:(\S+) @ )?(.+) = (\w+)\((.*)\)$/.exec(line.trim())!;
    const inputs = from.split(', ').map((input) => {
      const [weight, shape] = input.split(':');
      if (shape) tensors.set(weight, { name: weight, shape: shape.split('x').map(Number), bytes });
      return weight;
    });
    return { name, op, inputs, outputs: to.split(', '), inner: [], integers: {}, bytes };
  }); // prettier-ignore
  return { opset: 17, inputs: [], outputs: outputs.map((name) => ({ name, type: 'float', bytes })), nodes, tensors };
}

describe('the layers of a transformer', () => {
  test('are found by the names of operations, as exporters of PyTorch write them, also where norms are taken apart', () => {
    const layer = (k: number, x: string, y: string): string => `
      /enc/layers.${k}/ln/ReduceMean @ m${k} = ReduceMean(${x})
      /enc/layers.${k}/ln/Sub @ s${k} = Sub(${x}, m${k})
      /enc/layers.${k}/ln/Mul @ n${k} = Mul(s${k}, onnx_${k}:16)
      /enc/layers.${k}/attn/MatMul @ a${k} = MatMul(n${k}, onnx_w${k}:16x16)
      /enc/layers.${k}/Add @ ${y} = Add(${x}, a${k})`;
    const text = ['h = Conv(wave, c:16x1x10)', layer(0, 'h', 'x1'), layer(1, 'x1', 'x2'), '/enc/ln/Mul @ out = Mul(x2, g:16)'].join('\n'); // prettier-ignore
    const graph = graphOf(text.replaceAll(/\n\s*\n?/g, '\n'), ['out']);
    expect([...layerOutputs(graph)]).toEqual([[1, 'x1'], [2, 'x2']]); // prettier-ignore
    expect(widthOf(graph, 'x1')).toBe(16);
  });

  test('are found by the names of weights where operations have none, also after the last weights of a layer', () => {
    const layer = (k: number, x: string, y: string): string[] => [
      `m${k} = ReduceMean(${x})`,
      `s${k} = Sub(${x}, m${k})`,
      `n${k} = Mul(s${k}, enc.layers.${k}.ln.weight:16)`,
      `p${k} = MatMul(n${k}, onnx_${k}:16x16)`,
      `f${k} = Add(p${k}, enc.layers.${k}.fc.bias:16)`,
      `${y} = Add(f${k}, ${x})`,
    ];
    const text = [...layer(0, 'h', 'x1'), ...layer(1, 'x1', 'x2'), ...layer(2, 'x2', 'x3'), 'out = Mul(x3, enc.ln.weight:16)'].join('\n'); // prettier-ignore
    expect([...layerOutputs(graphOf(text, ['out'])).values()]).toEqual(['x1', 'x2', 'x3']);
  });

  test('pass over a bias of positions that the first layer computes for all', () => {
    const text = `
      pos = Gather(enc.layers.0.attn.rel:16, b)
      q0 = MatMul(h, onnx_0:16x16)
      a0 = Add(q0, pos)
      r0 = Add(h, a0)
      x1 = LayerNormalization(r0, enc.layers.0.ln.weight:16)
      q1 = MatMul(x1, onnx_1:16x16)
      a1 = Add(q1, pos)
      b1 = Add(a1, enc.layers.1.attn.bias:16)
      r1 = Add(x1, b1)
      x2 = LayerNormalization(r1, enc.layers.1.ln.weight:16)`;
    expect([...layerOutputs(graphOf(text, ['x2'])).values()]).toEqual(['x1', 'x2']);
  });

  test('end in the sum of a norm that is fused with it', () => {
    const text = `
      f0 = MatMul(h, enc.layers.0.fc.weight:16x16)
      n1, u, v, x1 = SkipLayerNormalization(f0, h, enc.layers.1.ln.weight:16)
      f1 = MatMul(n1, enc.layers.1.fc.weight:16x16)
      out, u2, v2, x2 = SkipLayerNormalization(f1, x1, enc.ln.weight:16)`;
    expect(layerOutputs(graphOf(text, ['out'])).get(1)).toBe('x1');
  });

  test('are the hidden states where the graph has them as outputs', () => {
    const graph = graphOf('y = Add(x, encoder.layers.0.b:16)', ['last_hidden_state', 'hidden_states.0', 'hidden_states.1', 'hidden_states.12']); // prettier-ignore
    expect([...layerOutputs(graph)]).toEqual([[1, 'hidden_states.1'], [12, 'hidden_states.12']]); // prettier-ignore
  });

  test('are none in other networks, whose layers of convolutions do not count', () => {
    const text = 'a = Conv(x, feature_extractor.conv_layers.0.conv.weight:8x1x10)';
    expect(layerOutputs(graphOf(text, ['a'])).size).toBe(0);
  });
});
