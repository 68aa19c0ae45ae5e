import { parseJson } from '../../../files/json.ts';
import { sizeOf } from '../../network/layers.ts';
import { readWeights, weightsFile } from '../../network/weights.ts';
import { fileOf, type ModelFiles, type Shape } from '../classifier.ts';
import { SIZES, type Sizes, weightShapes } from './shape.ts';

/** `model.json` and `weights.bin`: the sizes, and all weights in the order of `weightShapes`. */
export function writeTcn(sizes: Sizes, weights: Float32Array): Map<string, string | Uint8Array> {
  return new Map<string, string | Uint8Array>([
    ['model.json', JSON.stringify(sizes, null, 2) + '\n'],
    ['weights.bin', weightsFile(weights)],
  ]);
}

/**
 * Reads the files of `writeTcn`. Runs in Node, Deno and the browser.
 * @throws {SerError} `model`, naming the file that does not match, and the reason
 */
export function readTcn(files: ModelFiles, shape: Shape): { sizes: Sizes; weights: Float32Array } {
  const json = fileOf(files, 'model.json');
  const sizes = parseJson(new TextDecoder().decode(json.bytes), SIZES, json.name, 'model');
  const count = weightShapes(shape, sizes).reduce((sum, [, own]) => sum + sizeOf(own), 0);
  return { sizes, weights: readWeights(files, count, shape) };
}
