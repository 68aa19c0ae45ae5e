import { describe, expect, test } from 'vitest';
import { decodeAudio } from '../../../src/data/audio/read.ts';
import { readOpusHead } from '../../../src/data/audio/compressed/opus/head.ts';
import { SerError } from '../../../src/error.ts';
import { createRandom } from '../../../src/random.ts';
import { expectSame, likeness, phoneFixture } from './chirp.ts';

const voice = phoneFixture('voice.opus');
/** 1.3 s at 48 kHz, as ffmpeg 5.1 and opusdec give it. */
const SAMPLES = 62_400;

const refusal = async (bytes: Uint8Array, options = {}): Promise<string> => {
  const error: unknown = await decodeAudio(bytes, 'clip', options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SerError);
  return (error as SerError).message;
};

const rms = (samples: Float32Array): number =>
  Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);

const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

describe('Ogg Opus', () => {
  test('a voice message has as many samples as ffmpeg gives it, and begins where the recording began', async () => {
    const audio = await decodeAudio(voice);
    expect(audio).toMatchObject({ format: 'Ogg Opus', sampleRate: 48_000, channels: 1, seconds: 1.3, warnings: [] });
    expect(audio.samples).toHaveLength(SAMPLES);
    expect(likeness(audio.samples, 48_000, 3)).toBeGreaterThan(0.99);
    expect(rms(audio.samples)).toBeCloseTo(0.5 / Math.SQRT2, 1);
  });

  test('the gain of its header is applied: −6 dB halve every sample', async () => {
    const { samples } = await decodeAudio(phoneFixture('gain.opus'));
    expect(samples).toHaveLength(SAMPLES);
    expect(rms(samples)).toBeCloseTo((0.5 / Math.SQRT2) * 10 ** (-6 / 20), 2);
  });

  test('of six channels, the one that sounds is the front left one', async () => {
    const { samples, channels } = await decodeAudio(phoneFixture('six.opus'));
    expect({ channels, length: samples.length }).toEqual({ channels: 6, length: 19_200 });
    expect(rms(samples)).toBeCloseTo(0.5 / Math.SQRT2 / 6, 2);
    expect(likeness(samples, 48_000)).toBeGreaterThan(0.98);
  });

  test('every link of a chained file is given whole, as if it were alone', async () => {
    const { samples } = await decodeAudio(joined(voice, phoneFixture('gain.opus'), voice));
    const alone = (await decodeAudio(voice)).samples;
    expect(samples).toHaveLength(3 * SAMPLES);
    expectSame(samples.subarray(0, SAMPLES), alone);
    expectSame(samples.subarray(2 * SAMPLES), alone);
    expect(likeness(samples.subarray(SAMPLES, 2 * SAMPLES), 48_000, 3)).toBeGreaterThan(0.99);
  });

  test('a file that ends early gives what is there, with a warning; strict refuses it', async () => {
    const long = joined(voice, voice.subarray(0, 2000));
    const { samples, warnings } = await decodeAudio(long);
    expect(samples.length).toBeGreaterThanOrEqual(SAMPLES);
    expect(warnings).toEqual(['Cut short: its last page is missing. The rest was used.']);
    expect(await refusal(long, { strict: true })).toBe('clip: it is cut short: its last page is missing');
    expect(await refusal(voice.subarray(0, 1000))).toContain('cut short');
  });

  test('a recording that is too long is refused by its pages', async () => {
    expect(await refusal(voice, { maxSeconds: 1.2 })).toContain('longer than the limit of 1.2 s');
    await expect(decodeAudio(voice, 'clip', { maxSeconds: 1.3 })).resolves.toMatchObject({ seconds: 1.3 });
  });

  test('a damaged byte is a SerError or changes nothing but what it says', { timeout: 20_000 }, async () => {
    const random = createRandom('opus/damage');
    for (let round = 0; round < 60; round++) {
      const bytes = voice.slice();
      bytes[Math.floor(random.uniform() * bytes.length)] ^= 1 + Math.floor(random.uniform() * 255);
      await decodeAudio(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(SerError));
    }
    expect((await decodeAudio(voice)).samples).toHaveLength(SAMPLES);
  });
});

describe('the header of an Opus stream', () => {
  const head = (...bytes: number[]) => Uint8Array.of(1, 2, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, ...bytes);

  test('mono and stereo need no table of channels', () => {
    expect(readOpusHead(head(0))).toEqual({
      channels: 2,
      preSkip: 312,
      gain: 1,
      streams: 1,
      coupled: 1,
      mapping: [0, 1],
    });
  });

  test('a table of channels is read, silence (255) included', () => {
    expect(readOpusHead(head(1, 1, 1, 1, 255))).toMatchObject({ streams: 1, coupled: 1, mapping: [1, 255] });
  });

  test.each([
    ['cut short', head()],
    ['cut short', head(1, 1, 1)],
    ['maps a channel', head(1, 1, 0, 0, 1)],
    ['contradicts itself', head(1, 1, 2, 0, 1)],
    ['mapped in a way', head(3, 1, 1, 0, 1)],
    ['version 16', Uint8Array.of(16, ...head(0).subarray(1))],
    ['9 channels', Uint8Array.of(1, 9, ...head(1, 9, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8).subarray(2))],
  ])('is refused: %s', (words, bytes) => {
    expect(() => readOpusHead(bytes)).toThrow(SerError);
    expect(() => readOpusHead(bytes)).toThrow(words);
  });
});
