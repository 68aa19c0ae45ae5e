import { LOG_MEL } from '../../../features/sets/logMel.ts';
import { createOnnxGraph, type OnnxGraph } from '../../../onnx/graph.ts';
import { ecapaNetwork } from './ecapaNetwork.ts';
import { checkEcapaWeights, ECAPA } from './ecapaWeights.ts';
import { HEAD, type VoiceHead } from '../head/voiceHead.ts';
import { ECAPA_INPUT, ECAPA_OUTPUT, VOICE_INPUT } from './genderMetadata.ts';
import type { Tensors } from './safetensors.ts';

export interface EcapaGraphOptions {
  /** Name of the tensors in messages. */
  origin?: string;
  /** Its answer is added to the network's; it has an input of its own, `voice`: batch × functionals. */
  head?: VoiceHead;
}

/**
 * The network as an ONNX graph. Input `logmel`: batch × frames × 80, from `logMel`. Output `logits`: batch × 2.
 * Agrees with the PyTorch model to 1e-4. A single frame, for which PyTorch's deviation is NaN, has the least deviation here.
 * @param tensors  named and shaped as in PyTorch's state dict (`ecapaShapes`)
 * @throws {SerError} `model` if they are not those of such a model
 */
export function ecapaGraph(tensors: Tensors, { origin, head }: EcapaGraphOptions = {}): OnnxGraph {
  checkEcapaWeights(tensors, origin);
  const graph = createOnnxGraph('ecapa-gender');
  const { node, nodes, constant } = graph;
  const overTime = constant('over_time', [1], BigInt64Array.of(2n));
  const one = constant('one', [1], Float32Array.of(1));
  const leastVariance = constant('least_variance', [], Float32Array.of(ECAPA.leastVariance));

  // Values of frames are batch × channels × frames, of clips batch × channels × 1, and without the 1 after `sum`.
  const weight = (name: string): string => constant(name, tensors[name].shape, tensors[name].data);
  const conv = (x: string, layer: string, dilation = 1): string => {
    const reach = (dilation * (tensors[`${layer}.weight`].shape[2] - 1)) / 2;
    const attributes = { dilations: [dilation], pads: [reach, reach] };
    return node('Conv', [x, weight(`${layer}.weight`), weight(`${layer}.bias`)], attributes);
  };
  const norm = (x: string, layer: string): string => {
    const parts = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => weight(`${layer}.${part}`));
    return node('BatchNormalization', [x, ...parts], { epsilon: { float: ECAPA.epsilon } });
  };
  const relu = (x: string): string => node('Relu', [x]);
  const mean = (x: string): string => node('GlobalAveragePool', [x]);
  const root = (variance: string): string => node('Sqrt', [node('Max', [variance, leastVariance])]);
  const multiply = (a: string, b: string): string => node('Mul', [a, b]);

  const input = graph.input(ECAPA_INPUT, ['batch', 'frames', LOG_MEL.mels]);
  const logits = ecapaNetwork<string>(
    {
      conv,
      norm,
      relu,
      mean,
      root,
      multiply,
      scale: multiply,
      convReluNorm: (x, layer, name, dilation) => norm(relu(conv(x, layer, dilation)), name),
      // The clip's contribution is the same for every frame: computed once and added, instead of being repeated in time.
      convBesideReluNorm: (x, clip, layer, name) => {
        const { shape, data } = tensors[`${layer}.weight`];
        const columns = shape[1] / 3; // of the frame; twice as many of mean and deviation
        const [ofFrame, ofClip] = splitColumns(data, shape[0], columns);
        const frameWeight = constant(`${layer}.weight/frame`, [shape[0], columns, 1], ofFrame);
        const clipWeight = constant(`${layer}.weight/context`, [shape[0], 2 * columns, 1], ofClip);
        const share = node('Conv', [clip, clipWeight, weight(`${layer}.bias`)]);
        return norm(relu(node('Add', [node('Conv', [x, frameWeight]), share])), name);
      },
      linear: (x, layer) => node('Gemm', [x, weight(`${layer}.weight`), weight(`${layer}.bias`)], { transB: 1 }),
      tanh: (x) => node('Tanh', [x]),
      sigmoid: (x) => node('Sigmoid', [x]),
      add: (a, b) => node('Add', [a, b]),
      subtract: (a, b) => node('Sub', [a, b]),
      concat: (...values) => node('Concat', values, { axis: 1 }),
      split: (x, groups) => nodes(groups, 'Split', [x], { axis: 1 }),
      sum: (x) => node('ReduceSum', [x, overTime], { keepdims: 0 }),
      softmax: (x) => node('Softmax', [x], { axis: 2 }),
      deviation: (x) => {
        const squares = node('ReduceSumSquare', [node('Sub', [x, mean(x)])], { axes: [2] });
        const frames = node('Cast', [node('Shape', [x], { start: 2 })], { to: 1 });
        return root(node('Div', [squares, node('Max', [node('Sub', [frames, one]), one])]));
      },
    },
    node('Transpose', [input], { perm: [0, 2, 1] }),
  );
  const sum = head ? node('Add', [logits, headLogits(graph, head)]) : logits;
  graph.output(sum, ECAPA_OUTPUT, ['batch', ECAPA.labels.length]);
  return graph;
}

/** @returns batch × 2: half of the head's difference for female, as much against male */
function headLogits({ input, constant, node }: OnnxGraph, { mean, deviation, weights, bias }: VoiceHead): string {
  const width = weights.length;
  const [low, high] = [-HEAD.limit, HEAD.limit].map((limit) => constant(`voice/${limit}`, [], Float32Array.of(limit)));
  const deviations = node('Sub', [input(VOICE_INPUT, ['batch', width]), constant('voice/mean', [width], mean)]);
  const standardised = node('Div', [deviations, constant('voice/deviation', [width], deviation)]);
  const halves = Float32Array.from({ length: 2 * width }, (_, i) => (i < width ? -weights[i] : weights[i - width]) / 2);
  const matrix = constant('voice/weights', [ECAPA.labels.length, width], halves);
  const biases = constant('voice/bias', [ECAPA.labels.length], Float32Array.of(-bias / 2, bias / 2));
  return node('Gemm', [node('Clip', [standardised, low, high]), matrix, biases], { transB: 1 });
}

/** Splits a row-major matrix after its first `left` columns. */
function splitColumns(data: Float32Array, rows: number, left: number): [Float32Array, Float32Array] {
  const columns = data.length / rows;
  const parts: [Float32Array, Float32Array] = [
    new Float32Array(rows * left),
    new Float32Array(rows * (columns - left)),
  ];
  for (let row = 0; row < rows; row++) {
    const at = row * columns;
    parts[0].set(data.subarray(at, at + left), row * left);
    parts[1].set(data.subarray(at + left, at + columns), row * (columns - left));
  }
  return parts;
}
