import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { featureSet } from '../../../src/features/index.ts';
import { readGraph } from '../../../src/onnx/readGraph.ts';
import { openInNode } from '../../../src/onnx/openInNode.ts';
import { createRandom } from '../../../src/random.ts';
import { type Bundle, loadBundle, readBundle, saveBundle } from '../../../src/train/bundle/bundle.ts';
import { mlpShapes, writeMlp } from '../../../src/train/classifiers/mlp/files.ts';
import { writeSvm } from '../../../src/train/classifiers/svm/files.ts';
import { exportModel } from '../../../src/train/export/exportModel.ts';
import { type Layer, networkFiles, sizeOf, stagesOf, weightShapes } from '../../../src/train/network/layers.ts';
import { runSer } from '../../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { names } = featureSet('librosa186');
const labels = ['angry', 'calm', 'happy', 'sad'];
const shape = { level: 'functionals', features: names.length, classes: labels.length } as const;
const random = createRandom('export');
const values = (count: number, scale: number, mean = 0): Float32Array =>
  Float32Array.from({ length: count }, () => mean + scale * random.between(-1, 1));

/** Random models of each kind: their probabilities are neither all alike nor all 0 or 1. */
const MODELS: Record<string, () => Map<string, string | Uint8Array>> = {
  mlp: () => {
    const sizes = { networks: 3, units: [24, 12], clip: 2 };
    const count = mlpShapes(shape, sizes).reduce((sum, own) => sum + sizeOf(own), 0);
    return writeMlp(sizes, values(count, 0.3));
  },
  cnn: () => {
    const layers: Layer[] = [
      { kind: 'convolution', filters: 6, taps: 5, dropout: 0 },
      { kind: 'convolution', filters: 8, taps: 4, dropout: 0 },
      { kind: 'dense', units: 16, dropout: 0 },
    ];
    const count = weightShapes(stagesOf(layers, shape)).reduce((sum, own) => sum + sizeOf(own), 0);
    return networkFiles(layers, values(count, 0.25));
  },
  svm: () => {
    const counts = [9, 7, 0, 8]; // a class that had no training rows
    return writeSvm({
      gamma: 1 / names.length,
      counts,
      vectors: { data: values(24 * names.length, 1.5), size: names.length },
      beta: values(24 * 3, 3),
      biases: [0.2, -0.1, 0.3, 0, -0.4, 0.1],
    });
  },
};

/** A model folder of the given files; the features' means are large beside their deviations, as those of real ones. */
async function modelFolder(name: string, files: Map<string, string | Uint8Array>, more: Partial<Bundle> = {}) {
  const bundle = { ...readBundle('models/reference/male'), selective: undefined };
  const scaler = { mean: Array.from(values(names.length, 400, 100)), scale: Array.from(values(names.length, 1, 2)) };
  const changed = { ...bundle, classifier: name, labels, scaler, temperature: 1.7, ...more };
  const dir = join(folder, name);
  await saveBundle(dir, { model: { files: async () => files }, bundle: changed, card: `# ${name}\n` });
  return dir;
}

function rowsFor({ scaler: { mean, scale } }: Bundle, count: number): Float32Array {
  const row = values(count * mean.length, 1.7);
  return row.map((value, i) => mean[i % mean.length] + value * scale[i % mean.length]);
}

async function probabilitiesOf(path: string, x: Float32Array, features: number) {
  const session = await openInNode(readFileSync(path));
  const outputs = await session.run({ features: { data: x, shape: [x.length / features, features] } });
  await session.close();
  return outputs;
}

describe.each(Object.entries(MODELS))('an exported %s', (name, filesOf) => {
  test('gives the probabilities that this package gives, and logits whose softmax they are', async () => {
    const dir = await modelFolder(name, filesOf());
    const out = join(folder, `${name}-exported`);
    const paths = await exportModel(dir, out);
    expect(paths.every((path) => existsSync(path))).toBe(true);

    const model = loadBundle(dir);
    const x = rowsFor(model.bundle, 5);
    const expected = model.predictProba(x);
    const { probabilities, logits } = await probabilitiesOf(join(out, 'onnx/model.onnx'), x, names.length);
    expect(probabilities.shape).toEqual([5, labels.length]);
    expect(new Set(Array.from(expected, (p) => p.toFixed(2))).size).toBeGreaterThan(5);
    expected.forEach((p, i) => expect(Math.abs(probabilities.data[i] - p)).toBeLessThan(1e-5));
    const raised = Array.from(logits.data.subarray(0, labels.length), Math.exp);
    const sum = raised.reduce((a, b) => a + b);
    raised.forEach((value, i) => expect(Math.abs(value / sum - expected[i])).toBeLessThan(1e-5));
  });

  test('says in its configuration which labels it gives and which features it takes', async () => {
    const read = (file: string) => JSON.parse(readFileSync(join(folder, `${name}-exported`, file), 'utf8')) as object;
    expect(read('config.json')).toMatchObject({
      model_type: `gender-ser-${name}`,
      id2label: { 0: 'angry', 3: 'sad' },
      label2id: { angry: 0, sad: 3 },
      gender: 'male',
    });
    expect(read('preprocessor_config.json')).toMatchObject({
      feature_set: 'librosa186',
      sampling_rate: 16_000,
      feature_size: 186,
      input: { name: 'features', shape: ['clips', 186] },
      feature_names: names,
      how: expect.stringContaining("featureSet('librosa186').extract"),
    });
    const graph = readGraph(readFileSync(join(folder, `${name}-exported`, 'onnx/model.onnx')), 'the export');
    expect(graph.opset).toBe(17);
    expect(graph.inputs.map(({ name, type, shape }) => ({ name, type, shape }))).toEqual([
      { name: 'features', type: 'float', shape: ['clips', 186] },
    ]);
    expect(graph.outputs.map((output) => output.name)).toEqual(['logits', 'probabilities']);
  });
});

test('ser export writes a shipped model, which gives the probabilities of that model', async () => {
  const out = join(folder, 'reference');
  const { code, stdout, stderr } = await runSer([
    'export',
    'models/reference/female',
    '--format',
    'onnx',
    '--out',
    out,
  ]);
  expect(code, stderr).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(4);
  const model = loadBundle('models/reference/female');
  const x = rowsFor(model.bundle, 3);
  const { probabilities } = await probabilitiesOf(join(out, 'onnx/model.onnx'), x, names.length);
  model.predictProba(x).forEach((p, i) => expect(Math.abs(probabilities.data[i] - p)).toBeLessThan(1e-5));
});

test('what cannot be exported is refused in words, before anything is written', async () => {
  const out = join(folder, 'refused');
  await expect(exportModel('models/adapted/male', out)).rejects.toThrow(/cannot be exported to ONNX: its (features|classifier)/); // prettier-ignore
  await expect(exportModel(folder, out)).rejects.toThrow(/is not a model folder/);
  await expect(exportModel('models/reference/male', 'models/reference/male')).rejects.toThrow(/contains other files/);
  expect(existsSync(out)).toBe(false);
});
