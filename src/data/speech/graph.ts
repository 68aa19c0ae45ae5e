import { createOnnxGraph, type OnnxGraph } from '../../onnx/graph.ts';
import { type StoredTensor, weightsOf } from '../../onnx/weights.ts';
import { SPECTRUM, SPEECH_INPUTS, SPEECH_OUTPUTS, STATE } from './windows.ts';

const BINS = SPECTRUM.window / 2 + 1;
const TAPS = 3;

/** Silero VAD's weights for 16 kHz, versions 5 and 6: names in the published file (without the branch) and shapes. */
const SHAPES = {
  'stft.forward_basis_buffer': [2 * BINS, 1, SPECTRUM.window],
  'encoder.0.reparam_conv.weight': [128, BINS, TAPS],
  'encoder.0.reparam_conv.bias': [128],
  'encoder.1.reparam_conv.weight': [64, 128, TAPS],
  'encoder.1.reparam_conv.bias': [64],
  'encoder.2.reparam_conv.weight': [64, 64, TAPS],
  'encoder.2.reparam_conv.bias': [64],
  'encoder.3.reparam_conv.weight': [STATE, 64, TAPS],
  'encoder.3.reparam_conv.bias': [STATE],
  'decoder.rnn.weight_ih': [4 * STATE, STATE],
  'decoder.rnn.weight_hh': [4 * STATE, STATE],
  'decoder.rnn.bias_ih': [4 * STATE],
  'decoder.rnn.bias_hh': [4 * STATE],
  'decoder.decoder.2.weight': [1, STATE, 1],
  'decoder.decoder.2.bias': [1],
} as const;

type WeightName = keyof typeof SHAPES;

/** The branch of the published file with the weights for 16 kHz. */
const BRANCH = 'If_0_then_branch__Inline_0__';

/** Strides of the convolutions over the columns of a frame. */
const STRIDES = [1, 2, 2, 1];

/**
 * Silero VAD (https://github.com/snakers4/silero-vad, MIT) for 16 kHz as one graph over all frames of a signal; the
 * published one takes one frame per run: magnitudes of short-time spectra, four convolutions over the columns of a frame, an LSTM over
 * the frames. Convolutions are products of matrices with one row per position, the fastest form for a batch of such short ones.
 * Inputs: `windows`, (4 × frames) × 256, from `speechWindows`; the state, `hidden` and `cell`, 1 × 1 × 128, initially zeros.
 * Outputs: `probabilities`, frames × 1; the state after the last frame, `hiddenOut` and `cellOut`.
 * Equals the published graph, run frame by frame, to 1e-5.
 * @param published  the weights of the published file (`readOnnxTensors`)
 * @param origin  their name in messages
 * @throws {SerError} `model` if a weight is missing or has another shape
 */
