import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findClips } from '../../../src/data/audio/clipFiles.ts';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { openSpeechDetector, type SpeechDetector } from '../../../src/data/speech/detector.ts';
import { INITIAL_STATE, openSpeechNetwork, type SpeechNetwork } from '../../../src/data/speech/network.ts';
import { PUBLISHED, speechModel } from '../../../src/data/speech/published.ts';
import { speechSeconds, speechSpans } from '../../../src/data/speech/spans.ts';
import { SPECTRUM, speechWindows } from '../../../src/data/speech/windows.ts';
import { createOnnxGraph } from '../../../src/onnx/graph.ts';
import { openInNode } from '../../../src/onnx/openInNode.ts';
import { silenceOnnxTelemetry } from '../../../src/onnx/telemetry.ts';
import { createRandom } from '../../../src/random.ts';
import { otherSounds, tone } from './otherSounds.ts';

const RATE = 16_000;
const FRAME = 0.032;
const DEMO = ['male', 'female', 'female-excited'];
const shipped = readFileSync('models/speech/speech.onnx');
const published = readFileSync(createRequire(import.meta.url).resolve(`${PUBLISHED.package}/${PUBLISHED.file}`));

let detector: SpeechDetector;
let network: SpeechNetwork;
beforeAll(async () => {
  detector = await openSpeechDetector(shipped, openInNode);
  network = await openSpeechNetwork(shipped, openInNode, 'speech.onnx');
});
afterAll(() => Promise.all([detector.close(), network.close()]));

const demo = (name: string): Promise<Float32Array> => loadAudio(`data/demo/${name}.wav`);
const spansOf = async (signal: Float32Array) => speechSpans(await detector.probabilities(signal), signal.length / RATE);

function together(...parts: (Float32Array | number)[]): Float32Array {
  const signals = parts.map((part) => (typeof part === 'number' ? new Float32Array(part) : part));
  const whole = new Float32Array(signals.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const signal of signals) {
    whole.set(signal, at);
    at += signal.length;
  }
  return whole;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}

