import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { type SpeechEncoder, openSpeechEncoder } from '../../../src/data/embeddings/encoder.ts';
import { type FindVoice, voiceFinder } from '../../../src/data/embeddings/findVoice.ts';
import { melFrames } from '../../../src/data/embeddings/melFrames.ts';
import { type StageFrames, openEmbeddingNetwork } from '../../../src/data/embeddings/network.ts';
import { VOICE, voiceOf } from '../../../src/data/embeddings/voice.ts';
import { type SpeechDetector, openSpeechDetector } from '../../../src/data/speech/detector.ts';
import { openInNode } from '../../../src/onnx/openInNode.ts';
import { createRandom } from '../../../src/random.ts';

const RATE = 16_000;
const DEMO = ['male', 'female', 'female-excited'];
const model = readFileSync('models/speech-embedding/embedding.onnx');

let detector: SpeechDetector;
let findVoice: FindVoice;
let encoder: SpeechEncoder;
beforeAll(async () => {
  detector = await openSpeechDetector(readFileSync('models/speech/speech.onnx'), openInNode);
  findVoice = voiceFinder(() => Promise.resolve(detector));
  encoder = await openSpeechEncoder(model, openInNode, findVoice);
});
afterAll(async () => {
  await encoder.close();
  await detector.close();
});

const demo = (name: string): Promise<Float32Array> => loadAudio(`data/demo/${name}.wav`);

function between(before: number, signal: Float32Array, after: number): Float32Array {
  const whole = new Float32Array(before + signal.length + after);
  whole.set(signal, before);
  return whole;
}

function largestDifference(a: StageFrames, b: StageFrames): number {
  const names = Object.keys(a) as (keyof StageFrames)[];
  return Math.max(
    ...names.map((name) => {
      expect([a[name].frames, a[name].bins]).toEqual([b[name].frames, b[name].bins]);
      return a[name].data.reduce((most, value, i) => Math.max(most, Math.abs(value - b[name].data[i])), 0);
    }),
  );
}

describe('the frames of a recording', () => {
  test.each(DEMO)('of %s.wav are the same at a tenth and at ten times its level', async (name) => {
    const signal = await demo(name);
    const frames = await encoder.encode(signal);
    for (const gain of [0.1, 10]) {
      const changed = await encoder.encode(signal.map((value) => gain * value));
      expect(largestDifference(changed, frames)).toBeLessThan(0.02);
    }
  });

  test.each(DEMO)('of %s.wav are the same with a second of zeros before and after it', async (name) => {
    const signal = await demo(name);
    const frames = await encoder.encode(signal);
    for (const [before, after] of [
      [RATE, RATE],
      [7, 0],
      [0, 12_345],
    ]) {
      expect(largestDifference(await encoder.encode(between(before, signal, after)), frames)).toBeLessThan(0.02);
    }
  });

  test('of a recording longer than a part are those of one pass over all of it', async () => {
    const signal = await demo('female');
    const long = new Float32Array(50 * RATE);
    for (let at = 0; at < long.length; at += signal.length) {
      long.set(signal.subarray(0, Math.min(signal.length, long.length - at)), at);
    }
    const frames = await encoder.encode(long);
    const network = await openEmbeddingNetwork(model, openInNode, 'embedding.onnx');
    const whole = await network.run(melFrames(voiceOf(long, [{ start: 0, end: 50 }], 0), VOICE.range));
    await network.close();
    expect(largestDifference(frames, whole)).toBeLessThan(1e-4);
  });

  test.each([
    ['a single sample', Float32Array.of(0.5)],
    ['a tenth of a second of noise', Float32Array.from({ length: 1600 }, () => 0.1 * createRandom('noise').normal())],
    ['a second of digital silence', new Float32Array(RATE)],
  ])('of %s are finite, one of every stage at least', async (_, signal) => {
    for (const { data, frames } of Object.values(await encoder.encode(signal))) {
      expect(frames).toBeGreaterThanOrEqual(1);
      expect(data.every(Number.isFinite)).toBe(true);
    }
  });

  test.each([
    ['no samples', new Float32Array(0)],
    ['a sample that is no number', Float32Array.of(0, NaN, 0)],
  ])('of %s are refused in words', async (_, signal) => {
    await expect(encoder.encode(signal)).rejects.toMatchObject({ name: 'SerError', code: 'audio' });
  });
});

describe('the voice', () => {
  const hum = Float32Array.from({ length: RATE }, (_, i) => 0.2 * Math.sin(i / 5));
  const silence = VOICE.silence * RATE;

  test('begins and ends where its power does, at one peak, between two silences', () => {
    const voice = voiceOf(between(RATE, hum, RATE), [{ start: 1.1, end: 1.8 }], 0);
    expect(voice.length).toBeGreaterThan(RATE + 2 * silence);
    expect(voice.length).toBeLessThan(RATE + 2 * silence + 2 * VOICE.moment * RATE);
    expect(Math.max(...voice)).toBeCloseTo(VOICE.peak, 6);
    expect(voice.subarray(0, silence).every((value) => value === 0)).toBe(true);
    expect(voice.subarray(-silence).every((value) => value === 0)).toBe(true);
  });

  test('of two spans is both, one after the other, without what is between', () => {
    const apart = between(0, hum, 3 * RATE);
    apart.set(hum, 3 * RATE);
    const spans = [
      { start: 0, end: 1 },
      { start: 3, end: 4 },
    ];
    expect(voiceOf(apart, spans, 0).length / RATE).toBeCloseTo(2 + 2 * VOICE.silence, 1);
    expect(voiceOf(apart, spans.slice(1), 0).length / RATE).toBeCloseTo(1 + 2 * VOICE.silence, 1);
  });

  test('begins and ends near speech in noise, which would otherwise count as sound', () => {
    const random = createRandom('room');
    const noisy = between(2 * RATE, hum, 2 * RATE).map((sample) => sample + 0.01 * random.normal());
    const voice = voiceOf(noisy, [{ start: 2, end: 3 }], 0);
    expect(voice.length / RATE).toBeCloseTo(1 + 2 * VOICE.silence, 1);
    const faint = between(2 * RATE, hum, 2 * RATE).map((sample) => sample + 0.0001 * random.normal());
    expect(voiceOf(faint, [{ start: 2, end: 3 }], 0).length).toBe(
      voiceOf(between(2 * RATE, hum, 2 * RATE), [{ start: 2, end: 3 }], 0).length,
    );
  });

  test('in noise as loud as speech ends where speech does', () => {
    const random = createRandom('crowd');
    const loud = between(2 * RATE, hum, 2 * RATE).map((sample) => sample + 0.2 * random.normal());
    const seconds = voiceOf(loud, [{ start: 2, end: 3 }], 0).length / RATE - 2 * VOICE.silence;
    expect(seconds).toBeGreaterThan(1);
    expect(seconds).toBeLessThan(1 + 2 * VOICE.reach + 0.01);
  });

  test('is looked for in the whole recording if nobody is found to speak', () => {
    const signal = between(RATE, hum, RATE);
    expect(voiceOf(signal, [], 0)).toEqual(voiceOf(signal, [{ start: 0, end: 3 }], 0));
  });
});
