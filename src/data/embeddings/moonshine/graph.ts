import { createOnnxGraph, FLOAT, type OnnxGraph } from '../../../onnx/graph.ts';
import { type StoredTensor, weightsOf } from '../../../onnx/weights.ts';
import { CONVOLUTIONS, LAYER, LAYERS, layerName, MOONSHINE_INPUT, WIDTH } from './layers.ts';

const EPSILON = 1e-5;

/** Base of the wavelengths of rotary positions. */
const WAVES = 10_000;

/** Number of a layer's first matrix in the names of the published file, and of the matrices of one layer. */
const MATRICES = { first: 1493, apart: 47, query: 0, key: 1, value: 2, output: 44, up: 45, down: 46 } as const;

/**
 * The encoder of Moonshine tiny, up to its third layer. Its weights keep their eight bits in the file; all is computed in float32,
 * whereas the published file rounds the values between layers too, to steps that depend on the processor.
 * Input: `samples`, clips × samples, at 16 kHz.
 * Outputs: `layer1` to `layer3`, clips × frames × 288.
 * @param published  the weights of the published file (`readOnnxTensors`)
 * @param origin  their name in messages
 * @throws {SerError} `model` if a weight is missing or has another shape
 */
export function moonshineGraph(published: ReadonlyMap<string, StoredTensor>, origin: string): OnnxGraph {
  const { floats, stored } = weightsOf(published, origin, 'Moonshine tiny');
  const graph = createOnnxGraph('moonshine');
  const { node, constant, integers } = graph;
  const scalar = (name: string, value: number): string => constant(name, [1], Float32Array.of(value));
  const asFloats = (value: string): string => node('Cast', [value], { to: FLOAT });
  const weight = (name: string, shape: readonly number[]): string => constant(name, shape, floats(name, shape));

  const half = scalar('half', 0.5);
  const one = scalar('one', 1);
  const root = scalar('root_of_two', Math.SQRT2);
  /** Gaussian error linear unit (Hendrycks and Gimpel, 2016, arXiv:1606.08415). */
  const gelu = (x: string): string =>
    node('Mul', [node('Mul', [x, half]), node('Add', [node('Erf', [node('Div', [x, root])]), one])]);

  /** clips × channels × samples, later frames */
  let x = node('Unsqueeze', [graph.input(MOONSHINE_INPUT, ['clips', 'samples']), integers('channel_axis', 1)]);
  let inputs = 1;
  const convolve = (i: number): void => {
    const { taps, step, channels } = CONVOLUTIONS[i];
    const name = `conv${i + 1}`;
    const shape = [channels, inputs, taps];
    const bytes = asFloats(constant(`${name}.weight`, shape, stored(`${name}.weight_quantized`, shape)));
    const scaled = node('Mul', [bytes, weight(`${name}.weight_scale`, [1])]);
    const kernel = node('Add', [scaled, weight(`${name}.weight_zero_point`, [1])]);
    const bias = i === 0 ? [] : [weight(`${name}.bias`, [channels])];
    x = node('Conv', [x, kernel, ...bias], { kernel_shape: [taps], strides: [step] });
    inputs = channels;
  };
  convolve(0);
  x = node('Tanh', [x]);
  // A group norm of one group: over all channels and frames of a clip.
  const centred = node('Sub', [x, node('ReduceMean', [x], { axes: [1, 2] })]);
  const variance = node('ReduceMean', [node('Mul', [centred, centred])], { axes: [1, 2] });
  const deviation = node('Sqrt', [node('Add', [variance, scalar('epsilon', EPSILON)])]);
  const normalised = node('Mul', [node('Div', [centred, deviation]), weight('onnx::Mul_1488', [WIDTH, 1])]);
  x = node('Add', [normalised, weight('onnx::Add_1489', [WIDTH, 1])]);
  convolve(1);
  x = gelu(x);
  convolve(2);
  x = node('Transpose', [gelu(x)], { perm: [0, 2, 1] });

  const multiply = (from: string, name: string, number: number, shape: readonly [number, number]): string => {
    const source = `onnx::MatMul_${number}`;
    const bytes = asFloats(constant(`${name}.weight`, shape, stored(`${source}_quantized`, shape)));
    const zero = scalar(`${name}.zero`, stored(`${source}_zero_point`, [])[0]);
    const scale = scalar(`${name}.scale`, floats(`${source}_scale`, [])[0]);
    return node('MatMul', [from, node('Mul', [node('Sub', [bytes, zero]), scale])]);
  };
  const normalise = (from: string, name: string): string =>
    node('LayerNormalization', [from, weight(name, [WIDTH])], { epsilon: { float: EPSILON } });

  const heads = integers('heads', 0, 0, LAYER.heads, LAYER.size);
  const joined = integers('joined', 0, 0, WIDTH);
  const [cosines, sines] = rotations(graph, x);
  const turn = constant('turn', [LAYER.size, LAYER.size], quarterTurn());
  /** Rotates pairs of values by an angle that grows with the frame's position (Su et al., 2021, arXiv:2104.09864). */
  const rotate = (values: string): string =>
    node('Add', [node('Mul', [values, cosines]), node('Mul', [node('MatMul', [values, turn]), sines])]);
  const softened = scalar('attention_scale', 1 / Math.sqrt(LAYER.size));

  for (const layer of LAYERS) {
    const name = `layers.${layer - 1}`;
    const number = MATRICES.first + MATRICES.apart * (layer - 1);
    const square = [WIDTH, WIDTH] as const;
    const normal = normalise(x, `${name}.input_layernorm.weight`);
    const [query, key, value] = (['query', 'key', 'value'] as const).map((part) => {
      const product = multiply(normal, `${name}.${part}`, number + MATRICES[part], square);
      return node('Transpose', [node('Reshape', [product, heads])], { perm: [0, 2, 1, 3] });
    });
    const keys = node('Transpose', [rotate(key)], { perm: [0, 1, 3, 2] });
    const likeness = node('MatMul', [node('Mul', [rotate(query), softened]), keys]);
    const heard = node('MatMul', [node('Softmax', [likeness], { axis: -1 }), value]);
    const together = node('Reshape', [node('Transpose', [heard], { perm: [0, 2, 1, 3] }), joined]);
    x = node('Add', [x, multiply(together, `${name}.output`, number + MATRICES.output, square)]);
    const between = normalise(x, `${name}.post_attention_layernorm.weight`);
    const up = multiply(between, `${name}.up`, number + MATRICES.up, [WIDTH, LAYER.inner]);
    const active = gelu(node('Add', [up, weight(`${name}.mlp.fc1.bias`, [LAYER.inner])]));
    const down = multiply(active, `${name}.down`, number + MATRICES.down, [LAYER.inner, WIDTH]);
    x = node('Add', [x, node('Add', [down, weight(`${name}.mlp.fc2.bias`, [WIDTH])])]);
    graph.output(x, layerName(layer), ['clips', 'frames', WIDTH]);
  }
  return graph;
}

