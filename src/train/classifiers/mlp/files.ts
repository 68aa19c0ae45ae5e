import * as v from 'valibot';
import { count, finite, parseJson } from '../../../files/json.ts';
import { type Layer, sizeOf, type Stage, stagesOf, weightShapes } from '../../network/layers.ts';
import { readWeights, weightsFile } from '../../network/weights.ts';
import { fileOf, type ModelFiles, type Shape } from '../classifier.ts';

const size = v.pipe(count, v.minValue(1, 'must be 1 or more'));

/** Sizes of an ensemble, stored with it. */
export const SIZES = v.object({
  networks: size,
  /** Units of each hidden layer. */
  units: v.array(size),
  /** Largest absolute value of a feature. */
  clip: v.pipe(finite, v.gtValue(0, 'must be above 0')),
  /** Training speakers by whose statistics vectors are standardised. Default: they are not. */
  speakers: v.optional(size),
});
export type Sizes = v.InferOutput<typeof SIZES>;

/** A feature within ±`most`, which is `Sizes.clip`. */
export const limit = (value: number, most: number): number => Math.max(-most, Math.min(most, value));

/** The layers of each network. @param dropout  after each hidden layer, in training */
export function mlpStages(shape: Shape, { units }: Sizes, dropout = 0): Stage[] {
  return stagesOf(
    units.map((own): Layer => ({ kind: 'dense', units: own, dropout })),
    shape,
  );
}

/** Shapes of the weights of all networks. */
export const mlpShapes = (shape: Shape, sizes: Sizes): number[][] =>
  Array.from({ length: sizes.networks }, () => weightShapes(mlpStages(shape, sizes))).flat();

/** The layer that recognises a speaker. */
export const speakerStages = (shape: Shape, speakers: number): Stage[] => stagesOf([], { ...shape, classes: speakers });

/** Shapes of everything that a training determines: the weights of all networks, then what `openKnownSpeakers` takes. */
export function learntShapes(shape: Shape, sizes: Sizes): number[][] {
  const { speakers } = sizes;
  if (speakers === undefined) return mlpShapes(shape, sizes);
  const statistics = [speakers, shape.features];
  return [...mlpShapes(shape, sizes), ...weightShapes(speakerStages(shape, speakers)), statistics, statistics];
}

/** `model.json` and `weights.bin`: the sizes, and the numbers of `learntShapes` in 16 bits. */
export function writeMlp(sizes: Sizes, weights: Float32Array): Map<string, string | Uint8Array> {
  return new Map<string, string | Uint8Array>([
    ['model.json', JSON.stringify(sizes, null, 2) + '\n'],
    ['weights.bin', weightsFile(weights, 'float16')],
  ]);
}

/**
 * Reads the files of `writeMlp`. Runs in Node, Deno and the browser.
 * @throws {SerError} `model`, naming the file that does not match, and the reason
 */
export function readMlp(files: ModelFiles, shape: Shape): { sizes: Sizes; weights: Float32Array } {
  const json = fileOf(files, 'model.json');
  const sizes = parseJson(new TextDecoder().decode(json.bytes), SIZES, json.name, 'model');
  const count = learntShapes(shape, sizes).reduce((sum, own) => sum + sizeOf(own), 0);
  return { sizes, weights: readWeights(files, count, shape, 'float16') };
}
