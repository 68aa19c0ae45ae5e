import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOnnxGraph } from '../../../../src/onnx/graph.ts';
import { publishedFile } from '../../../../scripts/publishedFile.ts';
import { loadAudio } from '../../../../src/data/audio/load.ts';
import { HOP, REACH, WIDTH, WINDOW } from '../../../../src/data/embeddings/moonshine/layers.ts';
import { type Moonshine, openMoonshine } from '../../../../src/data/embeddings/moonshine/network.ts';
import { moonshineModel, PUBLISHED } from '../../../../src/data/embeddings/published/moonshine.ts';
import { binDeviations, binMeans } from '../../../../src/features/spectral/statistics.ts';
import { openInNode } from '../../../../src/onnx/openInNode.ts';
import { createRandom } from '../../../../src/random.ts';

const shipped = readFileSync('models/moonshine/encoder.onnx');

let network: Moonshine;
beforeAll(async () => {
  network = await openMoonshine(shipped, openInNode);
});
afterAll(() => network.close());

interface Published {
  clips: Record<string, Record<string, { frames: number; mean: number[]; std: number[]; last: number[] }>>;
}
const published = JSON.parse(readFileSync('test/fixtures/moonshine/published.json', 'utf8')) as Published;

/** The largest difference, relative to the value where that is beyond 1. */
const difference = (actual: ArrayLike<number>, expected: readonly number[]): number => {
  expect(actual.length).toBe(expected.length);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(actual[i] - value) / Math.max(1, Math.abs(value))), 0); // prettier-ignore
};

const noise = (samples: number): Float32Array => {
  const random = createRandom(1);
  return Float32Array.from({ length: samples }, () => random.between(-0.5, 0.5));
};

test.each(Object.keys(published.clips))('%s.wav has the frames of the published network in float32', async (clip) => {
  const layers = await network.encode(await loadAudio(`data/demo/${clip}.wav`));
  expect(Object.keys(layers)).toEqual(['layer1', 'layer2', 'layer3']);
  for (const [name, expected] of Object.entries(published.clips[clip])) {
    const frames = layers[name as keyof typeof layers];
    const means = binMeans(frames);
    expect([frames.frames, frames.bins]).toEqual([expected.frames, WIDTH]);
    expect(difference(means, expected.mean)).toBeLessThan(1e-4);
    expect(difference(binDeviations(frames, means), expected.std)).toBeLessThan(1e-4);
    expect(difference(frames.data.subarray(-WIDTH), expected.last)).toBeLessThan(1e-4);
  }
});

describe('a voice of any length', () => {
  test.each([1, REACH - 1, REACH, REACH + HOP, 16_000])('of %d samples has as many frames as fit', async (samples) => {
    const { layer3 } = await network.encode(noise(samples));
    expect(layer3.frames).toBe(Math.floor((Math.max(samples, REACH) - REACH) / HOP) + 1);
    expect(layer3.data.every(Number.isFinite)).toBe(true);
  });

  test('of more than 20 s goes through in overlapping pieces that become one row of frames', async () => {
    const samples = WINDOW + 5 * 16_000;
    const { layer3 } = await network.encode(noise(samples));
    const whole = Math.floor((samples - REACH) / HOP) + 1;
    expect(Math.abs(layer3.frames - whole)).toBeLessThanOrEqual(1);
    const first = (await network.encode(noise(samples).subarray(0, WINDOW))).layer3;
    // The second piece begins after 5 s.
    const alone = Array.from(first.data.subarray(0, Math.floor(0.24 * first.frames) * WIDTH));
    expect(difference(layer3.data.subarray(0, alone.length), alone)).toBe(0);
  });
});

/** The published file; undefined without a registry to fetch it from. */
function fetched(): Buffer | undefined {
  try {
    return publishedFile(PUBLISHED);
  } catch (error) {
    if ((error as { status?: unknown }).status === undefined) throw error; // not npm's failure
    return undefined;
  }
}

/** A graph that says that it is of the format. */
function anotherOne(): Uint8Array {
  const graph = createOnnxGraph('another');
  graph.output(graph.input('x', ['n', 2]), 'y', ['n', 2]);
  return graph.toBytes({ format: 'gender-ser/moonshine/1' });
}

describe('the shipped network', () => {
  test('is made of the published one, byte for byte', { timeout: 120_000 }, ({ skip }) => {
    const source = fetched();
    if (!source) return skip(`npm cannot fetch ${PUBLISHED.package}, whose file it is compared with`);
    expect(Buffer.compare(moonshineModel(source), shipped)).toBe(0);
    expect(network.metadata).toMatchObject({ format: 'gender-ser/moonshine/1', sourceSha256: PUBLISHED.sha256 });
    expect(shipped.length).toBeLessThan(4.8e6);
  });

  test('is not made of another file', () => {
    expect(() => moonshineModel(shipped)).toThrow(/SHA-256/);
  });

  test.each<[string, () => Uint8Array, RegExp]>([
    ['cut short', () => shipped.subarray(0, 1_000_000), /encoder\.onnx/],
    ['of another kind', () => readFileSync('models/speech/speech.onnx'), /has the format gender-ser\/.*; this version reads gender-ser\/moonshine\/1/], // prettier-ignore
    ['another one of that format', anotherOne, /encoder\.onnx is another model than that of this version/],
    ['changed', () => Buffer.from(shipped).fill(1, 2_000_000, 2_000_100), /encoder\.onnx/],
  ])('is refused in words where it is %s', async (_, bytes, message) => {
    await expect(openMoonshine(bytes(), openInNode)).rejects.toThrow(expect.objectContaining({ code: 'model', message: expect.stringMatching(message) })); // prettier-ignore
  });
});
