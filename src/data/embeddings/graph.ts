import { createOnnxGraph, type OnnxGraph } from '../../onnx/graph.ts';
import { type StoredTensor, weightsOf } from '../../onnx/weights.ts';
import { BLOCKS, EMBEDDING_INPUT, GIVEN_STAGES, LAST, MEL_FRAMES, STAGES } from './layers.ts';

/** Slope below zero of the activation, and its lower limit. */
const [SLOPE, LEAST] = [0.2, -0.4];

/**
 * Google's `speech_embedding` as one graph over all frames of a recording, whereas the published one takes 76 at a time.
 * Input: `mel`, clips × frames × 32, from `melFrames`; at least 76 frames.
 * Outputs: `stage2` to `stage5` and `output`, clips × frames × (bands · channels), band by band (see `STAGES`).
 * Equals the published graph, run on windows of 76 frames every 8, to 1e-5.
 * @param published  the weights of the published file (`readOnnxTensors`)
 * @param origin  their name in messages
 * @throws {SerError} `model` if a weight is missing or has another shape
 */
export function embeddingGraph(published: ReadonlyMap<string, StoredTensor>, origin: string): OnnxGraph {
  const { floats: weight } = weightsOf(published, origin, 'speech_embedding');

  const graph = createOnnxGraph('speech_embedding');
  const { node, constant, integers } = graph;
  const least = constant('least', [1], Float32Array.of(LEAST));
  const bandsAndChannels = integers('bands_and_channels', 0, 0, -1);

  /** clips × channels × frames × bands, as convolutions expect */
  let x = node('Unsqueeze', [
    graph.input(EMBEDDING_INPUT, ['clips', 'frames', MEL_FRAMES.bands]),
    integers('channel_axis', 1),
  ]);
  let inputs = 1;
  let count = 0;
  const convolve = ({ kernel, outputs }: typeof LAST): void => {
    const layer = count > 0 ? `model/conv2d_${count}/` : 'model/conv2d/';
    const shape = [outputs, inputs, ...kernel];
    const isLast = count === LAYERS;
    const weightName = isLast ? 'Conv2D/ReadVariableOp:0' : 'Conv2D_weights_fused_bn';
    const from = [x, constant(`conv${count}.weight`, shape, weight(layer + weightName, shape))];
    if (!isLast) {
      from.push(constant(`conv${count}.bias`, [outputs], weight(`${layer}Conv2D_bias_fused_bn`, [outputs])));
    }
    const padding = (kernel[1] - 1) / 2;
    x = node('Conv', from, { kernel_shape: kernel, pads: [0, padding, 0, padding] });
    inputs = outputs;
    count++;
  };
  const activate = (): void => {
    x = node('Max', [node('LeakyRelu', [x], { alpha: { float: SLOPE } }), least]);
  };
  const give = (name: string): void => {
    const stage = GIVEN_STAGES.find((given) => given.name === name);
    if (!stage) return;
    const bandsFirst = node('Transpose', [x], { perm: [0, 2, 3, 1] });
    const rows = node('Reshape', [bandsFirst, bandsAndChannels]);
    graph.output(rows, name, ['clips', `${name}_frames`, stage.bands * stage.channels]);
  };

  for (const [block, { convolutions, pool }] of BLOCKS.entries()) {
    for (const convolution of convolutions.slice(0, -1)) {
      convolve(convolution);
      activate();
    }
    convolve(convolutions.at(-1)!);
    // Before the activation, which is monotonic: the same result with fewer activations.
    x = node('MaxPool', [x], { kernel_shape: pool, strides: pool });
    activate();
    give(STAGES[block].name);
  }
  convolve(LAST);
  give('output');
  return graph;
}

/** Convolutions before the last one. */
const LAYERS = BLOCKS.reduce((sum, { convolutions }) => sum + convolutions.length, 0);
