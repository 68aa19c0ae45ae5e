import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { STAGES } from '../../../src/data/embeddings/layers.ts';
import { melFrames } from '../../../src/data/embeddings/melFrames.ts';
import { type EmbeddingNetwork, openEmbeddingNetwork } from '../../../src/data/embeddings/network.ts';
import { embeddingModel, PUBLISHED } from '../../../src/data/embeddings/published/speechEmbedding.ts';
import { binDeviations, binMeans } from '../../../src/features/spectral/statistics.ts';
import { createOnnxGraph } from '../../../src/onnx/graph.ts';
import { openInNode } from '../../../src/onnx/openInNode.ts';
import { silenceOnnxTelemetry } from '../../../src/onnx/telemetry.ts';
import { createRandom } from '../../../src/random.ts';

const DEMO = ['male', 'female', 'female-excited'];
const shipped = readFileSync('models/speech-embedding/embedding.onnx');
const publishedPath = (file: string): string => createRequire(import.meta.url).resolve(`${PUBLISHED.package}/${file}`);
const published = readFileSync(publishedPath(PUBLISHED.file));

let network: EmbeddingNetwork;
beforeAll(async () => {
  network = await openEmbeddingNetwork(shipped, openInNode, 'embedding.onnx');
});
afterAll(() => network.close());

/** The largest difference, and the largest of it over that value's size where that is more than 1. */
function differences(actual: ArrayLike<number>, expected: ArrayLike<number>): { absolute: number; relative: number } {
  expect(actual.length).toBe(expected.length);
  const each = Array.from(actual, (value, i) => Math.abs(value - expected[i]));
  return {
    absolute: Math.max(...each),
    relative: Math.max(...each.map((difference, i) => difference / Math.max(1, Math.abs(expected[i])))),
  };
}

async function runPublished(path: string, input: ort.Tensor): Promise<ort.Tensor> {
  silenceOnnxTelemetry();
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const results = await session.run({ [session.inputNames[0]]: input });
  await session.release();
  return results[session.outputNames[0]];
}

/** A second and a half of a voice-like sound in noise: no length at which windows or pools come out even. */
const random = createRandom('signal');
const hum = Float32Array.from({ length: 23_457 }, (_, i) =>
  [1, 2, 3, 5].reduce(
    (sum, k) => sum + (0.1 / k) * Math.sin(k * (i / 20 + Math.sin(i / 2000))),
    0.01 * random.normal(),
  ),
);

const signals: [name: string, read: () => Promise<Float32Array>][] = [
  ...DEMO.map(
    (name) => [`${name}.wav`, () => loadAudio(`data/demo/${name}.wav`)] as [string, () => Promise<Float32Array>],
  ),
  ['a hum', () => Promise.resolve(hum)],
];

describe.each(signals)('of %s', (_, read) => {
  test('mel frames are those of the published front end to 1e-4', async () => {
    const signal = await read();
    const input = signal.map((value) => value * 32_767);
    const path = publishedPath('models/melspectrogram.onnx');
    const expected = await runPublished(path, new ort.Tensor('float32', input, [1, input.length]));
    const mel = melFrames(signal);
    const reference = Float32Array.from(expected.data as Float32Array, (value) => value / 10 + 2);
    expect(differences(mel.data, reference).absolute).toBeLessThan(1e-4);
  });

  test('one pass gives what the published network gives of windows of 76 frames, one every 8', async () => {
    const mel = melFrames(await read());
    const size = 76 * mel.bins;
    const count = Math.floor((mel.frames - 76) / 8) + 1;
    const windows = new Float32Array(count * size);
    for (let i = 0; i < count; i++) windows.set(mel.data.subarray(8 * i * mel.bins, 8 * i * mel.bins + size), i * size);
    const expected = await runPublished(
      publishedPath(PUBLISHED.file),
      new ort.Tensor('float32', windows, [count, 76, 32, 1]),
    );
    const { output } = await network.run(mel);
    expect(output.frames).toBe(count);
    expect(differences(output.data, expected.data as Float32Array).relative).toBeLessThan(1e-5);
  });

  test('every stage has a frame wherever the mel frames that it is made of are there, and depends on no others', async () => {
    const mel = melFrames(await read());
    const whole = await network.run(mel);
    const from = 16;
    const rest = { data: mel.data.slice(from * mel.bins), frames: mel.frames - from, bins: mel.bins };
    const cut = await network.run(rest);
    for (const { name, hop, reach, bands, channels } of STAGES.slice(1)) {
      const stage = whole[name as keyof typeof whole];
      expect([stage.frames, stage.bins]).toEqual([Math.floor((mel.frames - reach) / hop) + 1, bands * channels]);
      const later = stage.data.subarray((from / hop) * stage.bins);
      expect(differences(cut[name as keyof typeof cut].data, later).relative).toBeLessThan(1e-5);
    }
  });
});

