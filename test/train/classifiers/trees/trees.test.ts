import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../src/random.ts';
import { BINS, binFeatures, middle } from '../../../../src/train/classifiers/trees/bins.ts';
import { addBin, createBinSet, takeBins } from '../../../../src/train/classifiers/trees/binSet.ts';
import { checkFeatureCount } from '../../../../src/train/classifiers/trees/files.ts';
import { addLeaves, buildTrees, joinTrees } from '../../../../src/train/classifiers/trees/trees.ts';
import { separable } from '../../synthetic.ts';
import { fitVectors, reopened } from '../vectorModels.ts';

const every = (rows: number) => Uint32Array.from(Array(rows).keys());
const equal = (rows: number) => new Float64Array(rows).fill(1);

describe('bins', () => {
  test('each distinct value has its own, with the edge in the middle between neighbours', () => {
    const x = Float32Array.of(3, 1, 2, 1, 3, 7);
    const { columns, edges } = binFeatures(x, 1, every(6), equal(6));
    expect(Array.from(edges[0])).toEqual([1.5, 2.5, 5]);
    expect(Array.from(columns[0])).toEqual([2, 0, 1, 0, 2, 3]);
  });

  test('many values fill 256 bins of the same weight, whatever their scale', () => {
    const random = createRandom('bins');
    const x = Float32Array.from({ length: 256 * 20 }, () => Math.exp(3 * random.normal()));
    const { columns, edges } = binFeatures(x, 1, every(x.length), equal(x.length));
    const counts = new Array<number>(BINS).fill(0);
    for (const bin of columns[0]) counts[bin]++;
    expect(edges[0]).toHaveLength(BINS - 1);
    expect(counts.every((count) => count === 20)).toBe(true);
    columns[0].forEach((bin, row) => {
      expect(bin === 0 || x[row] > edges[0][bin - 1]).toBe(true);
      expect(bin === BINS - 1 || x[row] <= edges[0][bin]).toBe(true);
    });
  });

  test('a row that weighs 2 moves the edges as two rows do', () => {
    const random = createRandom('weights');
    const x = Float32Array.from({ length: 1000 }, () => random.normal());
    const weighted = binFeatures(x, 1, every(1000), equal(1000).map((_, row) => 1 + (row % 2))); // prettier-ignore
    const twice = every(1500).map((i) => (i < 1000 ? i : 2 * (i - 1000) + 1));
    expect(weighted.edges).toEqual(binFeatures(x, 1, twice, equal(1500)).edges);
  });

  test('an edge between two neighbouring numbers is the lower one', () => {
    const high = Math.fround(1 + 2 ** -23);
    expect(middle(1, high)).toBe(1);
    expect(middle(-3e38, 3e38)).toBe(0);
  });

  test('a set gives its bins in order, once each, and is empty afterwards', () => {
    const set = createBinSet();
    for (const bin of [255, 31, 0, 32, 31, 128]) addBin(set, bin);
    const into = new Uint8Array(BINS);
    expect(Array.from(into.subarray(0, takeBins(set, into)))).toEqual([0, 31, 32, 128, 255]);
    expect(takeBins(set, into)).toBe(0);
  });
});

describe('trees', () => {
  const tree = (feature: number, low: number, high: number) => {
    const builder = buildTrees(1);
    builder.split(feature, 0.5);
    builder.leaf([low]);
    builder.split(feature, 2);
    builder.leaf([high]);
    builder.leaf([low]);
    return builder.finish();
  };
  const sumsOf = (trees: ReturnType<typeof tree>, x: number[]) => {
    const sums = new Float64Array(2);
    addLeaves(trees, Float32Array.from(x), 0, x.length, sums);
    return Array.from(sums);
  };

  test('values up to the threshold go left; trees with one value add to the outputs in turn', () => {
    const both = joinTrees([tree(0, 1, 2), tree(1, 10, 20)]);
    expect(both.values).toHaveLength(4);
    expect(sumsOf(both, [0.5, 0.6])).toEqual([1, 20]);
    expect(sumsOf(both, [2, 2.1])).toEqual([2, 10]);
    expect(sumsOf(both, [NaN, -9])).toEqual([1, 10]);
  });

  test('leaves that are equal are stored once', () => {
    expect(Array.from(tree(0, 1, 2).values)).toEqual([1, 2]);
  });

  test('a feature more than 16 bits can name is refused', () => {
    expect(() => checkFeatureCount(65_535)).not.toThrow();
    expect(() => checkFeatureCount(65_536)).toThrow(/at most 65535 features; there are 65536/);
  });
});

