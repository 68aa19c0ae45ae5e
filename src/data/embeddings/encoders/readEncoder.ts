import { SerError } from '../../../error.ts';
import { SAMPLE_RATE } from '../../../features/types.ts';
import { partFor } from '../../../onnx/cutGraph.ts';
import { type GraphNode, type GraphValue, readGraph, type ReadGraph } from '../../../onnx/readGraph.ts';
import type { Encoder } from './encoder.ts';
import { type EncoderSettings, SETTINGS_DEFAULTS } from './encoderSettings.ts';
import { layerOutputs, widthOf } from './transformerLayers.ts';
import { WHISPER } from './whisperMel.ts';

/** Seconds that go through an encoder at once, unless its graph fixes another length. */
const MOST_SECONDS = 30;

/** Types that an attention mask may have. */
const MASK_TYPES = ['int64', 'int32', 'float', 'bool'];

type Refuse = (message: string, code?: 'model' | 'usage') => SerError;

/**
 * An encoder as its graph and its settings describe it.
 * @param bytes  of the ONNX file
 * @param layer  see `encoder.ts`
 * @param settings  of its `preprocessor_config.json`
 * @param origin  name of the file in messages
 * @throws {SerError} `model` for a file that is not an ONNX model, or no encoder that this version can run; `usage` for a layer that it
 *   does not have
 */
export function readEncoder(
  bytes: Uint8Array,
  layer: string | undefined,
  settings: EncoderSettings = SETTINGS_DEFAULTS,
  origin = 'the encoder',
): Encoder {
  const refuse: Refuse = (message, code = 'model') => new SerError(code, `${origin}: ${message}`);
  const graph = readGraph(bytes, origin);
  const inputs = findInputs(graph, settings, refuse);
  const layers = layerOutputs(graph);
  const value = findValue(graph, layers, layer, refuse);
  const dimensions = widthOf(graph, value);
  if (!dimensions) throw refuse(`the graph does not say how many values a frame of ${value} has.`);
  const { hop, reach } = framesOf(partFor(graph, value).nodes, graph);
  if (hop === 1) throw refuse(`${value} has no frame rate: no convolution before it has strides.`);
  const samples = inputs.input === 'waveform' ? 1 : WHISPER.hop;
  return {
    ...inputs,
    opset: graph.opset,
    parameters: Array.from(graph.tensors.values(), ({ shape }) => shape.reduce((a, b) => a * b, 1)).reduce((a, b) => a + b, 0), // prettier-ignore
    inputs: graph.inputs.map(described),
    outputs: graph.outputs.map(described),
    layers: [...layers.keys()],
    value,
    dimensions,
    frameRate: SAMPLE_RATE / (hop * samples),
    hop: hop * samples,
    reach: inputs.input === 'waveform' ? reach : 1,
  };
}

const described = ({ name, type, shape }: GraphValue): Encoder['inputs'][number] => ({ name, type, shape });

/** @throws {SerError} unless the inputs are a waveform or a log-mel spectrogram and, at most, an attention mask */
function findInputs({ inputs }: ReadGraph, settings: EncoderSettings, refuse: Refuse) {
  const isMask = ({ name, type, shape }: GraphValue): boolean =>
    /mask/i.test(name) && MASK_TYPES.includes(type) && shape?.length === 2;
  const mask = inputs.find(isMask);
  const [signal, ...others] = inputs.filter((value) => value !== mask);
  const all = inputs
    .map(({ name, type, shape }) => `${name} (${type}, ${shape?.join(' × ') ?? 'any shape'})`)
    .join(', ');
  const rank = signal?.shape?.length;
  const input = rank === undefined ? settings.input : ({ 2: 'waveform', 3: 'log-mel' } as const)[rank];
  if (!signal || !input || others.length > 0 || signal.type !== 'float') {
    throw refuse(
      `an encoder takes a waveform (clips × samples) or a log-mel spectrogram (clips × bands × frames) in float32 and, ` +
        `at most, an attention mask; this model takes ${all || 'nothing'}.`,
    );
  }
  if (settings.input && settings.input !== input) {
    throw refuse(`its settings are those of a ${settings.input}, but it takes a ${input}: ${all}.`);
  }
  const [clips, bands, frames] = [signal.shape?.[0], signal.shape?.[1], signal.shape?.at(-1)];
  const fixed = typeof frames === 'number' ? frames : undefined;
  const facts = {
    input,
    settings,
    signal: signal.name,
    ...(mask && { mask: described(mask) }),
    isBatched: typeof clips !== 'number',
  };
  if (input === 'waveform') {
    return { ...facts, bands: 1, isFixed: fixed !== undefined, window: fixed ?? MOST_SECONDS * SAMPLE_RATE };
  }
  const expected = settings.bands ?? (typeof bands === 'number' ? bands : WHISPER.bands);
  if (typeof bands === 'number' && bands !== expected) {
    throw refuse(`its settings say ${expected} bands, but it takes ${bands}.`);
  }
  const melFrames = fixed ?? settings.frames;
  const window = (melFrames ?? WHISPER.frames) * WHISPER.hop;
  return { ...facts, bands: expected, isFixed: melFrames !== undefined, window };
}

function findValue(
  { outputs, nodes }: ReadGraph,
  layers: ReadonlyMap<number, string>,
  layer: string | undefined,
  refuse: Refuse,
): string {
  const has = layers.size > 0 ? `it has the layers ${[...layers.keys()].join(', ')}` : 'no layers are found in it';
  if (layer === undefined) {
    const first = outputs.find(({ shape }) => shape === undefined || shape.length === 3);
    if (first) return first.name;
    throw refuse(
      `no output is clips × frames × values: choose a layer or an inner value, as in \`#6\`; ${has}.`,
      'usage',
    );
  }
  const byNumber = /^\d+$/.test(layer) ? layers.get(Number(layer)) : undefined;
  if (byNumber) return byNumber;
  if ([outputs.map(({ name }) => name), ...nodes.map(({ outputs }) => outputs)].some((names) => names.includes(layer))) return layer; // prettier-ignore
  throw refuse(`there is no layer or value "${layer}": ${has}, and the outputs ${outputs.map(({ name }) => name).join(', ')}.`, 'usage'); // prettier-ignore
}

/** Steps of the input between two frames, and steps on which the strided convolutions of one frame depend. */
function framesOf(nodes: readonly GraphNode[], { tensors }: ReadGraph): { hop: number; reach: number } {
  const strided = nodes
    .map(({ integers, inputs }) => ({
      stride: integers.strides?.at(-1) ?? 1,
      kernel: integers.kernel_shape?.at(-1) ?? tensors.get(inputs[1])?.shape.at(-1) ?? 1,
      isConvolution: integers.strides !== undefined,
    }))
    .filter(({ isConvolution }) => isConvolution);
  let [hop, reach] = [1, 1];
  // Those after the last stride, such as that of positions, are padded.
  for (const { stride, kernel } of strided.slice(0, strided.findLastIndex(({ stride }) => stride > 1) + 1)) {
    reach += (kernel - 1) * hop;
    hop *= stride;
  }
  return { hop, reach };
}
