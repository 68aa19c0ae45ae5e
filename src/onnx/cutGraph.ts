import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { FLOAT, nodeMessage, valueInfo, type Write } from './graph.ts';
import { GRAPH, MODEL, type ReadGraph } from './readGraph.ts';

/**
 * The part of a model that computes one of its values, as a model of its own, with the operations, inputs and weights that the value
 * needs.
 * @param bytes  of the model's file
 * @param graph  `readGraph` of these bytes
 * @param value  name of an output or of an inner value, of floats of any kind
 * @param output  name of the new model's only output, in float32
 */
export function cutGraph(bytes: Uint8Array, graph: ReadGraph, value: string, output: string): Uint8Array {
  const { needed, nodes } = partFor(graph, value);
  const cast = nodeMessage('Cast', [value], [output], { to: FLOAT });
  const shape =
    graph.outputs.find(({ name }) => name === value)?.shape ??
    ['clips', 'frames', 'values'].map((name) => `${output}_${name}`);
  const parts = [
    ...nodes.map(({ bytes }) => delimited(GRAPH.node, bytes)),
    delimited(GRAPH.node, written(cast)),
    delimited(GRAPH.name, new TextEncoder().encode(output)),
    ...Array.from(graph.tensors.values(), (tensor) =>
      needed.has(tensor.name) ? delimited(GRAPH.initializer, tensor.bytes) : [],
    ),
    ...graph.inputs.map((input) => (needed.has(input.name) ? delimited(GRAPH.input, input.bytes) : [])),
    delimited(GRAPH.output, written(valueInfo(output, shape))),
  ].flat();
  return Buffer.concat([...otherFields(bytes), ...delimited(MODEL.graph, parts)]);
}

/** The nodes on which a value depends, in order, and the names of all values that these use. */
export function partFor({ nodes }: ReadGraph, value: string): { needed: Set<string>; nodes: ReadGraph['nodes'] } {
  const needed = new Set([value]);
  const kept = nodes.toReversed().filter(({ inputs, outputs, inner }) => {
    if (!outputs.some((name) => needed.has(name))) return false;
    for (const name of [...inputs, ...inner]) needed.add(name);
    return true;
  });
  return { needed, nodes: kept.reverse() };
}

/** The parts of a field with bytes: its head, and the bytes as they are, since weights may be large. */
function delimited(number: number, content: Uint8Array | readonly Uint8Array[]): Uint8Array[] {
  const parts = content instanceof Uint8Array ? [content] : content;
  const head = new BinaryWriter().tag(number, WireType.LengthDelimited);
  return [head.uint32(parts.reduce((sum, { length }) => sum + length, 0)).finish(), ...parts];
}

function written(write: Write): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

/** A model's fields besides its graph, each with its tag. */
function otherFields(bytes: Uint8Array): Uint8Array[] {
  const reader = new BinaryReader(bytes);
  const fields: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const from = reader.pos;
    const [number, type] = reader.tag();
    reader.skip(type, number);
    if (number !== MODEL.graph) fields.push(bytes.subarray(from, reader.pos));
  }
  return fields;
}
