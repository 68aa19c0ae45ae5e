import { beforeAll, describe, expect, test } from 'vitest';
import { openFile } from '../../../src/data/audio/fileSource.ts';
import type { ByteSource } from '../../../src/data/audio/format.ts';
import { decodeAudio, type ReadOptions } from '../../../src/data/audio/read.ts';
import { SerError } from '../../../src/error.ts';
import { createRandom } from '../../../src/random.ts';
import { chirp, expectSame, likeness, phoneFixture } from './chirp.ts';

const refusal = async (bytes: Uint8Array, options: ReadOptions = {}): Promise<string> => {
  const error: unknown = await decodeAudio(bytes, 'clip', options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SerError);
  return (error as SerError).message;
};

/** The beginning of a box in a file. */
const boxIn = (bytes: Uint8Array, type: string): number => Buffer.from(bytes).indexOf(type) - 4;

/** A copy in which 32 bits, `at` bytes behind the beginning of a box, are changed. */
function changed(bytes: Uint8Array, type: string, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(boxIn(copy, type) + at, value);
  return copy;
}

describe('what phones record as MP4, M4A, MOV and 3GP', () => {
  // Sample counts as ffmpeg 5.1 gives them; where the sound begins, by the encoder's delay, in samples.
  test.each([
    ['alac.m4a', 16_000, 20_800, 0],
    ['opus.mp4', 48_000, 63_048, 2],
    ['opus-fragments.mp4', 48_000, 63_048, 2],
    ['narrow.3gp', 8000, 10_400, -40],
    ['mp3.mp4', 44_100, 57_647, 0],
    ['flac.mp4', 44_100, 57_330, 0],
    ['mu-law.mov', 8000, 10_400, 0],
  ])('%s', async (name, sampleRate, samples, delay) => {
    const audio = await decodeAudio(phoneFixture(name));
    expect(audio).toMatchObject({ format: 'M4A', sampleRate, channels: 1 });
    expect(audio.samples).toHaveLength(samples);
    expect(likeness(audio.samples, sampleRate, delay)).toBeGreaterThan(name === 'narrow.3gp' ? 0.93 : 0.99);
  });

  test('ALAC is exact: 16 bits, and 24 bits in two channels', async () => {
    const { samples } = await decodeAudio(phoneFixture('alac.m4a'));
    const truth = chirp(16_000);
    expect(samples.every((value, i) => Math.abs(value - truth[i]) < 0.51 / 32768)).toBe(true);
    expect(samples.every((value) => Number.isInteger(value * 32768))).toBe(true);
    const stereo = await decodeAudio(phoneFixture('alac24.m4a'));
    expect({ channels: stereo.channels, length: stereo.samples.length }).toEqual({ channels: 2, length: 3200 });
    expect(Math.max(...stereo.samples.map((value, i) => Math.abs(value - 0.75 * truth[i])))).toBeLessThan(2e-7);
  });

  test('an edit is kept: the half second from 0.5 s on, to the end of its last packet', async () => {
    const { samples } = await decodeAudio(phoneFixture('alac-edit.m4a'));
    expect(samples).toHaveLength(8384);
    expect(likeness(samples, 16_000, 8000)).toBeGreaterThan(0.9999);
  });

  test('AAC goes to what the caller has, as frames with headers, and is cut by the list of edits', async () => {
    let frames = new Uint8Array();
    const { samples } = await decodeAudio(phoneFixture('aac.m4a'), 'clip', {
      fallback: async function* (source: ByteSource) {
        frames = (await source.read(0, source.size)).slice();
        yield {
          channels: [Float32Array.from({ length: 58 * 1024 }, (_, i) => (i < 1024 ? 1 : 0))],
          sampleRate: 44_100,
        };
      },
    });
    expect([...frames.subarray(0, 3)]).toEqual([0xff, 0xf1, 0x50]);
    expect(samples).toHaveLength(57 * 1024);
    expect(samples.some((value) => value !== 0)).toBe(false);
    expect(await refusal(phoneFixture('aac.m4a'))).toContain('it is AAC audio');
  });

  test('is read from the disk as it is needed, and gives the same', async () => {
    const file = await openFile('test/fixtures/audio/phone/alac.m4a');
    const { samples } = await decodeAudio(file);
    await file.close();
    expectSame(samples, (await decodeAudio(phoneFixture('alac.m4a'))).samples);
  });

  test('a recording that is too long is refused by its tables', async () => {
    expect(await refusal(phoneFixture('alac.m4a'), { maxSeconds: 1.2 })).toContain('longer than the limit');
  });
});

