import { SerError } from '../../error.ts';
import { createOnnxGraph, type OnnxGraph } from '../../onnx/graph.ts';
import type { ModelFiles, Shape } from '../classifiers/classifier.ts';
import { partsOf } from '../classifiers/mlp/ensemble.ts';
import { mlpStages, readMlp } from '../classifiers/mlp/files.ts';
import { readSvm } from '../classifiers/svm/files.ts';
import { pairsOf, SLOPE } from '../classifiers/svm/machine.ts';
import type { Scaler } from '../bundle/scaler.ts';
import { cutWeights, readNetwork, type Stage, weightShapes } from '../network/layers.ts';

/** Adds to a graph the probabilities, clips × classes, of standardised features, clips × features. @returns their name */
type Build = (graph: OnnxGraph, x: string, files: ModelFiles, shape: Shape) => string;

/** The classifiers that can be written as an ONNX graph. */
const BUILDERS: Readonly<Record<string, Build>> = {
  cnn: (graph, x, files, shape) => {
    const { stages, weights } = readNetwork(files, shape);
    return network(graph, x, stages, weights, '');
  },
  mlp: (graph, x, files, shape) => {
    const { sizes, weights } = readMlp(files, shape);
    if (sizes.speakers !== undefined) throw new SerError('usage', `${files.dir} is a network of known speakers (--known-speakers), which cannot be exported: train it without.`); // prettier-ignore
    const stages = mlpStages(shape, sizes);
    const limits = [-sizes.clip, sizes.clip].map((limit, i) => scalar(graph, `clip${i}`, limit));
    const clipped = graph.node('Clip', [x, ...limits]);
    const answers = partsOf(weights, sizes).map((own, i) => network(graph, clipped, stages, own, `network${i}.`));
    return graph.node('Mean', answers);
  },
  svm: machines,
};

export const EXPORTABLE = Object.keys(BUILDERS);

export const [INPUT, LOGITS, PROBABILITIES] = ['features', 'logits', 'probabilities'];

/**
 * A classifier with its standardisation and its temperature as an ONNX graph: from `features`, clips × features in float32, not standardised, to
 * `probabilities` and `logits`, clips × classes. The logits are the logarithms of the probabilities up to a constant: their softmax gives them.
 * @param classifier  one of `EXPORTABLE`
 */
export function classifierGraph(
  classifier: string,
  files: ModelFiles,
  shape: Shape,
  { scaler, temperature }: { scaler: Scaler; temperature: number },
): OnnxGraph {
  const graph = createOnnxGraph(`gender-ser ${classifier}`);
  const row = ['clips', shape.features];
  const features = graph.input(INPUT, row);
  // In two parts: the mean may have more digits than a float32, and be large beside the deviation.
  const high = Float32Array.from(scaler.mean);
  const low = Float32Array.from(scaler.mean, (value, i) => value - high[i]);
  const centred = [high, low].reduce(
    (x, part, i) => graph.node('Sub', [x, graph.constant(`mean${i}`, [shape.features], part)]),
    features,
  );
  const scale = graph.constant('scale', [shape.features], Float32Array.from(scaler.scale));
  const probabilities = BUILDERS[classifier](graph, graph.node('Div', [centred, scale]), files, shape);
  const logits = graph.node('Div', [graph.node('Log', [probabilities]), scalar(graph, 'temperature', temperature)]);
  graph.output(logits, LOGITS, ['clips', shape.classes]);
  graph.output(graph.node('Softmax', [logits], { axis: 1 }), PROBABILITIES, ['clips', shape.classes]);
  return graph;
}

const scalar = (graph: OnnxGraph, name: string, value: number): string =>
  graph.constant(name, [], Float32Array.of(value));

