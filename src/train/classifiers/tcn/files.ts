import * as v from 'valibot';
import { joinSamples } from '../../../features/join.ts';
import { parseJson } from '../../../files/json.ts';
import { sizeOf } from '../../network/layers.ts';
import { PRECISION, readWeights, weightsFile } from '../../network/weights.ts';
import { fileOf, type ModelFiles, type Shape } from '../classifier.ts';
import type { TcnWeights } from './forward.ts';
import { momentCount, SIZES, type Sizes, weightShapes } from './shape.ts';

const HEADER = v.object({ ...SIZES.entries, precision: PRECISION });

/** `model.json` and `weights.bin`: the sizes, and all weights, then the batch norms' moments, as floats of 16 bits, which they must be. */
export function writeTcn(sizes: Sizes, { weights, moments }: TcnWeights): Map<string, string | Uint8Array> {
  const header: v.InferOutput<typeof HEADER> = { ...sizes, precision: 'float16' };
  return new Map<string, string | Uint8Array>([
    ['model.json', JSON.stringify(header, null, 2) + '\n'],
    ['weights.bin', weightsFile(joinSamples([weights, moments]), 'float16')],
  ]);
}

/**
 * Reads the files of `writeTcn`. Runs in Node, Deno and the browser.
 * @throws {SerError} `model`, naming the file that does not match, and the reason
 */
export function readTcn(files: ModelFiles, shape: Shape): { sizes: Sizes } & TcnWeights {
  const json = fileOf(files, 'model.json');
  const { precision, ...sizes } = parseJson(new TextDecoder().decode(json.bytes), HEADER, json.name, 'model');
  const count = weightShapes(shape, sizes).reduce((sum, [, own]) => sum + sizeOf(own), 0);
  const values = readWeights(files, count + momentCount(sizes), shape, precision);
  return { sizes, weights: values.subarray(0, count), moments: values.subarray(count) };
}
