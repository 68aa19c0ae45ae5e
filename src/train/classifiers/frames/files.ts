import * as v from 'valibot';
import { joinSamples } from '../../../features/join.ts';
import { parseJson } from '../../../files/json.ts';
import { sizeOf } from '../../network/layers.ts';
import { PRECISION, type Precision, readWeights, weightsFile } from '../../network/weights.ts';
import { fileOf, type ModelFiles, type Shape } from '../classifier.ts';
import type { FramesWeights } from './forward.ts';
import { momentCount, type Sizes, weightShapes } from './shape.ts';

/** `model.json` and `weights.bin`: the sizes, and all weights, then the batch norms' moments, as floats of 16 bits, which they must be. */
export function writeFrames(sizes: Sizes, { weights, moments }: FramesWeights): Map<string, string | Uint8Array> {
  const header: Sizes & { precision: Precision } = { ...sizes, precision: 'float16' };
  return new Map<string, string | Uint8Array>([
    ['model.json', JSON.stringify(header, null, 2) + '\n'],
    ['weights.bin', weightsFile(joinSamples([weights, moments]), 'float16')],
  ]);
}

/** Which sizes a network has. */
export type SizesSchema<Own extends Sizes> = v.GenericSchema<unknown, Own>;

/**
 * Reads the files of `writeFrames`. Runs in Node, Deno and the browser.
 * @throws {SerError} `model`, naming the file that does not match, and the reason
 */
export function readFrames<Own extends Sizes>(
  files: ModelFiles,
  shape: Shape,
  schema: SizesSchema<Own>,
): { sizes: Own } & FramesWeights {
  const json = fileOf(files, 'model.json');
  const text = new TextDecoder().decode(json.bytes);
  const { precision } = parseJson(text, v.object({ precision: PRECISION }), json.name, 'model');
  const sizes = parseJson(text, schema, json.name, 'model');
  const count = weightShapes(shape, sizes).reduce((sum, [, own]) => sum + sizeOf(own), 0);
  const values = readWeights(files, count + momentCount(sizes), shape, precision);
  return { sizes, weights: values.subarray(0, count), moments: values.subarray(count) };
}