/** The stages of `forwardPass`: a dense one is a convolution over all frames at once. */
function network(graph: OnnxGraph, x: string, stages: readonly Stage[], weights: Float32Array, prefix: string): string {
  const [{ frames, channels }] = stages;
  const parts = cutWeights(weights, weightShapes(stages));
  // clips × channels × frames; of the features a frame is one value
  const shapeOf = graph.constant(`${prefix}input`, [3], BigInt64Array.of(-1n, BigInt(channels), BigInt(frames)));
  let values = graph.node('Reshape', [x, shapeOf]);
  stages.forEach(({ taps, channels, filters, relu, pool }, i) => {
    const [kernel, bias] = parts.slice(2 * i, 2 * i + 2);
    const turned = new Float32Array(kernel.length); // filters × channels × taps
    for (let tap = 0, at = 0; tap < taps; tap++) {
      for (let channel = 0; channel < channels; channel++) {
        for (let filter = 0; filter < filters; filter++, at++)
          turned[(filter * channels + channel) * taps + tap] = kernel[at];
      }
    }
    const weight = graph.constant(`${prefix}kernel${i}`, [filters, channels, taps], turned);
    values = graph.node('Conv', [values, weight, graph.constant(`${prefix}bias${i}`, [filters], bias.slice())]);
    if (relu) values = graph.node('Relu', [values]);
    if (pool) values = graph.node('MaxPool', [values], { kernel_shape: [2], strides: [2] });
  });
  const classes = graph.constant(`${prefix}classes`, [2], BigInt64Array.of(-1n, BigInt(stages.at(-1)!.filters)));
  return graph.node('Softmax', [graph.node('Reshape', [values, classes])], { axis: 1 });
}

/** The kernel's values, the machines of all pairs, and their coupling (`pairwiseProbabilities`). */
function machines(graph: OnnxGraph, x: string, files: ModelFiles, shape: Shape): string {
  const { gamma, vectors, counts, beta, biases } = readSvm(files, shape);
  const rows = vectors.data.length / vectors.size;
  const pairs = pairsOf(counts.length);
  const axes = (name: string, axis: number): string => graph.constant(name, [1], BigInt64Array.of(BigInt(axis)));

  const difference = graph.node('Sub', [
    graph.node('Unsqueeze', [x, axes('clip axis', 1)]),
    graph.constant('vectors', [rows, vectors.size], vectors.data),
  ]);
  const squared = graph.node('ReduceSum', [graph.node('Mul', [difference, difference]), axes('feature axis', 2)], { keepdims: 0 }); // prettier-ignore
  const kernel = graph.node('Exp', [graph.node('Mul', [squared, scalar(graph, 'minus gamma', -gamma)])]);

  const classOf = counts.flatMap((count, of) => new Array<number>(count).fill(of));
  const coefficients = new Float32Array(rows * pairs.length);
  classOf.forEach((of, row) => {
    pairs.forEach(([first, second], p) => {
      if (of !== first && of !== second) return;
      coefficients[row * pairs.length + p] = beta[row * (counts.length - 1) + (of === first ? second - 1 : first)];
    });
  });
  const sums = graph.node('MatMul', [kernel, graph.constant('beta', [rows, pairs.length], coefficients)]);
  const values = graph.node('Add', [sums, graph.constant('biases', [pairs.length], Float32Array.from(biases))]);

  const [forFirst, forSecond] = [-SLOPE, SLOPE].map((slope, i) => {
    const raised = graph.node('Exp', [graph.node('Mul', [values, scalar(graph, `slope${i}`, slope)])]);
    const belongs = new Float32Array(pairs.length * counts.length);
    pairs.forEach((pair, p) => {
      if (pair.every((of) => counts[of] > 0)) belongs[p * counts.length + pair[i]] = 1;
    });
    return graph.node('MatMul', [raised, graph.constant(`pairs${i}`, [pairs.length, counts.length], belongs)]);
  });
  const others = graph.node('Add', [forFirst, forSecond]);
  const inverse = graph.node('Add', [others, scalar(graph, 'itself', 1)]);
  const known = graph.constant(
    'known',
    [counts.length],
    Float32Array.from(counts, (count) => Math.min(1, count)),
  );
  const shares = graph.node('Div', [known, inverse]);
  return graph.node('Div', [shares, graph.node('ReduceSum', [shares, axes('class axis', 1)], { keepdims: 1 })]);
}
