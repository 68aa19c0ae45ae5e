import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../../../src/data/embeddings/encoders/encoderSettings.ts';
import { openEncoder } from '../../../../src/data/embeddings/encoders/openEncoder.ts';
import { readEncoder } from '../../../../src/data/embeddings/encoders/readEncoder.ts';
import { whisperMel } from '../../../../src/data/embeddings/encoders/whisperMel.ts';
import { openInNode } from '../../../../src/onnx/openInNode.ts';
import type { OpenOnnx } from '../../../../src/onnx/session.ts';
import { readOnnxWeights } from '../../../../src/onnx/weights.ts';
import { memoize } from '../../../../src/memoize.ts';
import { createRandom } from '../../../../src/random.ts';
import { type TfEncoded, tfWav2vec2, tfWhisper } from './tfEncoders.ts';

const RATE = 16_000;
const WIDTH = 16;
const TOLERANCE = 1e-4;

function fixture(name: string) {
  const folder = `test/fixtures/encoders/${name}`;
  const bytes = readFileSync(`${folder}/model.onnx`);
  const settings = parseSettings(readFileSync(`${folder}/preprocessor_config.json`, 'utf8'), 'settings');
  const batches: number[][] = [];
  /** Opens as in Node, and notes the shape of every input. */
  const open: OpenOnnx = async (graph, options) => {
    const session = await openInNode(graph, options);
    const run: typeof session.run = (inputs) => {
      batches.push([...Object.values(inputs)[0].shape]);
      return session.run(inputs);
    };
    return { ...session, run };
  };
  const opened = memoize((layer?: string, changes: object = {}) =>
    openEncoder(bytes, { ...readEncoder(bytes, layer, settings, name), ...changes }, open, name),
  );
  const encode = async (signals: readonly Float32Array[], layer?: string, changes?: object) =>
    (await opened(layer, changes)).encode(signals);
  return { bytes, settings, weights: readOnnxWeights(bytes), encode, batches };
}
const base = fixture('wav2vec2-base');
const large = fixture('wav2vec2-large');
const whisper = fixture('whisper');

/** A tone that swells, and noise. */
function sound(seconds: number, seed: string): Float32Array {
  const random = createRandom(seed);
  const pitch = random.between(100, 300) / RATE;
  return Float32Array.from({ length: Math.round(seconds * RATE) }, (_, i) => {
    return 0.2 * Math.sin(2 * Math.PI * pitch * i) * Math.sin(i / 3000) + 0.02 * random.normal() + 0.01;
  });
}

function standardised(signal: Float32Array): Float32Array {
  const mean = signal.reduce((sum, value) => sum + value, 0) / signal.length;
  const variance = signal.reduce((sum, value) => sum + (value - mean) ** 2, 0) / signal.length;
  return signal.map((value) => (value - mean) / Math.sqrt(variance + 1e-7));
}

function padded(signal: Float32Array, length: number): Float32Array {
  const whole = new Float32Array(length);
  whole.set(signal);
  return whole;
}

function difference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

/** Compares the whole and every layer, for each clip of a batch. */
async function expectSame(encoder: typeof base, signals: readonly Float32Array[], expected: TfEncoded): Promise<void> {
  for (const layer of [undefined, 1, 2, 3]) {
    const values = layer ? expected.layers[layer - 1] : expected.output;
    const results = await encoder.encode(signals, layer?.toString());
    results.forEach(({ data, frames, bins }, i) => {
      expect(bins).toBe(WIDTH);
      const from = i * expected.frames * WIDTH;
      expect(difference(data, values.subarray(from, from + frames * WIDTH))).toBeLessThan(TOLERANCE);
    });
  }
}

