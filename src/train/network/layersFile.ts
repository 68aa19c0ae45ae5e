import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { count, finite, parseJson } from '../../files/json.ts';
import type { Shape } from '../classifiers/classifier.ts';

/** `model.json` and `weights.bin`, and what to call them in messages. */
export interface LayersFiles {
  json: { name: string; text: string };
  /** The bytes in a buffer of their own. */
  weights: { name: string; bytes: Uint8Array<ArrayBuffer> };
}

/**
 * What a sequential network comes to in prediction. A dense layer is a convolution that takes all frames at once; dropout and
 * flattening are nothing.
 */
export type Layer = Convolution | { kind: 'pool' };

/** Along the frames, one by one, without padding. */
export interface Convolution {
  kind: 'convolution';
  taps: number;
  channels: number;
  filters: number;
  /** taps × channels × filters */
  kernel: Float32Array;
  /** filters */
  bias: Float32Array;
  relu: boolean;
}

/** An option of a layer: a tuple of one number is as good as the number. */
const option = v.union([v.string(), finite, v.boolean(), v.null(), v.array(v.nullable(finite))]);
const size = v.pipe(count, v.minValue(1, 'must be 1 or more'));

const WEIGHT = v.object({ name: v.string(), shape: v.array(size), dtype: v.literal('float32') });
type WeightSpec = v.InferOutput<typeof WEIGHT>;

const LAYER = v.object({
  class_name: v.string(),
  config: v.object({
    name: v.string(),
    batch_input_shape: v.optional(v.array(v.nullable(size))),
    units: v.optional(size),
    ...v.entriesFromList(
      ['filters', 'kernel_size', 'strides', 'dilation_rate', 'pool_size', 'padding', 'use_bias', 'activation'],
      v.optional(option),
    ),
  }),
});
type LayerConfig = v.InferOutput<typeof LAYER>['config'];

const LAYERS_MODEL = v.object({
  modelTopology: v.object({
    config: v.object({ layers: v.pipe(v.array(LAYER), v.minLength(1, 'must name a layer')) }),
  }),
  weightsManifest: v.array(v.object({ weights: v.array(WEIGHT) })),
});

/** Bounds the memory: numbers that go from one layer to the next. */
const WIDEST = 2 ** 24;

/**
 * The layers of a sequential model as `ser train` saves it, in the layers format of tfjs, up to the logits.
 * Runs in Node, Deno and the browser.
 * @throws {SerError} `model`, saying which file does not fit and how, or which layer this version cannot compute
 */
export function readLayers({ json, weights }: LayersFiles, { features, classes }: Shape): Layer[] {
  const { layers, specs } = parse(json);
  const values = readWeights(weights, specs);
  const takes = (layers[0].config.batch_input_shape ?? []).slice(1).reduce<number>((a, b) => a * (b ?? 1), 1);
  const gives = layers.at(-1)!.config.units;
  if (takes !== features || gives !== classes) {
    throw new SerError(
      'model',
      `${json.name} takes ${takes} features and gives ${gives} probabilities, but its bundle.json has ${features} features ` +
        `and ${classes} labels: the files are of different models.`,
    );
  }

  const network: Layer[] = [];
  let [frames, channels] = [features, 1];
  let flat = false;
  for (const [i, { class_name: kind, config }] of layers.entries()) {
    const refuse = (what: string) =>
      new SerError('model', `${json.name}: layer ${config.name} ${what}, which this version cannot compute.`);
    const expect = (options: Partial<LayerConfig>): void => {
      const other = (Object.keys(options) as (keyof LayerConfig)[]).find((one) => String(config[one]) !== String(options[one])); // prettier-ignore
      if (other) throw refuse(`has a ${other} of ${JSON.stringify(config[other])}`);
    };
    const convolve = (taps: number, filters: number, shape: number[]): void => {
      const activations = i === layers.length - 1 ? ['softmax'] : ['relu', 'linear'];
      if (!activations.includes(String(config.activation))) throw refuse(`ends in ${String(config.activation)}`);
      const of = (part: string, shape: number[]): Float32Array => {
        const found = specs.find((spec) => spec.name === `${config.name}/${part}`);
        if (String(found?.shape) === String(shape)) return values.get(found!)!;
        throw refuse(`has a ${part} of ${found?.shape.join(' × ') ?? 'no size'} instead of ${shape.join(' × ')}`);
      };
      const kernel = of('kernel', shape);
      const bias = of('bias', [filters]);
      if (frames * filters > WIDEST) throw refuse(`gives ${frames} × ${filters} numbers`);
      network.push({ kind: 'convolution', taps, channels, filters, kernel, bias, relu: config.activation === 'relu' });
      [frames, channels] = [frames - taps + 1, filters];
    };
    switch (kind) {
      case 'Conv1D': {
        expect({ strides: 1, dilation_rate: 1, padding: 'valid', use_bias: true });
        const [taps, filters] = [Number(config.kernel_size), Number(config.filters)];
        if (flat || taps > frames) throw refuse(`finds ${flat ? 'no' : frames} frames`);
        convolve(taps, filters, [taps, channels, filters]);
        break;
      }
      case 'MaxPooling1D':
        expect({ pool_size: 2, strides: 2, padding: 'valid' });
        if (flat || frames < 2 || network.length === 0) throw refuse('has nothing to pool');
        network.push({ kind: 'pool' });
        frames >>= 1;
        break;
      case 'Dropout':
        break;
      case 'Flatten':
        flat = true;
        break;
      case 'Dense':
        expect({ use_bias: true });
        if (!flat) throw refuse('is not behind a flattening one');
        convolve(frames, config.units!, [frames * channels, config.units!]);
        break;
      default:
        throw refuse(`is a ${kind}`);
    }
  }
  return network;
}

function parse({ name, text }: LayersFiles['json']): { layers: v.InferOutput<typeof LAYER>[]; specs: WeightSpec[] } {
  const { modelTopology, weightsManifest } = parseJson(
    text,
    LAYERS_MODEL,
    `${name} is not a tfjs layers model`,
    'model',
  );
  return { layers: modelTopology.config.layers, specs: weightsManifest.flatMap((group) => group.weights) };
}

function readWeights({ name, bytes }: LayersFiles['weights'], specs: WeightSpec[]): Map<WeightSpec, Float32Array> {
  const sizeOf = (spec: WeightSpec) => spec.shape.reduce((a, b) => a * b, 1);
  const expected = 4 * specs.reduce((sum, spec) => sum + sizeOf(spec), 0);
  if (bytes.length !== expected) {
    throw new SerError(
      'model',
      `${name} has ${bytes.length} bytes, but model.json describes ${expected}: the file is cut off or of another model.`,
    );
  }
  const values = new Float32Array(bytes.buffer);
  let offset = 0;
  const parts = specs.map((spec) => [spec, values.subarray(offset, (offset += sizeOf(spec)))] as const);
  for (const [spec, part] of parts) {
    const bad = part.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new SerError('model', `${name}: value ${bad + 1} of ${spec.name} is not a finite number.`);
  }
  return new Map(parts);
}
