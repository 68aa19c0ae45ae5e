import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadAudio } from '../../../../src/data/audio/load.ts';
import { saveTables, scanCorpus } from '../../../../src/data/corpora/buildCorpus.ts';
import { ravdess } from '../../../../src/data/corpora/ravdess.ts';
import { inspectEncoder } from '../../../../src/data/embeddings/encoders/encoderSets.ts';
import { ENCODER_SHA256 } from '../../../../src/data/embeddings/layers.ts';
import { describeFeatureSet, featureSet } from '../../../../src/data/embeddings/load.ts';
import { tableVector } from '../../../../src/data/tables/table.ts';
import { readTable } from '../../../../src/data/tables/tableFile.ts';
import { binDeviations, binMeans } from '../../../../src/features/spectral/statistics.ts';
import { createOnnxGraph } from '../../../../src/onnx/graph.ts';
import { sha256 } from '../../../../src/sha256.ts';
import { writeSmallCorpus } from '../../smallCorpus.ts';

const WIDTH = 16;
const folder = mkdtempSync(join(tmpdir(), 'ser-encoders-'));
const encoders = join(folder, 'encoders');
const signal = (await loadAudio('data/demo/female.wav')).subarray(0, 20_000);

beforeAll(() => cpSync('test/fixtures/encoders', encoders, { recursive: true }));
beforeEach(() => vi.stubEnv('SER_ENCODERS', encoders));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('an encoder as a feature set', () => {
  test('is named by its file or, in the folder of encoders, by its own folder, and by its layer', async () => {
    const file = 'test/fixtures/encoders/wav2vec2-base/model.onnx';
    const [byFile, byName, last] = ['onnx:' + file + '#2', 'wav2vec2-base#2', 'wav2vec2-base'].map(featureSet);
    expect(byFile.name).toBe(`onnx:${resolve(file)}#2`);
    expect(byName).toMatchObject({ name: 'wav2vec2-base#2', level: 'frames', frameRate: 50, half: true });
    expect(byName.names).toEqual(Array.from({ length: WIDTH }, (_, i) => `layer2_${i}`));
    expect(last.names.at(-1)).toBe('output_15');
    expect(byName.encoder).toBe(sha256(readFileSync(file)));
    const values = await byName.extract(signal);
    expect(values).toHaveLength(62 * WIDTH);
    expect(await byFile.extract(signal)).toEqual(values);
    expect(await last.extract(signal)).not.toEqual(values);
    expect(await featureSet('wav2vec2-base#3').extract(signal)).toEqual(await last.extract(signal));
  });

  test('has functionals, and stands for them in joined sets, with all encoders of these', async () => {
    const frames = { data: (await featureSet('whisper#1').extract(signal)) as Float32Array, frames: 63, bins: WIDTH };
    const functionals = await featureSet('whisper#1-functionals').extract(signal);
    const means = binMeans(frames);
    expect(functionals).toEqual(Float64Array.of(...means, ...binDeviations(frames, means)));
    const joined = featureSet('librosa186+whisper#1+speech-embedding');
    expect(joined.names.slice(186, 188)).toEqual(['layer1_0_mean', 'layer1_1_mean']);
    expect((await joined.extract(signal)).slice(186, 186 + 2 * WIDTH)).toEqual(functionals);
    expect(joined.encoder).toBe(`${featureSet('whisper').encoder}+${ENCODER_SHA256}`);
    const two = featureSet('whisper#1+wav2vec2-base#1').names;
    expect(new Set(two).size).toBe(4 * WIDTH);
  });

  test('is none if a clip has one vector, whatever its frames', () => {
    const graph = createOnnxGraph('vectors');
    const mean = graph.node('ReduceMean', [graph.input('waveform', ['clips', 'samples'])], { axes: [1] });
    graph.output(mean, 'level', ['clips', 1]);
    const path = join(folder, 'vectors.onnx');
    writeFileSync(path, graph.toBytes({}));
    expect(() => featureSet(`onnx:${path}`)).toThrow(/no output is clips × frames × values/);
  });

  test('takes a value inside the graph by its name', async () => {
    const { outputs, layers, value } = inspectEncoder('test/fixtures/encoders/whisper/model.onnx', '1');
    expect(layers).toEqual([1, 2, 3]);
    expect(outputs[0].name).toBe('last_hidden_state');
    const [byName, byNumber] = [value, '1'].map((layer) => featureSet(`whisper#${layer}`));
    expect(byName.names[0]).toBe(`${value}_0`);
    expect(await byName.extract(signal)).toEqual(await byNumber.extract(signal));
  });

  test.each([
    ['wavlm-base-plus#6', 'model', /wavlm-base-plus is not in .*encoders\/wavlm-base-plus: .*`ser embeddings download wavlm-base-plus`/],
    ['onnx:missing.onnx', 'model', /\/missing\.onnx: there is no such encoder/],
    ['onnx:src', 'model', /\/src: there is no such encoder/],
    ['onnx:/dev/zero', 'model', /\/dev\/zero: there is no such encoder/],
    ['onnx:', 'model', /there is no such encoder/],
    ['onnx:package.json', 'model', /package\.json is not an ONNX file/],
    ['onnx:models/speech/speech.onnx', 'model', /takes a waveform .* this model takes windows .*hidden/],
    ['onnx:models/gender/gender.onnx', 'model', /this model takes logmel \(.*\), voice \(/],
    ['whisper#4', 'usage', /no layer or value "4": it has the layers 1, 2, 3, and the outputs last_hidden_state/],
    ['whisper#', 'usage', /no layer or value ""/],
    ['wav2vec3', 'usage', /no feature set "wav2vec3"/],
  ])('is refused in words as %s', (name, code, message) => {
    expect(() => featureSet(name)).toThrow(expect.objectContaining({ name: 'SerError', code, message: expect.stringMatching(message) })); // prettier-ignore
  }); // prettier-ignore

  test.each([
    [{ feature_extractor_type: 'ASTFeatureExtractor' }, /`feature_extractor_type` is "ASTFeatureExtractor"; this version takes Wav2Vec2FeatureExtractor and WhisperFeatureExtractor/],
    [{ feature_extractor_type: 'WhisperFeatureExtractor' }, /settings are those of a log-mel, but it takes a waveform/],
    [{ sampling_rate: 8000 }, /`sampling_rate` is 8000; this version takes 16000/],
    [{ sampling_rate: 'high' }, /sampling_rate/],
    [null, /preprocessor_config\.json/],
  ])('is refused in words with the settings %j', (settings, message) => {
    const own = mkdtempSync(join(folder, 'own-'));
    cpSync('test/fixtures/encoders/wav2vec2-base', own, { recursive: true });
    writeFileSync(join(own, 'preprocessor_config.json'), JSON.stringify(settings));
    expect(() => featureSet(`onnx:${own}/model.onnx`)).toThrow(expect.objectContaining({ code: 'model', message: expect.stringMatching(message) })); // prettier-ignore
  }); // prettier-ignore

  test.each([
    ['two signals', (graph: ReturnType<typeof createOnnxGraph>) => [graph.input('a', ['n', 's']), graph.input('b', ['n', 's'])], /takes .* this model takes a \(float, n × s\), b \(float, n × s\)/],
    ['integers', (graph: ReturnType<typeof createOnnxGraph>) => [graph.input('a', ['n', 's'], 'int64')], /this model takes a \(int64, n × s\)/],
    ['no convolution', (graph: ReturnType<typeof createOnnxGraph>) => [graph.input('a', ['n', 's'])], /y has no frame rate: no convolution before it has strides/],
  ] as const)('is refused in words if it is a graph of %s', (_, inputs, message) => {
    const graph = createOnnxGraph('other');
    graph.output(inputs(graph)[0], 'y', ['n', 's', 3]);
    const path = join(mkdtempSync(join(folder, 'graph-')), 'other.onnx');
    writeFileSync(path, graph.toBytes({}));
    expect(() => featureSet(`onnx:${path}`)).toThrow(expect.objectContaining({ code: 'model', message: expect.stringMatching(message) })); // prettier-ignore
  }); // prettier-ignore

  test('without settings is normalised, as wav2vec2 is', async () => {
    const path = join(mkdtempSync(join(folder, 'bare-')), 'model.onnx');
    cpSync('test/fixtures/encoders/wav2vec2-base/model.onnx', path);
    expect(await featureSet(`onnx:${path}`).extract(signal)).toEqual(await featureSet('wav2vec2-base').extract(signal));
  });

  test('that is missing is told from one that is not known, where it is only described', () => {
    expect(describeFeatureSet('whisper#1-functionals')?.names).toHaveLength(2 * WIDTH);
    expect(describeFeatureSet('unknown')).toBeUndefined();
    expect(() => describeFeatureSet('wavlm-base-plus')).toThrow(/ser embeddings download/);
  });
});

test('tables of an encoder are built on all cores, remember it, and are put together with others', async () => {
  const corpus = join(folder, 'corpus');
  writeSmallCorpus(corpus, 4);
  const scan = await scanCorpus(ravdess, corpus);
  const name = `onnx:${join(encoders, 'wav2vec2-large', 'model.onnx')}#2-functionals`;
  const tables = join(folder, 'tables');
  const build = async (features: string): Promise<string> => {
    const saved = await saveTables(ravdess, scan, tables, { featureSet: features, copies: 1, workers: 2 });
    return saved.paths[0];
  };
  const path = await build(name);
  const { clips, featureSet: stored, provenance, ...table } = await readTable(path);
  expect([stored, provenance?.encoder]).toEqual([name, featureSet(name).encoder]);
  const expected = await featureSet(name).extract(await loadAudio(join(corpus, `${clips[1].id}.wav`)));
  expect(tableVector({ ...table, names: featureSet(name).names }, 1)[3]).toBeCloseTo(expected[3], 2);

  await build('meyda');
  const joined = await readTable(join(tables, `ravdess-meyda+${encodeURIComponent(name).replace('%23', '#')}.parquet`));
  expect(joined.featureSet).toBe(`meyda+${name}`);
  expect(joined.provenance?.encoder).toBe(provenance?.encoder);
  expect(joined.names).toHaveLength(featureSet('meyda').names.length + 2 * WIDTH);
});
