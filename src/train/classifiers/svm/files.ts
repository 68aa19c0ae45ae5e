import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import { count, finite, parseJson } from '../../../files/json.ts';
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
});

const [HEADER_FILE, VECTORS_FILE] = ['svm.json', 'vectors.bin'];

/** A model as files: a header, and as float32, little-endian, all support vectors followed by all their β. */
export function writeSvm({ gamma, vectors, counts, beta, biases }: SvmModel): Map<string, string | Uint8Array> {
  const header: v.InferOutput<typeof HEADER> = {
    kernel: 'rbf',
    gamma,
    features: vectors.size,
    vectors: [...counts],
    biases: [...biases],
  };
  const view = new DataView(new ArrayBuffer(4 * (vectors.data.length + beta.length)));
  [...vectors.data, ...beta].forEach((value, i) => view.setFloat32(4 * i, value, true));
  return new Map<string, string | Uint8Array>([
    [HEADER_FILE, JSON.stringify(header, null, 2) + '\n'],
    [VECTORS_FILE, new Uint8Array(view.buffer)],
  ]);
}

/**
 * Reads the files of `writeSvm`. Runs in Node, Deno and the browser.
 * @throws {SerError} `model`, naming the file that does not match, and the reason
 */
export function readSvm(files: ModelFiles, shape: Pick<Shape, 'features' | 'classes'>): SvmModel {
  const [header, { name, bytes }] = [HEADER_FILE, VECTORS_FILE].map((file) => fileOf(files, file));
  const text = new TextDecoder().decode(header.bytes);
  const { gamma, features, vectors: counts, biases } = parseJson(text, HEADER, header.name, 'model');
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
  const expected = 4 * rows * (features + classes - 1);
  if (bytes.length !== expected) {
    throw refuse(
      `${name} has ${bytes.length} bytes, but ${HEADER_FILE} describes ${expected}: the file is cut off or of another model.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, expected);
  const values = Float32Array.from({ length: expected / 4 }, (_, i) => view.getFloat32(4 * i, true));
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw refuse(`${name}: value ${bad + 1} is not a finite number.`);
  const vectors = { data: values.subarray(0, rows * features), size: features };
  return { gamma, counts, biases, vectors, beta: values.subarray(rows * features) };
}
