import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { featureSet } from '../../../../src/data/embeddings/load.ts';
import { formatVoices } from '../../../../src/serve/voices/genderFormats.ts';
import { findGenderModel, GENDER_FOLDER } from '../../../../src/serve/predict/modelFiles.ts';
import { loadGenderOnnx } from '../../../../src/train/gender/ecapa/genderOnnx.ts';
import { ecapaGraph } from '../../../../src/train/gender/ecapa/ecapaGraph.ts';
import { genderMetadata } from '../../../../src/train/gender/ecapa/genderMetadata.ts';
import { headMargin } from '../../../../src/train/gender/head/voiceHead.ts';
import { importEcapa } from '../../../../src/train/gender/ecapa/importEcapa.ts';
import { createOnnxGraph } from '../../../../src/onnx/graph.ts';
import { readOnnxFile } from '../../../../src/onnx/metadata.ts';
import { expectedOfSynthetic, randomWeights, syntheticSignal, tinyWeights } from '../../ecapaFixtures.ts';

let folder: string;
let model: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ser-gender-onnx-'));
  model = join(folder, 'tiny.onnx');
  await importEcapa(tinyWeights, model);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a gender model', () => {
  test('gives label, probability and logits of a signal', async () => {
    const classifier = await loadGenderOnnx(model);
    const [male, female] = expectedOfSynthetic['32000'].logits;
    const { label, probability, logits } = await classifier.classify(syntheticSignal(32_000));
    expect(label).toBe('male');
    expect(logits[0]).toBeCloseTo(male, 5);
    expect(logits[1]).toBeCloseTo(female, 5);
    expect(probability).toBeCloseTo(Math.exp(male) / (Math.exp(male) + Math.exp(female)), 5);
    expect(classifier.metadata.source).toMatch(/^tiny\.safetensors \(sha256 [0-9a-f]{64}\)$/);
    await classifier.dispose();
  });

  test('hears a long recording in parts of equal length', async () => {
    const classifier = await loadGenderOnnx(model);
    const long = syntheticSignal(100 * 16_000);
    const half = long.length / 2;
    const { logits } = await classifier.classify(long);
    const parts = [await classifier.classify(long.subarray(0, half)), await classifier.classify(long.subarray(half))];
    for (const i of [0, 1]) expect(logits[i]).toBeCloseTo((parts[0].logits[i] + parts[1].logits[i]) / 2, 6);
    await classifier.dispose();
  });

  test('divides its logits by its temperature, for the probability only', async () => {
    const weights = randomWeights({ channels: 16, group: 2, squeeze: 4, mfa: 12, attention: 4, embedding: 4 });
    const of = async (temperature: number) => {
      const path = join(folder, `temperature-${temperature}.onnx`);
      writeFileSync(path, ecapaGraph(weights).toBytes(genderMetadata({ source: 'random', temperature })));
      return (await loadGenderOnnx(path)).classify(syntheticSignal(8000));
    };
    const [plain, cool] = [await of(1), await of(0.25)];
    expect(cool.logits).toEqual(plain.logits);
    expect(cool.label).toBe(plain.label);
    const odds = (p: number) => Math.log(p / (1 - p));
    expect(odds(cool.probability)).toBeCloseTo(4 * odds(plain.probability), 6);
  });

  test('of two inputs computes the functionals of the second itself, unless they are known', async () => {
    const { name, names, extract } = featureSet('moonshine-functionals');
    const ones = new Float32Array(names.length).fill(1);
    const head = { mean: ones, deviation: ones, weights: ones.map((_, i) => 0.01 * (i % 3)), bias: 0.5 };
    const path = join(folder, 'with-voice.onnx');
    const weights = randomWeights({ channels: 16, group: 2, squeeze: 4, mfa: 12, attention: 4, embedding: 4 });
    writeFileSync(path, ecapaGraph(weights, { head }).toBytes(genderMetadata({ source: 'random', features: name })));
    const classifier = await loadGenderOnnx(path);
    const signal = syntheticSignal(16_000);
    const vector = await extract(signal);
    const { logits } = await classifier.classify(signal);
    expect(await classifier.classify(signal, { set: name, vector })).toMatchObject({ logits });
    expect(await classifier.classify(signal, { set: 'librosa186', vector: ones })).toMatchObject({ logits });
    const other = await classifier.classify(signal, { set: name, vector: vector.map((value) => value + 1) });
    expect(other.logits).not.toEqual(logits);

    writeFileSync(path, ecapaGraph(weights).toBytes(genderMetadata({ source: 'random' })));
    const plain = await (await loadGenderOnnx(path)).classify(signal, { set: name, vector });
    expect(logits[1] - plain.logits[1]).toBeCloseTo(headMargin(head, vector) / 2, 4);
    await classifier.dispose();
  });

  test('refuses a signal of nothing', async () => {
    const classifier = await loadGenderOnnx(model);
    await expect(classifier.classify(new Float32Array(0))).rejects.toThrow(/empty/);
  });
});

