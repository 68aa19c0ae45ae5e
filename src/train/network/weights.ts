import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { areHalves, decodeHalves, encodeHalves, roundToHalf } from '../../half.ts';
import { fileOf, type ModelFiles, type Shape } from '../classifiers/classifier.ts';

/** Type of the numbers in `weights.bin`, little-endian. */
export const PRECISION = v.optional(v.picklist(['float32', 'float16']), 'float32');
export type Precision = v.InferOutput<typeof PRECISION>;

/** The nearest floats of 16 bits, in which the weights can be stored without loss. @throws {SerError} `model` if one is too large */
export function roundWeights(weights: Float32Array): Float32Array {
  const rounded = weights.map(roundToHalf);
  if (areHalves(rounded)) return rounded;
  throw new SerError('model', 'The training gave weights too large for 16 bits: try a lower learning rate.');
}

/** @param precision  `float16` only for floats of 16 bits */
export function weightsFile(weights: Float32Array, precision: Precision = 'float32'): Uint8Array {
  if (precision === 'float16') return new Uint8Array(encodeHalves(weights).buffer);
  return new Uint8Array(weights.slice().buffer);
}

/** @param count  of the weights that model.json describes @throws {SerError} `model` unless weights.bin has as many, all finite */
export function readWeights(
  files: ModelFiles,
  count: number,
  shape: Shape,
  precision: Precision = 'float32',
): Float32Array {
  const { name, bytes } = fileOf(files, 'weights.bin');
  const expected = (precision === 'float16' ? 2 : 4) * count;
  if (bytes.length !== expected) {
    throw new SerError(
      'model',
      `${name} has ${bytes.length} bytes; the layers of model.json take ${expected} for ${shape.features} features and ` +
        `${shape.classes} labels: the file is cut off or of another model.`,
    );
  }
  const own = bytes.slice().buffer; // aligned
  const weights = precision === 'float16' ? decodeHalves(new Uint16Array(own)) : new Float32Array(own);
  const bad = weights.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new SerError('model', `${name}: value ${bad + 1} is not a finite number.`);
  return weights;
}