/**
 * Cosines and sines of the angles by which the values of a head are rotated in each frame; 1 and 0 for those that are not.
 * @param frames  clips × frames × 288
 * @returns names of values of 1 × 1 × frames × 36
 */
function rotations({ node, constant }: OnnxGraph, frames: string): [cosines: string, sines: string] {
  const speeds = Float32Array.from({ length: LAYER.size }, (_, i) =>
    i < LAYER.rotated ? WAVES ** (-(2 * Math.floor(i / 2)) / LAYER.rotated) : 0,
  );
  const count = node('Squeeze', [node('Shape', [frames], { start: 1, end: 2 })]);
  const [from, by] = [0n, 1n].map((value, i) => constant(['first', 'step'][i], [], BigInt64Array.of(value)));
  const positions = node('Cast', [node('Range', [from, count, by])], { to: FLOAT });
  const column = node('Unsqueeze', [positions, constant('last_axis', [1], BigInt64Array.of(-1n))]);
  const angles = node('Mul', [column, constant('speeds', [1, 1, 1, LAYER.size], speeds)]);
  return [node('Cos', [angles]), node('Sin', [angles])];
}

/** The matrix that turns each rotated pair (a, b) of a row into (−b, a), and the other values into zeros. */
function quarterTurn(): Float32Array {
  const matrix = new Float32Array(LAYER.size * LAYER.size);
  for (let i = 0; i < LAYER.rotated; i += 2) {
    matrix[(i + 1) * LAYER.size + i] = -1;
    matrix[i * LAYER.size + i + 1] = 1;
  }
  return matrix;
}
