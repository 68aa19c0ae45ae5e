import { beforeAll, describe, expect, test } from 'vitest';
import { loadAudio } from '../../../src/data/audio/load.ts';
import type { SpeechDetector } from '../../../src/data/speech/detector.ts';
import { speechDetector } from '../../../src/data/speech/load.ts';
import { createUtteranceCutter, type UtteranceOptions } from '../../../src/data/speech/utterances.ts';
import { createUtteranceStream, cutUtterances } from '../../../src/data/speech/utteranceStream.ts';
import type { Span } from '../../../src/features/windows.ts';
import { otherSounds } from './otherSounds.ts';

const FRAME = 0.032;
const RATE = 16_000;

/** Probabilities: `[seconds, probability]` each. */
const course = (...parts: [seconds: number, probability: number][]): Float32Array =>
  Float32Array.from(parts.flatMap(([seconds, p]) => Array<number>(Math.round(seconds / FRAME)).fill(p)));

function cut(probabilities: Float32Array, options?: UtteranceOptions): Span[] {
  const cutter = createUtteranceCutter(options);
  return [...cutter.push(probabilities), ...cutter.end(probabilities.length * FRAME)];
}

const rounded = (spans: readonly Span[]) => spans.map(({ start, end }) => [+start.toFixed(2), +end.toFixed(2)]);

describe('probabilities of speech are cut into utterances', () => {
  test('a pause of 0.4 s ends one, a shorter one does not', () => {
    expect(rounded(cut(course([1.6, 0.9], [0.32, 0], [1.6, 0.9])))).toEqual([[0, 3.52]]);
    expect(rounded(cut(course([1.6, 0.9], [0.64, 0], [1.6, 0.9])))).toEqual([[0, 1.7], [2.14, 3.84]]); // prettier-ignore
  });

  test('a short one is joined with the next, if that begins within a second', () => {
    expect(rounded(cut(course([0.64, 0.9], [0.8, 0], [1.6, 0.9])))).toEqual([[0, 3.04]]);
    expect(rounded(cut(course([0.64, 0.9], [1.6, 0], [1.6, 0.9])))).toEqual([[0, 0.74], [2.14, 3.84]]); // prettier-ignore
  });

  test('a long one is cut in its second half, where speech is least likely', () => {
    const long = course([4.8, 0.9], [0.128, 0.6], [4.8, 0.9]);
    const [first, second] = cut(long);
    expect(first.end).toBeGreaterThan(4.79);
    expect(first.end).toBeLessThan(4.93);
    expect(second).toEqual({ start: first.end, end: long.length * FRAME });
    for (const longest of [2, 3, 5]) {
      const parts = cut(course([40, 0.9]), { longest });
      expect(parts.length).toBeGreaterThanOrEqual(40 / longest);
      for (const { start, end } of parts) expect(end - start).toBeLessThanOrEqual(longest + 0.1 + FRAME);
    }
  });

  test('utterances neither overlap nor leave the sound, whatever the probabilities', () => {
    for (let seed = 1; seed < 40; seed++) {
      let value = seed;
      const wild = Float32Array.from({ length: 3000 }, (_, i) => {
        value = (value * 48_271) % 2_147_483_647;
        return Math.min(1, Math.max(0, Math.sin(i / (5 + seed)) + value / 2_147_483_647 - 0.3));
      });
      const spans = cut(wild);
      expect(spans.length).toBeGreaterThan(0);
      spans.forEach(({ start, end }, i) => {
        expect(start).toBeGreaterThanOrEqual(i === 0 ? 0 : spans[i - 1].end);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(wild.length * FRAME);
      });
    }
  });

  test('what is probable for a moment only is no utterance', () => {
    expect(cut(course([1.6, 0], [0.25, 1], [1.6, 0]))).toEqual([]);
  });

  test('options that are no lengths are refused in words', () => {
    expect(() => createUtteranceCutter({ pause: NaN })).toThrow('pause is NaN s; it must be 0 or more.');
    expect(() => createUtteranceCutter({ longest: 1 })).toThrow('longest utterance cannot be 1 s');
  });
});

describe('sound is cut into utterances while it is heard', () => {
  let detector: SpeechDetector;
  let talk: Float32Array;
  beforeAll(async () => {
    detector = await speechDetector();
    const [woman, man] = await Promise.all(['woman', 'man'].map((name) => loadAudio(`data/voices/${name}.flac`)));
    talk = new Float32Array(woman.length + man.length + 4 * RATE);
    talk.set(woman, RATE);
    talk.set(man, woman.length + 3 * RATE);
  });

  async function* inBlocks(signal: Float32Array, size: number): AsyncGenerator<Float32Array, string> {
    for (let at = 0; at < signal.length; at += size) yield signal.subarray(at, at + size);
    return 'facts';
  }

  async function utterancesOf(signal: Float32Array, size: number) {
    const found = [];
    for await (const utterance of cutUtterances(inBlocks(signal, size), detector)) found.push(utterance);
    return found;
  }

  test('each utterance has the samples of its span, whatever the size of the blocks', async () => {
    const utterances = await utterancesOf(talk, 1000);
    expect(utterances.length).toBeGreaterThanOrEqual(2);
    for (const { start, end, samples } of utterances) {
      expect(samples).toEqual(talk.slice(Math.round(start * RATE), Math.round(end * RATE)));
    }
    expect(await utterancesOf(talk, talk.length)).toEqual(utterances);
  });

  test('an utterance is given at most half a second after its pause', async () => {
    const stream = createUtteranceStream(detector);
    const delays: number[] = [];
    for await (const block of inBlocks(talk, RATE / 10)) {
      for (const { end } of await stream.push(block)) delays.push(stream.seconds() - end);
    }
    expect(delays.length).toBeGreaterThan(0);
    expect(Math.max(...delays)).toBeLessThan(0.9);
  });

  test('what is going on can be had at any time', async () => {
    const stream = createUtteranceStream(detector);
    await stream.push(talk.subarray(0, 2.5 * RATE));
    const { start, end, samples } = stream.current()!;
    expect(end).toBe(2.5);
    expect(samples).toEqual(talk.slice(Math.round(start * RATE), 2.5 * RATE));
  });

  test('tones, noises and tunes are no utterances, all but few', async () => {
    const sounds = otherSounds('utterances').filter((_, i) => i % 5 === 0);
    const found = [];
    for (const { signal } of sounds) found.push(...(await utterancesOf(signal, signal.length)).slice(0, 1));
    expect(found.length).toBeLessThanOrEqual(1);
  });

  test('samples that are not finite are refused', async () => {
    const stream = createUtteranceStream(detector);
    await expect(stream.push(new Float32Array(2 * RATE).fill(NaN))).rejects.toThrow('not finite');
  });
});
