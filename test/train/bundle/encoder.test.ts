import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { COMBINED } from '../../../src/data/clip.ts';
import { featureSet } from '../../../src/data/embeddings/load.ts';
import type { FeatureTable } from '../../../src/data/tables/table.ts';
import { analyseClip } from '../../../src/serve/predict/analyseClip.ts';
import { loadBundle } from '../../../src/train/bundle/bundle.ts';
import { trainModel } from '../../../src/train/trainModel.ts';
import { syntheticTable } from '../synthetic.ts';

/** As wide as twice the encoder's frames. */
const SET = 'wav2vec2-base#2-functionals';
const folder = mkdtempSync(join(tmpdir(), 'ser-encoder-model-'));
const [encoders, out] = ['encoders', 'model'].map((name) => join(folder, name));
const encoder = join(encoders, 'wav2vec2-base');

function tableOfSet(provenance?: FeatureTable['provenance']): FeatureTable {
  const { values, ...table } = syntheticTable();
  const { names } = featureSet(SET);
  const wide = table.clips.flatMap((_, row) => {
    const vector = [...values.subarray(row * table.names.length, (row + 1) * table.names.length)];
    return [...vector, ...vector];
  });
  return { ...table, featureSet: SET, names, values: Float32Array.from(wide), ...(provenance && { provenance }) };
}
const train = (table: FeatureTable) =>
  trainModel({ gender: COMBINED, table, protocol: 'statement', fold: 'sentence 1', classifier: 'svm', out, command: 'ser train' }, {}); // prettier-ignore

beforeEach(() => {
  vi.stubEnv('SER_ENCODERS', encoders);
  rmSync(encoders, { recursive: true, force: true });
  cpSync('test/fixtures/encoders', encoders, { recursive: true });
});
beforeAll(async () => {
  vi.stubEnv('SER_ENCODERS', 'test/fixtures/encoders');
  await train(tableOfSet());
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test('a model remembers the encoder of its features by its hash, and predicts with it', async () => {
  const { bundle, predictProba } = loadBundle(out);
  expect(bundle.features).toMatchObject({ set: SET, encoder: featureSet(SET).encoder });
  const { vector } = await analyseClip({ file: 'data/demo/female.wav', featureSet: SET });
  expect(predictProba(Float32Array.from(vector!)).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
});

test('a model refuses another encoder under the same name in words', () => {
  const other = readFileSync(join(encoders, 'wav2vec2-large', 'model.onnx'));
  writeFileSync(join(encoder, 'model.onnx'), other);
  expect(() => loadBundle(out)).toThrow(
    expect.objectContaining({
      code: 'model',
      message: expect.stringMatching(/its features wav2vec2-base#2-functionals came from the encoder [0-9a-f]{8}, and the one here is [0-9a-f]{8}/),
    }),
  ); // prettier-ignore
});

test('a model whose encoder is missing says which one', () => {
  const { encoder: sha256 } = featureSet(SET);
  rmSync(encoder, { recursive: true });
  const message = expect.stringMatching(`trained on ${SET} features, .* without the encoder ${sha256!.slice(0, 8)}`);
  expect(() => loadBundle(out)).toThrow(expect.objectContaining({ code: 'model', message }));
});

test.each([
  ['a published encoder', 'wavlm-base-plus#6', /wavlm-base-plus#6\. .*`ser embeddings download wavlm-base-plus`/],
  ['a file', 'onnx:/nowhere/mine.onnx#6', /\/nowhere\/mine\.onnx: there is no such encoder/],
])('a model on %s that is missing says where it comes from', (_, set, message) => {
  const copy = join(folder, 'copy');
  cpSync(out, copy, { recursive: true });
  const path = join(copy, 'bundle.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace(SET, set));
  expect(() => loadBundle(copy)).toThrow(expect.objectContaining({ code: 'model', message: expect.stringMatching(message) })); // prettier-ignore
});

test('a table that remembers its encoder needs none for training', async () => {
  const table = tableOfSet({ encoder: 'ab12' });
  rmSync(encoder, { recursive: true });
  expect((await train(table)).features.encoder).toBe('ab12');
});
