import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { count, finite, parseJson } from '../../files/json.ts';
import { fileOf, type ModelFiles, type Shape } from '../classifiers/classifier.ts';
import { readWeights, weightsFile } from './weights.ts';

const size = v.pipe(count, v.minValue(1, 'must be 1 or more'));
/** Share of the values that training drops after a layer. */
const dropout = v.pipe(finite, v.minValue(0, 'must be 0 or more'), v.ltValue(1, 'must be below 1'));

const LAYER = v.variant('kind', [
  v.object({ kind: v.literal('convolution'), filters: size, taps: size, dropout }),
  v.object({ kind: v.literal('dense'), units: size, dropout }),
]);
const NETWORK = v.object({ layers: v.array(LAYER) });

/**
 * A layer of a network. A convolution runs along the features, without padding, followed by max pooling of 2 (a last frame without a
 * neighbour is dropped), ReLU and dropout. A dense layer takes all values, followed by ReLU and dropout. After the last layer
 * a dense one computes the logits of the classes.
 */
export type Layer = v.InferOutput<typeof LAYER>;

/** A layer with its input shape. A dense layer is a convolution over all frames at once. */
export interface Stage {
  /** Input frames and channels, row-major. */
  frames: number;
  channels: number;
  taps: number;
  filters: number;
  /** Whether it is pooled by 2, as convolutions are. */
  pool: boolean;
  relu: boolean;
  dropout: number;
}

/** Limit of the values between two layers, which bounds the memory. */
const WIDEST = 2 ** 24;

/**
 * The layers of a network with their shapes; the last one computes the logits.
 * @param origin  name of the network in messages
 * @throws {SerError} `model` if a layer has too little input, or too much output
 */
export function stagesOf(layers: readonly Layer[], { features, classes }: Shape, origin = 'the network'): Stage[] {
  let [frames, channels] = [features, 1];
  const all = [...layers, { kind: 'dense' as const, units: classes, dropout: 0 }];
  return all.map((layer, i) => {
    const pool = layer.kind === 'convolution';
    const [taps, filters] = pool ? [layer.taps, layer.filters] : [frames, layer.units];
    const stage = { frames, channels, taps, filters, pool, relu: i < layers.length, dropout: layer.dropout };
    const convolved = frames - taps + 1;
    frames = pool ? convolved >> 1 : convolved;
    channels = filters;
    if (frames < 1) throw new SerError('model', `${origin}: layer ${i + 1} finds ${stage.frames} frames, too few for ${taps} taps and pooling.`); // prettier-ignore
    if (convolved * filters > WIDEST) throw new SerError('model', `${origin}: layer ${i + 1} gives ${convolved} × ${filters} numbers, too many.`); // prettier-ignore
    return stage;
  });
}

/** Shapes of the weights: for each stage its kernel, taps × channels × filters (inputs × units if dense), and its bias. */
export const weightShapes = (stages: readonly Stage[]): number[][] =>
  stages.flatMap(({ taps, channels, filters, pool }) => [
    pool ? [taps, channels, filters] : [taps * channels, filters],
    [filters],
  ]);

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Splits concatenated weights. */
export function cutWeights(weights: Float32Array, shapes: readonly (readonly number[])[]): Float32Array[] {
  let offset = 0;
  return shapes.map((shape) => weights.subarray(offset, (offset += sizeOf(shape))));
}

/** `model.json` and `weights.bin`: the layers, and all weights in order. */
export function networkFiles(layers: readonly Layer[], weights: Float32Array): Map<string, string | Uint8Array> {
  return new Map<string, string | Uint8Array>([
    ['model.json', JSON.stringify({ layers }, null, 2) + '\n'],
    ['weights.bin', weightsFile(weights)],
  ]);
}

/**
 * Reads the output of `networkFiles`. Runs in Node, Deno and the browser.
 * @throws {SerError} `model`, naming the file that does not match, and the reason
 */
export function readNetwork(files: ModelFiles, shape: Shape): { stages: Stage[]; weights: Float32Array } {
  const json = fileOf(files, 'model.json');
  const { layers } = parseJson(new TextDecoder().decode(json.bytes), NETWORK, json.name, 'model');
  const stages = stagesOf(layers, shape, json.name);
  return { stages, weights: readWeights(files, weightShapes(stages).map(sizeOf).reduce((a, b) => a + b), shape) }; // prettier-ignore
}