describe.each(['forest', 'boosting'])('the files of %s', (name) => {
  const train = separable(160, 'trees');
  const small = { trees: 5 };
  const options = name === 'forest' ? small : { rounds: 5, minChild: 0.1 };
  const [header, content] = [`${name}.json`, `${name}.bin`];
  const fitted = async () => reopened(name, await fitVectors(name, train, options), train);

  test('give a model with exactly the same probabilities', async () => {
    const fit = await fitVectors(name, train, options);
    const { open } = await reopened(name, fit, train);
    const { x } = separable(100, 'asked');
    expect(open().predictProba(x)).toEqual(fit.model.predictProba(x));
  });

  const set = (view: DataView, at: number, value: number) => view.setUint16(at, value, true);
  const changed: [what: string, change: (file: Record<string, unknown>) => object, message: RegExp][] = [
    ['other features', () => ({ features: 17 }), /takes 17 features .* has 16 features and 8 labels/],
    ['leaves of another kind', () => ({ width: 3 }), /`width` must be \d; it is 3/],
    ['no trees', () => ({ trees: 0 }), /`trees` must be 1 or more; it is 0/],
    ['other trees', ({ trees }) => ({ trees: Number(trees) + 1 }), /nodes are not \d+ whole trees/],
    ['other nodes', ({ nodes }) => ({ nodes: Number(nodes) + 1 }), /\.bin has \d+ bytes, but .* describes \d+/],
  ];
  test.each(changed)('are refused when damaged: %s', async (_, change, message) => {
    const { content: files, open } = await fitted();
    const value = JSON.parse(new TextDecoder().decode(files.get(header))) as Record<string, unknown>;
    files.set(header, new TextEncoder().encode(JSON.stringify({ ...value, ...change(value) })));
    expect(open).toThrow(expect.objectContaining({ code: 'model', message: expect.stringMatching(message) }));
  });

  const damaged: [what: string, damage: (view: DataView) => void, message: RegExp][] = [
    ['a feature that does not exist', (view) => set(view, 0, 16), /node 1 asks for feature 17 of 16/],
    ['a threshold that is no number', (view) => view.setFloat32(2, NaN, true), /node 1 asks for feature .* with threshold NaN/],
    ['a leaf in the place of a split', (view) => { set(view, 0, 0xffff); view.setUint32(2, 0, true); }, /nodes are not \d+ whole trees/],
    ['a leaf that does not exist', (view) => { set(view, 0, 0xffff); view.setUint32(2, 1e6, true); }, /node 1 is leaf 1000001 of \d+/],
    ['a value that is no number', (view) => view.setFloat32(view.byteLength - 4, Infinity, true), /leaf \d+ has a value that is not a finite number/],
  ]; // prettier-ignore
  test.each(damaged)('are refused when damaged: %s', async (_, damage, message) => {
    const { content: files, open } = await fitted();
    const { buffer, byteOffset, byteLength } = files.get(content)!;
    damage(new DataView(buffer, byteOffset, byteLength));
    expect(open).toThrow(expect.objectContaining({ code: 'model', message: expect.stringMatching(message) }));
  });

  test('are refused when one is missing, cut off, or no JSON', async () => {
    const { content: files, open } = await fitted();
    const [head, nodes] = [files.get(header)!, files.get(content)!];
    files.set(content, nodes.slice(0, -1));
    expect(open).toThrow(/the file is cut off or of another model/);
    files.delete(content);
    expect(open).toThrow(`model/${content} is missing`);
    files.set(content, nodes).set(header, head.slice(0, -5));
    expect(open).toThrow(/it is not JSON/);
  });
});