export function speechGraph(published: ReadonlyMap<string, StoredTensor>, origin: string): OnnxGraph {
  const { floats } = weightsOf(published, origin, 'Silero VAD 5 or 6');
  const weight = (name: WeightName): Float32Array => floats(BRANCH + name, SHAPES[name]);

  const graph = createOnnxGraph('speech');
  const { node, nodes, constant, integers } = graph;
  const overValues = integers('over_values', 1);

  const [windows, hidden, cell] = [
    graph.input(SPEECH_INPUTS[0], ['windows', SPECTRUM.window]),
    graph.input(SPEECH_INPUTS[1], [1, 1, STATE]),
    graph.input(SPEECH_INPUTS[2], [1, 1, STATE]),
  ];

  const basis = transposed(weight('stft.forward_basis_buffer'), 2 * BINS);
  const parts = node('MatMul', [windows, constant('stft.basis', [SPECTRUM.window, 2 * BINS], basis)]);
  const squares = nodes(2, 'Split', [node('Mul', [parts, parts])], { axis: 1 }); // real, imaginary: windows × 129
  let x = node('Sqrt', [node('Add', squares)]);

  let columns: number = SPECTRUM.columns;
  for (const [layer, stride] of STRIDES.entries()) {
    const name = `encoder.${layer}` as const as 'encoder.0';
    const [outputs, inputs] = SHAPES[`${name}.reparam_conv.weight`];
    const rows = node('Reshape', [x, integers(`${name}.frames`, -1, columns * inputs)]);
    const padded = node('Pad', [rows, integers(`${name}.padding`, 0, inputs, 0, inputs)]);
    const places = Array.from({ length: Math.ceil(columns / stride) }, (_, place) => {
      const from = place * stride * inputs;
      const [start, end] = [
        integers(`${name}.${place}.start`, from),
        integers(`${name}.${place}.end`, from + TAPS * inputs),
      ];
      return node('Slice', [padded, start, end, overValues]);
    });
    columns = places.length;
    const joined = columns > 1 ? node('Concat', places, { axis: 1 }) : places[0];
    const reached = node('Reshape', [joined, integers(`${name}.places`, -1, TAPS * inputs)]);
    const kernel = constant(
      `${name}.weight`,
      [TAPS * inputs, outputs],
      tapsFirst(weight(`${name}.reparam_conv.weight`), outputs, inputs),
    );
    const bias = constant(`${name}.bias`, [outputs], weight(`${name}.reparam_conv.bias`));
    x = node('Relu', [node('Gemm', [reached, kernel, bias])]);
  }

  const sequence = node('Reshape', [x, integers('lstm.sequence', -1, 1, STATE)]);
  const [sequenceOut, hiddenOut, cellOut] = nodes(
    3,
    'LSTM',
    [
      sequence,
      constant('lstm.weight', [1, 4 * STATE, STATE], gatesInOrder(weight('decoder.rnn.weight_ih'))),
      constant('lstm.recurrence', [1, 4 * STATE, STATE], gatesInOrder(weight('decoder.rnn.weight_hh'))),
      constant(
        'lstm.bias',
        [1, 8 * STATE],
        Float32Array.from([
          ...gatesInOrder(weight('decoder.rnn.bias_ih')),
          ...gatesInOrder(weight('decoder.rnn.bias_hh')),
        ]),
      ),
      '', // all sequence lengths
      hidden,
      cell,
    ],
    { hidden_size: STATE },
  );
  const rectified = node('Relu', [node('Reshape', [sequenceOut, integers('lstm.frames', -1, STATE)])]);
  const logits = node('Gemm', [
    rectified,
    constant('decoder.weight', [STATE, 1], weight('decoder.decoder.2.weight')),
    constant('decoder.bias', [1], weight('decoder.decoder.2.bias')),
  ]);
  graph.output(node('Sigmoid', [logits]), SPEECH_OUTPUTS[0], ['frames', 1]);
  graph.output(hiddenOut, SPEECH_OUTPUTS[1], [1, 1, STATE]);
  graph.output(cellOut, SPEECH_OUTPUTS[2], [1, 1, STATE]);
  return graph;
}

/** @param matrix  rows × columns @returns columns × rows */
function transposed(matrix: Float32Array, rows: number): Float32Array {
  const columns = matrix.length / rows;
  return Float32Array.from(matrix, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]);
}

/** A kernel for one row per position. @param kernel  outputs × inputs × taps @returns (taps × inputs) × outputs */
function tapsFirst(kernel: Float32Array, outputs: number, inputs: number): Float32Array {
  return Float32Array.from(kernel, (_, i) => {
    const [output, input, tap] = [i % outputs, Math.floor(i / outputs) % inputs, Math.floor(i / outputs / inputs)];
    return kernel[(output * inputs + input) * TAPS + tap];
  });
}

/** From PyTorch's order of gates (input, forget, cell, output) to ONNX's (input, output, forget, cell). */
function gatesInOrder(values: Float32Array): Float32Array {
  const quarter = values.length / 4;
  const [input, forget, cell, output] = [0, 1, 2, 3].map((gate) =>
    values.subarray(gate * quarter, (gate + 1) * quarter),
  );
  const ordered = new Float32Array(values.length);
  [input, output, forget, cell].forEach((gate, i) => ordered.set(gate, i * quarter));
  return ordered;
}