describe('MP4 files that are damaged', () => {
  const alac = phoneFixture('alac.m4a');

  test('a file whose sound is cut off gives what is there, with a warning; strict refuses it', async () => {
    // As `-movflags faststart` orders it: the table first, the sound behind it.
    const fragments = phoneFixture('opus-fragments.mp4');
    const cut = fragments.subarray(0, fragments.length - 1000);
    const { seconds, warnings } = await decodeAudio(cut);
    expect(seconds).toBeGreaterThan(0.99);
    expect(warnings[0]).toMatch(/^Cut short: 0\.\d\d of 1\.31 s are missing\. The rest was used\.$/);
    expect(await refusal(cut, { strict: true })).toMatch(/it is cut short: 0\.\d\d of 1\.31 s are missing/);
  });

  test('a recording that broke off before its table was written is refused, with the reason', async () => {
    expect(await refusal(alac.subarray(0, boxIn(alac, 'moov')))).toContain('as after an interrupted recording');
    expect(await refusal(alac.subarray(0, boxIn(alac, 'moov') + 100))).toContain('cut short within the box');
  });

  test.each([
    ['4 billion packets', 'stsz', 16, 0xffffffff],
    ['packets of 4 GB', 'stsz', 20, 0xffffffff],
    ['4 billion packets of one byte', 'stsz', 12, 1],
    ['4 billion entries', 'stts', 12, 0xffffffff],
    ['4 billion chunks', 'stco', 12, 0xffffffff],
    ['no units of time', 'mdhd', 20, 0],
  ])('tables that claim %s', async (_, type, at, value) => {
    expect(await refusal(changed(alac, type, at, value))).toContain('clip: ');
  });

  test('any damaged byte is a value or a SerError, in bounded time', { timeout: 60_000 }, async () => {
    const random = createRandom('mp4/damage');
    for (const name of ['alac.m4a', 'opus.mp4', 'opus-fragments.mp4', 'mu-law.mov', 'narrow.3gp']) {
      const whole = phoneFixture(name);
      const start = boxIn(whole, 'moov');
      for (let round = 0; round < 80; round++) {
        const bytes = whole.slice(0, round % 8 ? undefined : random.integer(whole.length));
        for (let i = 0; i < 1 + random.integer(4); i++) {
          const at = start + random.integer(Math.min(whole.length - start, 900));
          bytes[at] = random.uniform() < 0.3 ? 0xff : random.integer(256);
        }
        await decodeAudio(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(SerError));
      }
    }
  });
});

describe('no file leaves anything behind for the next', () => {
  const names = ['alac.m4a', 'opus.mp4', 'narrow.amr', 'random.awb', 'voice.opus', 'six.opus', 'mp3.mp4', 'flac.mp4'];
  const alone = new Map<string, Float32Array>();
  beforeAll(async () => {
    for (const name of names) alone.set(name, (await decodeAudio(phoneFixture(name))).samples);
  });

  test('in any order of two, and all at once', async () => {
    for (const first of names) {
      for (const second of names) {
        await decodeAudio(phoneFixture(first));
        expectSame((await decodeAudio(phoneFixture(second))).samples, alone.get(second));
      }
    }
    const together = await Promise.all([...names, ...names].map((name) => decodeAudio(phoneFixture(name))));
    together.forEach(({ samples }, i) => expectSame(samples, alone.get(names[i % names.length])));
  });
});
