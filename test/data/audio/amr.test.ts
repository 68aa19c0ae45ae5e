import { describe, expect, test } from 'vitest';
import { decodeAudio } from '../../../src/data/audio/read.ts';
import { SerError } from '../../../src/error.ts';
import { createRandom } from '../../../src/random.ts';
import { expectSame, likeness, phoneFixture } from './chirp.ts';

const narrow = phoneFixture('narrow.amr');
const wide = phoneFixture('random.awb');
/** Bytes of the name in front, and of a frame of 12.2 kbit/s. */
const [NAME, FRAME] = [6, 32];

const refusal = async (bytes: Uint8Array, options = {}): Promise<string> => {
  const error: unknown = await decodeAudio(bytes, 'clip', options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SerError);
  return (error as SerError).message;
};

describe('AMR', () => {
  test('narrow-band: 20 ms at 8 kHz a frame, 5 ms late, as the encoder looks ahead', async () => {
    const audio = await decodeAudio(narrow);
    expect(audio).toMatchObject({ format: 'AMR', sampleRate: 8000, channels: 1, seconds: 1.3 });
    expect(audio.samples).toHaveLength(10_400);
    expect(likeness(audio.samples, 8000, -40)).toBeGreaterThan(0.93);
  });

  test('wide-band: 20 ms at 16 kHz a frame, the values of opencore-amr', async () => {
    const { samples, sampleRate } = await decodeAudio(wide);
    expect({ sampleRate, length: samples.length }).toEqual({ sampleRate: 16_000, length: 25 * 320 });
    expect([100, 1000, 5000, 7000].map((i) => samples[i] * 32768)).toEqual([-4, 272, -116, 624]);
  });

  test('pauses last as long as they were: frames that only say that nobody speaks', async () => {
    const paused = narrow.slice();
    const parts = [
      paused.subarray(0, NAME + 20 * FRAME),
      Uint8Array.of(0x44, 1, 2, 3, 4, 5),
      ...Array.from({ length: 8 }, () => [0x7c]),
    ];
    const rest = paused.subarray(NAME + 29 * FRAME);
    const { samples } = await decodeAudio(Uint8Array.from([...parts, rest].flatMap((part) => [...part])));
    expect(samples).toHaveLength(10_400);
    expect(samples.subarray(0, 3200)).toEqual((await decodeAudio(narrow)).samples.subarray(0, 3200));
  });

  test('a file that is cut within a frame gives what is there, with a warning; strict refuses it', async () => {
    const cut = narrow.subarray(0, narrow.length - 10);
    const { samples, warnings } = await decodeAudio(cut);
    expect(samples).toHaveLength(10_400 - 160);
    expect(warnings[0]).toBe('Cut short: 10 bytes of its last frame are missing. The rest was used.');
    expect(await refusal(cut, { strict: true })).toBe('clip: it is cut short: 10 bytes of its last frame are missing');
    expect(await refusal(narrow.subarray(0, 500))).toContain('cut short');
    expect(await refusal(narrow.subarray(0, NAME))).toBe('clip: it contains no complete AMR frame');
  });

  test('a frame of a type that the standard keeps free ends the recording', async () => {
    const broken = narrow.slice();
    broken[NAME + 60 * FRAME] = 12 << 3;
    const { samples, warnings } = await decodeAudio(broken);
    expect(samples).toHaveLength(60 * 160);
    expect(warnings[0]).toBe(
      `Cut short: the bytes after ${NAME + 60 * FRAME} are not an AMR frame. The rest was used.`,
    );
  });

  test('no file leaves anything behind for the next, damaged or not', async () => {
    const alone = (await decodeAudio(narrow)).samples;
    const random = createRandom('amr/damage');
    for (let round = 0; round < 30; round++) {
      const bytes = (round % 2 ? narrow : wide).slice();
      for (let i = 0; i < 10; i++)
        bytes[9 + Math.floor(random.uniform() * (bytes.length - 9))] = Math.floor(random.uniform() * 256);
      await decodeAudio(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(SerError));
      expectSame((await decodeAudio(narrow)).samples, alone);
    }
  });
});
