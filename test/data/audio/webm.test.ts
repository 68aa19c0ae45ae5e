import { describe, expect, test } from 'vitest';
import { readBlock } from '../../../src/data/audio/compressed/webm/blocks.ts';
import { decodeAudio, type ReadOptions } from '../../../src/data/audio/read.ts';
import { SerError } from '../../../src/error.ts';
import { createRandom } from '../../../src/random.ts';
import { expectSame, likeness, phoneFixture } from './chirp.ts';

const recorder = phoneFixture('recorder.webm');

const refusal = async (bytes: Uint8Array, options: ReadOptions = {}): Promise<string> => {
  const error: unknown = await decodeAudio(bytes, 'clip', options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SerError);
  return (error as SerError).message;
};

describe('what browsers record as WebM, and Matroska', () => {
  // Sample counts as ffmpeg 5.1 gives them.
  test.each([
    ['recorder.webm', 48_000, 62_400, 2], // as it is streamed: no sizes, no length, no index
    ['opus.webm', 48_000, 62_400, 2],
    ['alac.mka', 16_000, 20_800, 0],
  ])('%s', async (name, sampleRate, samples, delay) => {
    const audio = await decodeAudio(phoneFixture(name));
    expect(audio).toMatchObject({ format: 'WebM', sampleRate, channels: 1, warnings: [] });
    expect(audio.samples).toHaveLength(samples);
    expect(likeness(audio.samples, sampleRate, delay)).toBeGreaterThan(0.99);
  });

  test('a recording without sizes that ends early is as long as what is there', async () => {
    const { samples } = await decodeAudio(phoneFixture('opus.webm'));
    const half = recorder.subarray(0, Math.floor(recorder.length * 0.9));
    const { samples: part, warnings } = await decodeAudio(half);
    expect(part.length).toBeGreaterThan(48_000);
    expectSame(part.subarray(0, 48_000), samples.subarray(0, 48_000));
    expect(warnings[0]).toMatch(/^Cut short: \d+ bytes are missing/);
    expect(await refusal(half, { strict: true })).toContain('it is cut short');
    expect(await refusal(recorder.subarray(0, 1500))).toContain('it is cut short');
    expect(await refusal(recorder.subarray(0, 60))).toContain('clip: it is');
  });

  test('a recording that is too long is refused by its packets', async () => {
    expect(await refusal(recorder, { maxSeconds: 1.2 })).toContain('longer than the limit of 1.2 s');
  });

  test('any damaged byte is a value or a SerError, in bounded time', { timeout: 60_000 }, async () => {
    const random = createRandom('webm/damage');
    for (let round = 0; round < 150; round++) {
      const whole = phoneFixture(['recorder.webm', 'opus.webm', 'alac.mka'][round % 3]);
      const bytes = whole.slice(0, round % 8 ? undefined : random.integer(whole.length));
      for (let i = 0; i < 1 + random.integer(4); i++) {
        bytes[random.integer(Math.min(bytes.length, 700))] = random.uniform() < 0.3 ? 0xff : random.integer(256);
      }
      await decodeAudio(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(SerError));
    }
    expect((await decodeAudio(recorder)).samples).toHaveLength(62_400);
  });
});

describe('the packets of a block', () => {
  const block = (flags: number, ...bytes: number[]) => readBlock(Uint8Array.of(0x81, 0, 0, flags, ...bytes));
  const lists = (packets: Uint8Array[]) => packets.map((packet) => [...packet]);

  test('one alone', () => {
    expect(block(0, 1, 2, 3)).toEqual({ track: 1, packets: [Uint8Array.of(1, 2, 3)] });
  });

  test('several, laced in each of the three ways', () => {
    expect(lists(block(2, 2, 1, 2, 7, 8, 8, 9).packets)).toEqual([[7], [8, 8], [9]]);
    expect(lists(block(4, 1, 1, 2, 3, 4).packets)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    // EBML: a size of 1, then one more (−63 is a difference of 0).
    expect(lists(block(6, 2, 0x81, 0xc0, 7, 8, 8, 9).packets)).toEqual([[7], [8, 8], [9]]);
  });

  test.each([
    ['a size beyond its end', [2, 2, 9, 9, 7]],
    ['packets of equal sizes that do not divide it', [4, 1, 1, 2, 3]],
    ['nothing', [2]],
  ])('%s is refused', (_, [flags, ...bytes]) => {
    expect(() => block(flags, ...bytes)).toThrow(SerError);
  });
});