describe('the shipped network', () => {
  test('is made of the published one, byte for byte', () => {
    expect(Buffer.compare(embeddingModel(published), shipped)).toBe(0);
    expect(network.metadata).toMatchObject({ format: 'gender-ser/speech-embedding/1', sourceSha256: PUBLISHED.sha256 });
    expect(shipped.length).toBeLessThan(1.4e6);
  });

  test('is not made of another file', () => {
    expect(() => embeddingModel(shipped)).toThrow(/SHA-256/);
  });

  test.each<[string, () => Uint8Array, RegExp]>([
    ['cut short', () => shipped.subarray(0, 1_000_000), /embedding\.onnx/],
    [
      'with a byte changed',
      () => shipped.map((byte, i) => (i === 6e5 ? byte ^ 64 : byte)),
      /^embedding\.onnx is damaged/,
    ],
    ['of another make', () => createOnnxGraph('empty').toBytes({}), /^embedding\.onnx has no format;/],
  ])('a file %s is refused in words', async (_, bytes, message) => {
    const opened = openEmbeddingNetwork(bytes(), openInNode, 'embedding.onnx');
    await expect(opened).rejects.toMatchObject({
      name: 'SerError',
      code: 'model',
      message: expect.stringMatching(message),
    });
  });
});

interface Reference {
  melFrames: number;
  melFirst: number[][];
  melMean: number[];
  melStd: number[];
  stages: { frames: number; bands: number; channels: number; mean: number[]; std: number[] }[];
}

const corpora = process.env.SER_CORPORA;

describe.skipIf(!corpora)('speech_embedding in onnxruntime for Python (needs SER_CORPORA, a folder of corpora)', () => {
  const clips: Record<string, Reference> = JSON.parse(readFileSync('test/fixtures/embeddings/reference.json', 'utf8'));

  test.each(Object.entries(clips))('gives the same mel frames and stages of %s to 1e-4', async (file, reference) => {
    const mel = melFrames(await loadAudio(join(corpora!, file)));
    const stages = await network.run(mel);
    expect(mel.frames).toBe(reference.melFrames);
    expect(differences(mel.data.subarray(0, 96), reference.melFirst.flat()).relative).toBeLessThan(1e-4);
    const means = binMeans(mel);
    expect(differences(means, reference.melMean).relative).toBeLessThan(1e-4);
    expect(differences(binDeviations(mel, means), reference.melStd).relative).toBeLessThan(1e-4);
    for (const [i, { frames, bands, channels, mean, std }] of reference.stages.entries()) {
      const stage = Object.values(stages)[i];
      const means = binMeans(stage);
      expect([stage.frames, stage.bins]).toEqual([frames, bands * channels]);
      expect(differences(means, mean).relative).toBeLessThan(1e-4);
      expect(differences(binDeviations(stage, means), std).relative).toBeLessThan(1e-4);
    }
  });
});
