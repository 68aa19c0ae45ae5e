import { ECAPA } from './ecapaWeights.ts';

/**
 * The operations of an ECAPA-TDNN: on tensors for training, as nodes of an ONNX graph for export. A value has
 * channels either for each frame of each clip, or for each clip as a whole.
 */
export interface EcapaOperations<Value> {
  /** Convolution over the frames with its bias; of one tap, for values of either kind. */
  conv(x: Value, layer: string, dilation?: number): Value;
  /** Convolution, ReLU, batch norm. */
  convReluNorm(x: Value, layer: string, norm: string, dilation?: number): Value;
  /** The same for each frame together with a value of its clip. */
  convBesideReluNorm(x: Value, clip: Value, layer: string, norm: string): Value;
  /** For values of clips. */
  linear(x: Value, layer: string): Value;
  norm(x: Value, layer: string): Value;
  relu(x: Value): Value;
  tanh(x: Value): Value;
  sigmoid(x: Value): Value;
  add(a: Value, b: Value): Value;
  subtract(a: Value, b: Value): Value;
  multiply(a: Value, b: Value): Value;
  /** Each frame times the value of its clip. */
  scale(x: Value, clip: Value): Value;
  /** Along the channels. */
  concat(...values: Value[]): Value;
  split(x: Value, groups: number): Value[];
  /** Over the frames of each clip. */
  mean(x: Value): Value;
  sum(x: Value): Value;
  softmax(x: Value): Value;
  /** The sample's standard deviation, over frames − 1. */
  deviation(x: Value): Value;
  /** Square root of a variance, which is at least `ECAPA.leastVariance`. */
  root(variance: Value): Value;
}

/**
 * An ECAPA-TDNN (Desplanques et al., 2020) that classifies the gender of voices, like JaesungHuh/voice-gender-classifier:
 * TaoRuijie/ECAPA-TDNN with a tanh in its attention and a linear layer to two classes on top.
 * @param x  80 log-mel bands of each frame
 * @returns logits of each clip, male and female
 */
export function ecapaNetwork<Value>(operations: EcapaOperations<Value>, x: Value): Value {
  const { conv, convReluNorm, linear, norm, relu, add, multiply, concat, mean, sum, root } = operations;

  /** Res2 block with squeeze and excitation: each group is convolved together with the result of the previous group. */
  const block = (value: Value, layer: string, dilation: number): Value => {
    const groups = operations.split(convReluNorm(value, `${layer}.conv1`, `${layer}.bn1`), ECAPA.scale);
    const done: Value[] = [];
    groups.slice(0, -1).forEach((group, i) => {
      const mixed = i === 0 ? group : add(done[i - 1], group);
      done.push(convReluNorm(mixed, `${layer}.convs.${i}`, `${layer}.bns.${i}`, dilation));
    });
    const joined = convReluNorm(concat(...done, groups[ECAPA.scale - 1]), `${layer}.conv3`, `${layer}.bn3`);
    const squeezed = relu(conv(mean(joined), `${layer}.se.se.1`));
    return add(operations.scale(joined, operations.sigmoid(conv(squeezed, `${layer}.se.se.3`))), value);
  };

  const x0 = convReluNorm(x, 'conv1', 'bn1');
  const x1 = block(x0, 'layer1', ECAPA.dilations[0]);
  const x01 = add(x0, x1);
  const x2 = block(x01, 'layer2', ECAPA.dilations[1]);
  const x3 = block(add(x01, x2), 'layer3', ECAPA.dilations[2]);
  const features = relu(conv(concat(x1, x2, x3), 'layer4'));

  // Attention uses each frame together with the mean and deviation of all frames.
  const context = concat(mean(features), operations.deviation(features));
  const seen = operations.convBesideReluNorm(features, context, 'attention.0', 'attention.2');
  const attended = operations.softmax(conv(operations.tanh(seen), 'attention.4'));
  const mu = sum(multiply(features, attended));
  const squares = sum(multiply(multiply(features, features), attended));
  const sigma = root(operations.subtract(squares, multiply(mu, mu)));
  const embedding = norm(linear(norm(concat(mu, sigma), 'bn5'), 'fc6'), 'bn6');
  return linear(relu(embedding), 'fc7');
}
