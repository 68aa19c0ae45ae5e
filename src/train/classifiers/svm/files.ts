import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import { count, finite, parseJson } from '../../../files/json.ts';
import { areHalves, decodeHalves, encodeHalves } from '../../../half.ts';
import { PRECISION } from '../../network/weights.ts';
import { fileOf, type ModelFiles, type Shape } from '../classifier.ts';
import { pairsOf, type SvmModel } from './machine.ts';

const HEADER = v.object({
  kernel: v.literal('rbf'),
  gamma: v.pipe(finite, v.gtValue(0, 'must be above 0')),
  features: v.pipe(count, v.minValue(1, 'must be 1 or more')),
  /** Support vectors of each class. */
  vectors: v.pipe(v.array(count), v.minLength(1, 'must name a class')),
  /** One per pair of classes. */
  biases: v.array(finite),
  /** Of the support vectors. */
  precision: PRECISION,
});

const [HEADER_FILE, VECTORS_FILE] = ['svm.json', 'vectors.bin'];

/**
 * A model as files: a header, and little-endian all support vectors, in 16 bits if that loses nothing, followed by all their β in 32.
 */
export function writeSvm({ gamma, vectors, counts, beta, biases }: SvmModel): Map<string, string | Uint8Array> {
  const small = areHalves(vectors.data);
  const header: v.InferOutput<typeof HEADER> = {
    kernel: 'rbf',
    gamma,
    features: vectors.size,
    vectors: [...counts],
    biases: [...biases],
    precision: small ? 'float16' : 'float32',
  };
  const stored = small ? encodeHalves(vectors.data) : vectors.data;
  const bytes = new Uint8Array(stored.byteLength + beta.byteLength);
  bytes.set(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
  bytes.set(new Uint8Array(beta.buffer, beta.byteOffset, beta.byteLength), stored.byteLength);
  return new Map<string, string | Uint8Array>([
    [HEADER_FILE, JSON.stringify(header, null, 2) + '\n'],
    [VECTORS_FILE, bytes],
  ]);
}

/**
 * Reads the files of `writeSvm`. Runs in Node, Deno and the browser.
 * @throws {SerError} `model`, naming the file that does not match, and the reason
 */
export function readSvm(files: ModelFiles, shape: Pick<Shape, 'features' | 'classes'>): SvmModel {
  const [header, { name, bytes }] = [HEADER_FILE, VECTORS_FILE].map((file) => fileOf(files, file));
  const text = new TextDecoder().decode(header.bytes);
  const { gamma, features, vectors: counts, biases, precision } = parseJson(text, HEADER, header.name, 'model');
  const refuse = (message: string): SerError => new SerError('model', message);
  const classes = counts.length;
  if (features !== shape.features || classes !== shape.classes) {
    throw refuse(
      `${header.name} takes ${features} features and gives ${classes} probabilities, but its bundle.json has ` +
        `${shape.features} features and ${shape.classes} labels: the files are of different models.`,
    );
  }
  const pairs = pairsOf(classes).length;
  if (biases.length !== pairs) {
    throw refuse(`${header.name} has ${biases.length} biases, but ${classes} classes make ${pairs} pairs.`);
  }
  const rows = counts.reduce((a, b) => a + b);
  if (rows === 0) throw refuse(`${header.name} has no support vectors.`);
  const vectorBytes = (precision === 'float16' ? 2 : 4) * rows * features;
  const expected = vectorBytes + 4 * rows * (classes - 1);
  if (bytes.length !== expected) {
    throw refuse(
      `${name} has ${bytes.length} bytes, but ${HEADER_FILE} describes ${expected}: the file is cut off or of another model.`,
    );
  }
  const [own, rest] = [bytes.slice(0, vectorBytes).buffer, bytes.slice(vectorBytes).buffer];
  const data = precision === 'float16' ? decodeHalves(new Uint16Array(own)) : new Float32Array(own);
  const beta = new Float32Array(rest);
  for (const [what, values] of Object.entries({ vectors: data, multipliers: beta })) {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw refuse(`${name}: value ${bad + 1} of the ${what} is not a finite number.`);
  }
  return { gamma, counts, biases, vectors: { data, size: features }, beta };
}