describe('an encoder of a waveform', () => {
  test('with group norm equals the same network in tfjs, whole and cut at every layer', async () => {
    for (const signal of [sound(0.35, 'a'), sound(0.2, 'b')]) {
      const expected = tfWav2vec2(base.weights, [standardised(signal)]);
      await expectSame(base, [signal], expected);
      expect((await base.encode([signal]))[0].frames).toBe(expected.frames);
    }
  });

  test('with an attention mask equals the same network in tfjs on a padded batch, whole and cut at every layer', async () => {
    const signals = [sound(1.1, 'a'), sound(1.03, 'b')];
    const lengths = signals.map(({ length }) => length);
    const batch = signals.map((signal) => padded(standardised(signal), lengths[0]));
    await expectSame(large, signals, tfWav2vec2(large.weights, batch, lengths));
    expect(new Set(large.batches.map(([clips]) => clips))).toEqual(new Set([2]));
    expect((await large.encode(signals)).map(({ frames }) => frames)).toEqual([54, 51]);
  });

  test('gives a clip the same frames alone and among others, in their order', async () => {
    for (const encoder of [base, large]) {
      const signals = [0.2, 3, 1.5, 1.45, 3, 2.9, 0.01].map((seconds, i) => sound(seconds, `clip ${i}`));
      encoder.batches.length = 0;
      const together = await encoder.encode(signals);
      const clips = encoder.batches.map(([clips]) => clips);
      expect(clips).toEqual(encoder === large ? [3, 2, 1, 1] : [2, 1, 1, 1, 1, 1]);
      for (const [i, signal] of signals.entries()) {
        const [alone] = await encoder.encode([signal]);
        expect(together[i].frames).toBe(alone.frames);
        expect(difference(together[i].data, alone.data)).toBeLessThan(TOLERANCE);
      }
    }
  });

  test('does not hear gain or an offset, which normalisation removes', async () => {
    const signal = sound(1, 'a');
    const [before, after] = await base.encode([signal, signal.map((value) => 5 * value - 0.3)]);
    expect(difference(before.data, after.data)).toBeLessThan(1e-3);
  });

  test('gives one frame of a signal that is shorter than that', async () => {
    const [{ frames, data }] = await large.encode([Float32Array.of(0.5)]);
    expect(frames).toBe(1);
    expect(data.every(Number.isFinite)).toBe(true);
  });

  test.each([
    ['no samples', new Float32Array(0)],
    ['a sample that is no number', Float32Array.of(0, NaN)],
  ])('refuses %s in words', async (_, signal) => {
    await expect(base.encode([signal])).rejects.toMatchObject({ name: 'SerError', code: 'audio' });
  });
});

describe("Whisper's encoder", () => {
  test('equals the same network in tfjs, whole and cut at every layer, without frames of padding', async () => {
    const signals = [sound(1, 'a'), sound(0.6, 'b'), sound(0.61, 'c')];
    const mel = tf.tensor3d(Float32Array.from(signals.flatMap((signal) => [...whisperMel(signal, 100)])), [3, 80, 100]);
    await expectSame(whisper, signals, tfWhisper(whisper.weights, mel));
    expect((await whisper.encode(signals)).map(({ frames }) => frames)).toEqual([50, 30, 31]);
  });
});

describe('a recording that is longer than a pass', () => {
  const window = 2 * RATE;
  const signal = sound(5.03, 'long');

  test('has as many frames as in one pass, those of the pieces where they do not overlap', async () => {
    const [whole] = await large.encode([signal]);
    const [joined] = await large.encode([signal], undefined, { window });
    expect(joined.frames).toBe(whole.frames);
    const [first] = await large.encode([standardised(signal).subarray(0, window)], undefined, { settings: { ...large.settings, normalise: false } }); // prettier-ignore
    const alone = 80 * WIDTH;
    expect(difference(joined.data.subarray(0, alone), first.data.subarray(0, alone))).toBeLessThan(TOLERANCE);
  });

  test('has no seam: frames next to each other differ no more than in one pass', async () => {
    const steps = ({ data, frames }: { data: Float32Array; frames: number }): number[] =>
      Array.from({ length: frames - 1 }, (_, t) => {
        const [a, b] = [t, t + 1].map((at) => data.subarray(at * WIDTH, (at + 1) * WIDTH));
        return Math.hypot(...a.map((value, i) => value - b[i]));
      });
    const [whole] = await large.encode([signal]);
    const [joined] = await large.encode([signal], undefined, { window });
    expect(Math.max(...steps(joined))).toBeLessThan(1.2 * Math.max(...steps(whole)));
    const squares = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0);
    const deviation = squares(joined.data.map((value, i) => value - whole.data[i])) / squares(whole.data);
    expect(Math.sqrt(deviation)).toBeLessThan(0.05);
  });

  test("goes through Whisper's encoder in pieces of its length", async () => {
    const [{ frames, data }] = await whisper.encode([signal]);
    expect(frames).toBe(Math.ceil(signal.length / 320));
    const [first] = await whisper.encode([signal.subarray(0, RATE)]);
    expect(difference(data.subarray(0, 40 * WIDTH), first.data.subarray(0, 40 * WIDTH))).toBeLessThan(TOLERANCE);
    const [last] = await whisper.encode([signal.subarray(320 * Math.ceil((signal.length - RATE) / 320))]);
    expect(difference(data.subarray(-WIDTH), last.data.subarray(-WIDTH))).toBeLessThan(TOLERANCE);
  });
});