describe('what is no gender model', () => {
  const refused = async (content: Uint8Array | string): Promise<string> => {
    const path = join(folder, 'bad.onnx');
    writeFileSync(path, content);
    const error = (await loadGenderOnnx(path).catch((reason: unknown) => reason)) as { code: string; message: string };
    expect(error).toMatchObject({ name: 'SerError', code: 'model' });
    expect(error.message).toContain(path);
    return error.message;
  };

  test('a missing file', async () => {
    await expect(loadGenderOnnx(join(folder, 'none.onnx'))).rejects.toThrow(
      /none\.onnx: the gender model cannot be read/,
    );
  });

  test('text, nothing, half a model', async () => {
    expect(await refused('{ "not": "a model" }')).toMatch(/not an ONNX file/);
    expect(await refused('')).toMatch(/not a gender model/);
    const whole = ecapaGraph(
      randomWeights({ channels: 16, group: 2, squeeze: 4, mfa: 12, attention: 4, embedding: 4 }),
    );
    expect(await refused(whole.toBytes({}).subarray(0, 5000))).toMatch(/not the whole of it/);
    expect(await refused(whole.toBytes({}))).toMatch(/not a gender model of this toolkit/);
  });

  test('another graph under our metadata', async () => {
    const metadata = genderMetadata({ source: 'a test' });
    const graph = createOnnxGraph('other');
    graph.output(graph.node('Relu', [graph.input('x', [1])]), 'y', [1]);
    expect(await refused(graph.toBytes(metadata))).toMatch(/turns x into y instead of logmel into logits/);
    const broken = createOnnxGraph('broken');
    broken.output(broken.node('NoSuchOperation', [broken.input('logmel', [1])]), 'logits', [1]);
    expect(await refused(broken.toBytes(metadata))).toMatch(/ONNX Runtime cannot load it/);
  });
});

describe('a damaged gender model', () => {
  const shipped = readFileSync(join(GENDER_FOLDER, 'gender.onnx'));
  const loaded = async (content: Uint8Array) => {
    const path = join(folder, 'damaged.onnx');
    writeFileSync(path, content);
    return loadGenderOnnx(path);
  };
  const damage = { name: 'SerError', code: 'model', message: expect.stringMatching(/damaged\.onnx.* damaged/) };

  test('the shipped one carries the hash of its other bytes', () => {
    const { hash, metadata } = readOnnxFile(shipped);
    expect(createHash('sha256').update(hash!.content).digest('hex')).toBe(hash!.sha256);
    expect(metadata).not.toHaveProperty('sha256');
  });

  test('one bit anywhere in the weights or the metadata is found before anything is computed', async () => {
    for (const at of [600, 261_507, 500_000, 1_001_600, shipped.lastIndexOf('temperature') + 16]) {
      const bytes = Uint8Array.from(shipped);
      bytes[at] ^= 64;
      await expect(loaded(bytes), `byte ${at}`).rejects.toMatchObject({ name: 'SerError', code: 'model' });
    }
    const patched = Uint8Array.from(shipped);
    patched.fill(255, 261_507, 261_515); // at least one whole weight: NaN, and so is every logit
    await expect(loaded(patched)).rejects.toMatchObject(damage);
  });

  test('without a hash, logits that are no numbers are refused when it is loaded', async () => {
    const { content } = readOnnxFile(shipped).hash!;
    const whole = await loaded(content);
    expect((await whole.classify(syntheticSignal(8000))).probability).toBeGreaterThan(0.5);
    await whole.dispose();
    const patched = Uint8Array.from(content);
    patched.fill(255, 261_507, 261_515);
    await expect(loaded(patched)).rejects.toMatchObject(damage);
  });

  test('without a hash, a graph with another number of logits or of bands is refused when it is loaded', async () => {
    const graphOf = (bands: number, op: string): Uint8Array => {
      const graph = createOnnxGraph('other');
      const frames = graph.input('logmel', [1, 'frames', bands]);
      graph.output(graph.node(op, [frames]), 'logits', [1, 'frames', bands]);
      return readOnnxFile(graph.toBytes(genderMetadata({ source: 'a test' }))).hash!.content;
    };
    await expect(loaded(graphOf(80, 'Relu'))).rejects.toThrow(/gives 0, 0, 0 instead of two finite logits/);
    await expect(loaded(graphOf(64, 'Relu'))).rejects.toThrow(/ONNX Runtime cannot compute with it/);
  });
});

test('without a name the shipped model is taken, else the downloaded one, else it is said how to get one', () => {
  const models = mkdtempSync(join(folder, 'models-'));
  expect(() => findGenderModel(models)).toThrow(/no gender model in .*`ser gender download`.*--model/);
  writeFileSync(join(models, 'ecapa-voxceleb.onnx'), '');
  expect(findGenderModel(models)).toBe(join(models, 'ecapa-voxceleb.onnx'));
  writeFileSync(join(models, 'gender.onnx'), '');
  expect(findGenderModel(models)).toBe(join(models, 'gender.onnx'));
});

describe('outcomes as text', () => {
  const outcomes = [
    {
      file: 'a, b.wav',
      label: 'female' as const,
      probability: 0.9871,
      logits: [-1.25, 3.5] as [number, number],
      warnings: ['Silence.'],
    },
    { file: 'c.wav', error: 'it is empty' },
  ];

  test('JSON', () => {
    expect(JSON.parse(formatVoices(outcomes, 'json'))).toEqual(outcomes);
  });

  test('CSV', () => {
    expect(formatVoices(outcomes, 'csv')).toBe(
      'Filename,Gender,Probability,Male Logit,Female Logit,Warnings,Error\n' +
        '"a, b.wav",female,0.9871,-1.25,3.5,Silence.,\n' +
        'c.wav,,,,,,it is empty\n',
    );
  });

  test('a table', () => {
    expect(formatVoices(outcomes, 'table')).toBe(
      'file      gender  probability    male  female\n' +
        'a, b.wav  female       98.7 %  -1.250   3.500\n' +
        'c.wav     error: it is empty\n' +
        '\n' +
        'a, b.wav: Silence.\n',
    );
  });
});
