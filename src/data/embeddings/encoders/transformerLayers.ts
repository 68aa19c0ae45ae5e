import type { GraphNode, ReadGraph } from '../../../onnx/readGraph.ts';

/** Number of a layer, from 0, in the name that exporters give its operations (`/encoder/layers.3/fc1/MatMul`) and its weights. */
const LAYER = /(?:^|[./])(?:layers?|blocks?)[./](\d+)(?=[./])/;

/** Number of a hidden state in the name of an output: that of the layers before it. */
const HIDDEN_STATE = /^hidden_states?[._](\d+)$/;

/**
 * The value that each layer of a transformer passes on to the next one, by the layer's number, from 1. Outputs named as hidden states are
 * taken as they are. Otherwise a layer ends with the last operation of its own, or after it where its sum with the residual has no weights:
 * at the first value on which a later layer depends at once.
 */
export function layerOutputs({ nodes, tensors, outputs }: ReadGraph): Map<number, string> {
  const given = outputs.flatMap(({ name }) => {
    const number = Number(HIDDEN_STATE.exec(name)?.[1] ?? 0);
    return number > 0 ? [[number, name] as const] : [];
  });
  if (given.length > 0) return new Map(given);

  const own = nodes.map((node) => layerOf(node, tensors));
  const depths = depthsOf(nodes, own);
  const found = new Map<number, string>();
  const count = Math.max(-1, ...own) + 1;
  /** Operations from a layer's last own one to its end: alike in all layers, and taken from them for the last. */
  let beyond = 0;
  for (let layer = 0; layer < count; layer++) {
    const last = own.lastIndexOf(layer);
    if (last < 0) continue;
    const users = (name: string): GraphNode[] =>
      nodes.filter(({ inputs }, i) => depths[i] > layer && inputs.includes(name));
    const end =
      layer === count - 1 ? last + beyond : nodes.findIndex(({ outputs }, i) => i >= last && depths[i] === layer && users(outputs[0]).length > 0); // prettier-ignore
    if (end < 0 || !nodes[end]) continue;
    beyond = end - last;
    const fused = users(nodes[end].outputs[0]).find(({ op }) => op === 'SkipLayerNormalization');
    // Fused with the norm of the next layer: the sum is the fourth output of both together.
    const output = fused ? fused.outputs[3] : nodes[end].outputs[0];
    if (output) found.set(layer + 1, output);
  }
  return found;
}

/** Number of the layer to which an operation belongs by its name or the names of its weights; −1 for none. */
function layerOf({ name, inputs }: GraphNode, tensors: ReadGraph['tensors']): number {
  const names = [name, ...inputs.filter((input) => tensors.has(input))];
  return Math.max(...names.map((one) => Number(LAYER.exec(one)?.[1] ?? -1)));
}

/** The latest layer on which each operation depends, itself included. */
function depthsOf(nodes: readonly GraphNode[], own: readonly number[]): number[] {
  const depthOf = new Map<string, number>();
  return nodes.map(({ inputs, inner, outputs }, i) => {
    const depth = Math.max(own[i], ...[...inputs, ...inner].map((name) => depthOf.get(name) ?? -1));
    for (const name of outputs) depthOf.set(name, depth);
    return depth;
  });
}

/**
 * Values a frame of a value, from the length of the weights that made it.
 * @returns undefined where they do not tell
 */
export function widthOf({ nodes, tensors, outputs }: ReadGraph, value: string): number | undefined {
  const width = outputs.find(({ name }) => name === value)?.shape?.at(-1);
  if (typeof width === 'number' && width > 0) return width;
  const producers = new Map(nodes.flatMap((node, i) => node.outputs.map((name) => [name, i] as const)));
  const seen = new Set<string>();
  const find = (name: string): number | undefined => {
    const at = producers.get(name);
    if (at === undefined || seen.has(name)) return undefined;
    seen.add(name);
    const { op, inputs } = nodes[at];
    const shapes = inputs.map((input) => tensors.get(input)?.shape);
    const vector = shapes.find((shape) => shape?.length === 1 && shape[0] > 1);
    if (vector) return vector[0];
    if (op.startsWith('MatMul') && shapes[1]?.length === 2) return shapes[1][1];
    for (const input of inputs) {
      const found = find(input);
      if (found) return found;
    }
    return undefined;
  };
  return find(value);
}
