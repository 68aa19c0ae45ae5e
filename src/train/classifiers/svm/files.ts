import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import { count, finite, parseJson } from '../../../files/json.ts';
import { pairsOf, type SvmModel } from './machine.ts';

const HEADER = v.object({
  kernel: v.literal('rbf'),
  gamma: v.pipe(finite, v.gtValue(0, 'must be above 0')),
  features: v.pipe(count, v.minValue(1, 'must be 1 or more')),
  /** Support vectors of each class. */
  vectors: v.pipe(v.array(count), v.minLength(1, 'must name a class')),
  /** Of the pairs of classes. */
  biases: v.array(finite),
});

/** Content of a file, and what to call it in messages. */
export interface NamedFile {
  name: string;
  bytes: Uint8Array;
}

/** A model as two files: the header as JSON, and as float32, little-endian: all support vectors, then all their β. */
export function writeSvm({ gamma, vectors, counts, beta, biases }: SvmModel): { header: string; weights: Uint8Array } {
  const header: v.InferOutput<typeof HEADER> = {
    kernel: 'rbf',
    gamma,
    features: vectors.size,
    vectors: [...counts],
    biases: [...biases],
  };
  const view = new DataView(new ArrayBuffer(4 * (vectors.data.length + beta.length)));
  [vectors.data, beta].reduce((start, block) => {
    block.forEach((value, i) => view.setFloat32(start + 4 * i, value, true));
    return start + 4 * block.length;
  }, 0);
  return { header: JSON.stringify(header, null, 2) + '\n', weights: new Uint8Array(view.buffer) };
}

/**
 * Reads what `writeSvm` wrote. Runs in Node, Deno and the browser.
 * @throws {SerError} `model`, saying which file does not fit and how
 */
export function readSvm(header: NamedFile, weights: NamedFile): SvmModel {
  const text = new TextDecoder().decode(header.bytes);
  const { gamma, features, vectors: counts, biases } = parseJson(text, HEADER, header.name, 'model');
  const refuse = (message: string): SerError => new SerError('model', message);
  const classes = counts.length;
  const pairs = pairsOf(classes).length;
  if (biases.length !== pairs) {
    throw refuse(`${header.name} has ${biases.length} biases; ${classes} classes make ${pairs} pairs.`);
  }
  const rows = counts.reduce((a, b) => a + b);
  if (rows === 0) throw refuse(`${header.name} has no support vectors.`);
  const bytes = 4 * rows * (features + classes - 1);
  if (weights.bytes.length !== bytes) {
    throw refuse(`${weights.name} is ${weights.bytes.length} bytes long; the ${rows} support vectors of ${header.name} take ${bytes}.`); // prettier-ignore
  }
  const view = new DataView(weights.bytes.buffer, weights.bytes.byteOffset, bytes);
  const values = Float32Array.from({ length: bytes / 4 }, (_, i) => view.getFloat32(4 * i, true));
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw refuse(`${weights.name}: number ${bad + 1} is ${values[bad]}; it is damaged.`);
  const vectors = { data: values.subarray(0, rows * features), size: features };
  return { classes, gamma, counts, biases, vectors, beta: values.subarray(rows * features) };
}
