import { LOG_MEL } from '../../../features/sets/logMel.ts';
import { checkEcapaWeights, ECAPA } from './ecapaWeights.ts';
import { ECAPA_INPUT, ECAPA_OUTPUT } from './genderMetadata.ts';
import { createOnnxGraph, type OnnxGraph } from '../../../onnx/graph.ts';
import type { Tensors } from './safetensors.ts';

/**
 * An ECAPA-TDNN (Desplanques et al., 2020) that tells male from female voices, as JaesungHuh/voice-gender-classifier has it:
 * TaoRuijie/ECAPA-TDNN with a tanh in its attention and a linear layer to two classes on top.
 * Input `logmel`: batch × frames × 80, as `logMel` gives it. Output `logits`: batch × 2, male and female.
 * Agrees with the PyTorch model to 1e-4. One frame alone, whose deviation PyTorch calls NaN, has the least one here.
 * @param tensors  named and shaped as in PyTorch's state dict (`ecapaShapes`)
 * @param origin  what to call them in messages
 * @throws {SerError} `model` if they are not what such a model needs
 */
export function ecapaGraph(tensors: Tensors, origin?: string): OnnxGraph {
  const { mfa, attention } = checkEcapaWeights(tensors, origin);
  const graph = createOnnxGraph('ecapa-gender');
  const { node, nodes, constant } = graph;

  const integers = (name: string, ...values: number[]): string =>
    constant(name, [values.length], BigInt64Array.from(values, BigInt));
  const overTime = integers('over_time', 2);
  const one = constant('one', [1], Float32Array.of(1));
  const leastVariance = constant('least_variance', [], Float32Array.of(ECAPA.leastVariance));

  const weight = (name: string): string => constant(name, tensors[name].shape, tensors[name].data);
  const conv = (x: string, layer: string, dilation = 1): string => {
    const reach = (dilation * (tensors[`${layer}.weight`].shape[2] - 1)) / 2;
    const attributes = { dilations: [dilation], pads: [reach, reach] };
    return node('Conv', [x, weight(`${layer}.weight`), weight(`${layer}.bias`)], attributes);
  };
  const linear = (x: string, layer: string): string =>
    node('Gemm', [x, weight(`${layer}.weight`), weight(`${layer}.bias`)], { transB: 1 });
  const norm = (x: string, layer: string): string => {
    const parts = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => weight(`${layer}.${part}`));
    return node('BatchNormalization', [x, ...parts], { epsilon: { float: ECAPA.epsilon } });
  };
  const relu = (x: string): string => node('Relu', [x]);
  const add = (a: string, b: string): string => node('Add', [a, b]);
  const multiply = (a: string, b: string): string => node('Mul', [a, b]);
  const concat = (...values: string[]): string => node('Concat', values, { axis: 1 });
  const deviation = (variance: string): string => node('Sqrt', [node('Max', [variance, leastVariance])]);

  /** Res2 block with squeeze and excitation: each group is convolved together with what came of the group before. */
  const block = (x: string, layer: string, dilation: number): string => {
    const groups = nodes(ECAPA.scale, 'Split', [norm(relu(conv(x, `${layer}.conv1`)), `${layer}.bn1`)], { axis: 1 });
    const done: string[] = [];
    groups.slice(0, -1).forEach((group, i) => {
      const mixed = i === 0 ? group : add(done[i - 1], group);
      done.push(norm(relu(conv(mixed, `${layer}.convs.${i}`, dilation)), `${layer}.bns.${i}`));
    });
    const joined = norm(relu(conv(concat(...done, groups[ECAPA.scale - 1]), `${layer}.conv3`)), `${layer}.bn3`);
    const squeezed = relu(conv(node('GlobalAveragePool', [joined]), `${layer}.se.se.1`));
    return add(multiply(joined, node('Sigmoid', [conv(squeezed, `${layer}.se.se.3`)])), x);
  };

  const input = graph.input(ECAPA_INPUT, ['batch', 'frames', LOG_MEL.mels]);
  const x0 = norm(relu(conv(node('Transpose', [input], { perm: [0, 2, 1] }), 'conv1')), 'bn1');
  const x1 = block(x0, 'layer1', ECAPA.dilations[0]);
  const x01 = add(x0, x1);
  const x2 = block(x01, 'layer2', ECAPA.dilations[1]);
  const x3 = block(add(x01, x2), 'layer3', ECAPA.dilations[2]);
  const x = relu(conv(concat(x1, x2, x3), 'layer4'));

  // Attention sees each frame beside mean and deviation of them all (the sample's, over frames − 1). These two are the same
  // for every frame, so their share of the convolution is computed once and added, instead of being repeated in time.
  const mean = node('ReduceMean', [x], { axes: [2] });
  const squares = node('ReduceSumSquare', [node('Sub', [x, mean])], { axes: [2] });
  const frames = node('Cast', [node('Shape', [x], { start: 2 })], { to: 1 });
  const variance = node('Div', [squares, node('Max', [node('Sub', [frames, one]), one])]);
  const [ofFrame, ofContext] = splitColumns(tensors['attention.0.weight'].data, attention, mfa);
  const frameWeight = constant('attention.0.weight/frame', [attention, mfa, 1], ofFrame);
  const contextWeight = constant('attention.0.weight/context', [attention, 2 * mfa, 1], ofContext);
  const context = node('Conv', [concat(mean, deviation(variance)), contextWeight, weight('attention.0.bias')]);
  const seen = add(node('Conv', [x, frameWeight]), context);
  const scores = conv(node('Tanh', [norm(relu(seen), 'attention.2')]), 'attention.4');
  const attended = node('Softmax', [scores], { axis: 2 });

  const pool = (value: string): string => node('ReduceSum', [multiply(value, attended), overTime], { keepdims: 0 });
  const mu = pool(x);
  const sigma = deviation(node('Sub', [pool(multiply(x, x)), multiply(mu, mu)]));
  const embedding = norm(linear(norm(concat(mu, sigma), 'bn5'), 'fc6'), 'bn6');
  graph.output(linear(relu(embedding), 'fc7'), ECAPA_OUTPUT, ['batch', ECAPA.labels.length]);
  return graph;
}

/** Cuts a row-major matrix after its first `left` columns. */
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
