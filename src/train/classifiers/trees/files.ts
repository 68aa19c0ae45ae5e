import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import { count, parseJson } from '../../../files/json.ts';
import { fileOf, type ModelFiles, type Shape } from '../classifier.ts';
import { LEAF, type Trees } from './trees.ts';

const some = v.pipe(count, v.minValue(1, 'must be 1 or more'));
const HEADER = v.object({
  features: some,
  classes: some,
  trees: some,
  /** Of all trees. */
  nodes: some,
  /** Distinct leaves, and values of each. */
  leaves: some,
  width: some,
});

/** Bytes of a node: its feature, and its threshold or leaf. */
const NODE = 6;

const filesOf = (name: string): [header: string, content: string] => [`${name}.json`, `${name}.bin`];

/** Of each split its feature and threshold, of each leaf which values it has, and these. */
export const parametersOf = ({ features, values }: Trees): number =>
  features.reduce((sum, feature) => sum + (feature === LEAF ? 1 : 2), values.length);

/** Most features: their index, and the mark of a leaf, fit 16 bits. @throws {SerError} `usage` for more */
export function checkFeatureCount(features: number): void {
  if (features <= LEAF) return;
  throw new SerError('usage', `Trees take at most ${LEAF} features; there are ${features}.`);
}

/**
 * Trees as files: a header, and little-endian the nodes of all trees in preorder (feature, uint16; threshold, float32, or for a leaf
 * its index, uint32), followed by the leaves' values (float32).
 * @param name  of both files, without extension
 */
export function writeTrees(
  name: string,
  { width, roots, features, thresholds, next, values }: Trees,
  shape: Pick<Shape, 'features' | 'classes'>,
): Map<string, string | Uint8Array> {
  const nodes = features.length;
  const header: v.InferOutput<typeof HEADER> = {
    features: shape.features,
    classes: shape.classes,
    trees: roots.length,
    nodes,
    leaves: values.length / width,
    width,
  };
  const view = new DataView(new ArrayBuffer(NODE * nodes + 4 * values.length));
  features.forEach((feature, node) => {
    view.setUint16(NODE * node, feature, true);
    if (feature === LEAF) view.setUint32(NODE * node + 2, next[node], true);
    else view.setFloat32(NODE * node + 2, thresholds[node], true);
  });
  values.forEach((value, i) => view.setFloat32(NODE * nodes + 4 * i, value, true));
  const [headerFile, contentFile] = filesOf(name);
  return new Map<string, string | Uint8Array>([
    [headerFile, JSON.stringify(header, null, 2) + '\n'],
    [contentFile, new Uint8Array(view.buffer)],
  ]);
}

/**
 * Reads the files of `writeTrees`. Runs in Node, Deno and the browser.
 * @param width  values per leaf of such a model
 * @throws {SerError} `model`, naming the file that does not match, and the reason
 */
export function readTrees(
  files: ModelFiles,
  name: string,
  shape: Pick<Shape, 'features' | 'classes'>,
  width: number,
): Trees {
  const [head, { name: file, bytes }] = filesOf(name).map((one) => fileOf(files, one));
  const header = parseJson(new TextDecoder().decode(head.bytes), HEADER, head.name, 'model');
  const refuse = (message: string): SerError => new SerError('model', message);
  if (header.features !== shape.features || header.classes !== shape.classes) {
    throw refuse(
      `${head.name} takes ${header.features} features and gives ${header.classes} probabilities, but its bundle.json has ` +
        `${shape.features} features and ${shape.classes} labels: the files are of different models.`,
    );
  }
  if (header.width !== width) throw refuse(`${head.name}: \`width\` must be ${width}; it is ${header.width}.`);
  const { nodes, leaves } = header;
  const expected = NODE * nodes + 4 * leaves * width;
  if (bytes.length !== expected) {
    throw refuse(`${file} has ${bytes.length} bytes, but ${head.name} describes ${expected}: the file is cut off or of another model.`); // prettier-ignore
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, expected);
  const values = Float32Array.from({ length: leaves * width }, (_, i) => view.getFloat32(NODE * nodes + 4 * i, true));
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw refuse(`${file}: leaf ${Math.floor(bad / width) + 1} has a value that is not a finite number.`);

  const features = Uint16Array.from({ length: nodes }, (_, node) => view.getUint16(NODE * node, true));
  const thresholds = new Float32Array(nodes);
  const next = new Uint32Array(nodes);
  const roots: number[] = [];
  /** Nodes whose right subtree has not begun. */
  const open: number[] = [];
  let isNew = true;
  for (let node = 0; node < nodes; node++) {
    if (isNew) roots.push(node);
    isNew = false;
    const at = NODE * node + 2;
    if (features[node] !== LEAF) {
      thresholds[node] = view.getFloat32(at, true);
      if (features[node] >= shape.features || !Number.isFinite(thresholds[node])) {
        throw refuse(`${file}: node ${node + 1} asks for feature ${features[node] + 1} of ${shape.features} with threshold ${thresholds[node]}.`); // prettier-ignore
      }
      open.push(node);
      continue;
    }
    next[node] = view.getUint32(at, true);
    if (next[node] >= leaves) throw refuse(`${file}: node ${node + 1} is leaf ${next[node] + 1} of ${leaves}.`);
    const parent = open.pop();
    if (parent === undefined) isNew = true;
    else next[parent] = node + 1;
  }
  if (!isNew || roots.length !== header.trees) {
    throw refuse(`${file}: its ${nodes} nodes are not ${header.trees} whole trees.`);
  }
  return { width, roots: Uint32Array.from(roots), features, thresholds, next, values };
}