/** The published network, run as its authors do: a frame a run, with the 64 samples before it and the state that it gave. */
async function publishedProbabilities(signal: Float32Array): Promise<Float32Array> {
  silenceOnnxTelemetry();
  const session = await ort.InferenceSession.create(published, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const rate = new ort.Tensor('int64', BigInt64Array.of(16_000n), []);
  let state: ort.Tensor = new ort.Tensor('float32', new Float32Array(256), [2, 1, 128]);
  const probabilities: number[] = [];
  for (let start = 0; start < signal.length; start += 512) {
    const input = Float32Array.from({ length: 576 }, (_, i) => signal[start - 64 + i] ?? 0);
    const results = await session.run({ input: new ort.Tensor('float32', input, [1, 576]), state, sr: rate });
    probabilities.push((results.output.data as Float32Array)[0]);
    state = results.stateN;
  }
  await session.release();
  return Float32Array.from(probabilities);
}

describe('the shipped network', () => {
  test('is made of the published one, byte for byte', () => {
    expect(Buffer.compare(speechModel(published), shipped)).toBe(0);
    expect(detector.metadata).toMatchObject({ format: 'gender-ser/speech/1', sourceSha256: PUBLISHED.sha256 });
  });

  test('is not made of another file', () => {
    expect(() => speechModel(shipped)).toThrow(/SHA-256/);
  });

  test.each(DEMO)('says of every frame of %s.wav what the published one says', async (name) => {
    const signal = await demo(name);
    const { probabilities } = await network.run(speechWindows(signal, new Float32Array(64)), INITIAL_STATE);
    expect(largestDifference(probabilities, await publishedProbabilities(signal))).toBeLessThan(1e-5);
  });

  test('says the same of a signal in two runs as in one', async () => {
    const signal = await demo('female');
    const windows = speechWindows(signal, new Float32Array(64));
    const whole = await network.run(windows, INITIAL_STATE);
    const cut = 20 * SPECTRUM.columns * SPECTRUM.window;
    const first = await network.run(windows.slice(0, cut), INITIAL_STATE);
    const second = await network.run(windows.slice(cut), first.state);
    const pieces = together(first.probabilities, second.probabilities);
    expect(largestDifference(pieces, whole.probabilities)).toBeLessThan(1e-6);
  });

  test.each<[string, () => Uint8Array, RegExp]>([
    ['cut short', () => shipped.subarray(0, 1_000_000), /speech\.onnx/],
    [
      'with a byte changed',
      () => shipped.map((byte, i) => (i === 600_000 ? byte ^ 64 : byte)),
      /^speech\.onnx is damaged/,
    ],
    ['that is no model', () => Buffer.from('no model at all'), /^speech\.onnx/],
    ['of another make', () => createOnnxGraph('empty').toBytes({}), /^speech\.onnx has no format;/],
    ['of another format', () => createOnnxGraph('empty').toBytes({ format: 'other/2' }), /has the format other\/2/],
  ])('a file %s is refused in words', async (_, bytes, message) => {
    const opened = openSpeechDetector(bytes(), openInNode);
    await expect(opened).rejects.toMatchObject({ name: 'SerError', code: 'model' });
    await expect(opened).rejects.toThrow(message);
  });
});

describe('a detector of speech', () => {
  test.each(DEMO)('finds one span in %s.wav, which is all of it', async (name) => {
    const signal = await demo(name);
    const spans = await spansOf(signal);
    expect(spans).toHaveLength(1);
    expect(speechSeconds(spans)).toBeGreaterThan(0.9 * (signal.length / RATE));
  });

  test.each(DEMO)('finds %s.wav a second later after a second of zeros', async (name) => {
    const signal = await demo(name);
    const [alone] = await spansOf(signal);
    const found = await spansOf(together(RATE, signal, RATE));
    expect(found).toHaveLength(1);
    expect(Math.abs(found[0].start - 1 - alone.start)).toBeLessThan(0.1);
    expect(Math.abs(found[0].end - 1 - alone.end)).toBeLessThan(0.2);
  });

  test.each([10, 0.1])('finds the same spans at %d times the level', async (gain) => {
    for (const name of DEMO) {
      const signal = together(8000, await demo(name), 16_000, (await demo(name)).subarray(3000));
      const [spans, scaled] = [await spansOf(signal), await spansOf(signal.map((value) => gain * value))];
      expect(scaled).toHaveLength(spans.length);
      for (const [i, { start, end }] of spans.entries()) {
        expect(Math.abs(scaled[i].start - start)).toBeLessThanOrEqual(FRAME);
        expect(Math.abs(scaled[i].end - end)).toBeLessThanOrEqual(FRAME);
      }
    }
  });

  test('finds speech beside an offset and a click', async () => {
    const signal = await demo('female');
    const spoiled = together(4000, signal, 4000).map(
      (value, i) => 0.05 * value + 0.3 + (i > 2000 && i < 2040 ? 0.6 : 0),
    );
    const spans = await spansOf(spoiled);
    expect(speechSeconds(spans)).toBeGreaterThan(1.5);
  });

  test('finds none in tones, beeps, noises, silence, hum and chords, and hardly any in sweeps and tunes', async () => {
    const sounds = [
      ...otherSounds('tests'),
      { kind: 'tone', name: 'sine 440 Hz', signal: tone(440) },
      { kind: 'silence', name: 'a hundredth of a second', signal: new Float32Array(160) },
    ];
    const heard: string[] = [];
    for (const { kind, name, signal } of sounds) {
      if ((await spansOf(together(RATE, signal))).length > 0) heard.push(`${kind}: ${name}`);
    }
    const hard = heard.filter((sound) => /^(sweep|music: melody)/.test(sound));
    expect(heard.filter((sound) => !hard.includes(sound))).toEqual([]);
    expect(hard.length).toBeLessThan(4); // of 13
  });

  test('gives a probability for each frame, the last part of one too, and none for nothing', async () => {
    for (const [samples, frames] of [
      [0, 0],
      [1, 1],
      [511, 1],
      [512, 1],
      [513, 2],
      [27_200, 54],
    ]) {
      // prettier-ignore
      const random = createRandom(samples);
      const probabilities = await detector.probabilities(Float32Array.from({ length: samples }, () => random.normal()));
      expect(probabilities).toHaveLength(frames);
      expect(probabilities.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  test('says the same of a recording that comes in blocks of any size, however long', async () => {
    const [male, female] = [await demo('male'), await demo('female')];
    const voices = together(5000, male, 9000, female, 20_000, male);
    for (const seconds of [3, 40, 110]) {
      const pieces = Array.from({ length: Math.ceil((seconds * RATE) / voices.length) }, () => voices);
      const signal = together(...pieces).subarray(0, seconds * RATE);
      const whole = await detector.probabilities(signal);
      const stream = detector.stream();
      const random = createRandom('blocks');
      for (let at = 0; at < signal.length;) {
        const length = Math.ceil(200_000 * random.uniform() ** 4);
        await stream.push(signal.subarray(at, at + length));
        at += length;
      }
      expect(largestDifference(await stream.end(), whole)).toBe(0);
    }
  });

  test('finds quiet speech that follows much louder speech a minute later', async () => {
    const voices = together(4000, await demo('male'), 8000, await demo('female'), 8000);
    const minute = together(...Array.from({ length: 14 }, () => voices));
    const spans = await spansOf(together(minute, minute.map((value) => 0.01 * value))); // prettier-ignore
    const [loud, quiet] = [spans.filter(({ end }) => end < 60), spans.filter(({ start }) => start > 62)];
    expect(speechSeconds(quiet)).toBeGreaterThan(0.8 * speechSeconds(loud));
  });

  test('refuses samples that are not finite', async () => {
    for (const bad of [NaN, Infinity]) {
      const signal = (await demo('male')).map((value, i) => (i === 7000 ? bad : value));
      await expect(detector.probabilities(signal)).rejects.toMatchObject({ name: 'SerError', code: 'audio' });
    }
  });
});

const corpora = process.env.SER_CORPORA;

describe.skipIf(!corpora)('recordings of people (skipped unless SER_CORPORA names a folder with ravdess/)', () => {
  const clips = corpora ? findClips([join(corpora, 'ravdess')]).clips.filter((_, i) => i % 100 === 3) : [];

  test('the shipped network says of every frame what the published one says', async () => {
    for (const path of clips.slice(0, 6)) {
      const signal = await loadAudio(path);
      const { probabilities } = await network.run(speechWindows(signal, new Float32Array(64)), INITIAL_STATE);
      expect(largestDifference(probabilities, await publishedProbabilities(signal))).toBeLessThan(1e-5);
    }
  });

  test('speech is found in nearly all of them, and in the same at any level', async () => {
    let found = 0;
    for (const path of clips) {
      const signal = await loadAudio(path);
      const [spans, loud, quiet] = await Promise.all(
        [1, 10, 0.1].map((gain) => spansOf(signal.map((value) => gain * value))),
      );
      expect([loud.length, quiet.length], path).toEqual([spans.length, spans.length]);
      if (speechSeconds(spans) > 0.5) found++;
    }
    expect(found / clips.length).toBeGreaterThan(0.95);
  });
});
