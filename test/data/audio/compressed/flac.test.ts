import { describe, expect, test } from 'vitest';
import { decodeAudio } from '../../../../src/data/audio/read.ts';
import { createRandom } from '../../../../src/random.ts';
import { writeFlac } from './flacWriter.ts';
import { expectSame, expectSamples, fileWarnings, fixture, join, refusal } from './known.ts';

const block192 = fixture('flac/block192.flac');
const block16384 = fixture('flac/block16384.flac');

describe('FLAC has the samples of flac -d', () => {
  test.each<[string, number, [number, number][]]>([
    ['flac/block192.flac', 19_200, [[1000, 0.369567871], [9600, -0.000122070312], [19_100, 0.309143066]]], // prettier-ignore
    ['flac/block16384.flac', 19_200, [[1000, 0.369567871], [9600, -0.000122070312], [19_100, 0.309143066]]], // prettier-ignore
    ['flac/in-ogg.oga', 19_200, [[1000, 0.369567871], [9600, -0.000122070312], [19_100, 0.309143066]]], // prettier-ignore
    ['flac/pipe.flac', 13_230, [[1000, -0.0435180664], [6615, -6.10351562e-5], [13_130, -0.0182800293]]], // prettier-ignore
    [
      'flac/8bit.flac',
      4800,
      [
        [1000, 0.3671875],
        [2400, 0],
        [4700, -0.328125],
      ],
    ],
    ['flac/6channels.flac', 800, [[200, 1.52587891e-5], [400, -0.39998881], [700, -0.0938771566]]], // prettier-ignore
    ['flac/32bit.flac', 640, [[360, 4.38347925e-5], [320, 0.337384488], [540, 0.0779234963]]], // prettier-ignore
  ])('%s', async (name, length, values) => {
    await expectSamples(fixture(name), length, values, 1e-8);
    expect(await fileWarnings(fixture(name))).toEqual([]);
  });

  test('block sizes of 192 and 16,384 samples, and Ogg, give the same', async () => {
    const { samples } = await decodeAudio(block192);
    for (const other of [block16384, fixture('flac/in-ogg.oga')]) {
      expectSame((await decodeAudio(other)).samples, samples);
    }
  });
});

test('any number of bits and channels, blocks of any sizes: what was written is what is read', async () => {
  const random = createRandom('flac');
  for (const bits of [4, 7, 8, 12, 16, 20, 24, 31, 32]) {
    for (const [count, options] of [
      [1, { blockSizes: [100] }],
      [2, { blockSizes: [64, 17, 200, 1], variable: true }],
      [8, { blockSizes: [333], wasted: 3 }],
    ] as const) {
      const wasted = 'wasted' in options ? options.wasted : 0;
      const range = 2 ** (bits - wasted);
      const channels = Array.from({ length: count }, () =>
        Array.from({ length: 500 }, () => (random.integer(range) - range / 2) * 2 ** wasted),
      );
      const { samples, warnings } = await decodeAudio(writeFlac(channels, { bits, ...options }));
      const mean = channels[0].map((_, i) => {
        const values = channels.map((channel) => Math.fround(channel[i] / 2 ** (bits - 1)));
        return Math.fround(values.reduce((sum, value) => sum + value, 0) / count);
      });
      expect([...samples]).toEqual(mean);
      expect(warnings.join()).not.toMatch(/missing|cut/i);
    }
  }
});

describe('FLAC whose file is not as its encoder left it', () => {
  test.each<[string, Uint8Array]>([
    ['zeros behind the last frame', new Uint8Array(5000)],
    ['an ID3v1 tag', new Uint8Array(Buffer.from('TAG'.padEnd(128, ' ')))],
    ['something that begins like a frame', Uint8Array.of(0xff, 0xf8, 0x65)],
  ])('is read with %s', async (_name, tail) => {
    const bytes = join(block192, tail);
    expectSame((await decodeAudio(bytes)).samples, (await decodeAudio(block192)).samples);
    expect(await fileWarnings(bytes)).toEqual([]);
  });

  test('two files, one behind the other, are read as one', async () => {
    const { samples } = await decodeAudio(join(block192, block16384));
    const alone = [...(await decodeAudio(block192)).samples];
    expect([...samples]).toEqual([...alone, ...alone]);
  });

  test('a metadata block that says it is longer than the file is passed over', async () => {
    const bytes = block192.slice();
    let at = 4;
    while (bytes[at] < 0x80) at += 4 + bytes[at + 2] * 256 + bytes[at + 3];
    bytes.fill(255, at + 1, at + 4);
    expectSame((await decodeAudio(bytes)).samples, (await decodeAudio(block192)).samples);
  });

  test('cut short: what is whole is used where a second is left, with what is missing', async () => {
    const most = block192.subarray(0, Math.floor(0.95 * block192.length));
    const { seconds } = await decodeAudio(most);
    expect(seconds).toBeGreaterThan(1);
    expect(await fileWarnings(most)).toEqual([
      `Cut short: ${(1.2 - seconds).toFixed(2)} of 1.20 s are missing. The rest was used.`,
    ]);
    expect(await refusal(most, { strict: true })).toMatch(/cut short: .* of 1\.20 s are missing/);
    expect(await refusal(block192.subarray(0, 15_000))).toMatch(/cut short: .* of 1\.20 s are missing/);
  });

  test('a wrong bit in any frame, bytes that are missing or too many: damaged', async () => {
    for (let at = 9000; at < block192.length; at += 1777) {
      const bytes = block192.slice();
      bytes[at] ^= 16;
      expect(await refusal(bytes)).toMatch(/it is damaged: the FLAC frame at byte \d+ is corrupt/);
    }
    expect(await refusal(join(block192.subarray(0, 15_000), block192.subarray(15_100)))).toMatch(/damaged/);
    expect(await refusal(join(block192.subarray(0, 15_000), block192.subarray(14_000)))).toMatch(/damaged/);
  });

  test('a frame that is missing is told of', async () => {
    const channels = [Array.from({ length: 1000 }, (_, i) => i)];
    const bytes = writeFlac(channels, { bits: 16, blockSizes: [100] });
    const frame = (bytes.length - 42) / 10;
    const without = join(bytes.subarray(0, 42 + 3 * frame), bytes.subarray(42 + 4 * frame));
    without.fill(0, 22, 26); // the count of samples: unknown
    expect((await decodeAudio(without)).samples).toHaveLength(900);
    expect(await fileWarnings(without)).toEqual([expect.stringMatching(/lost frames/)]);
  });

  test('a piece that was cut out of a longer stream, whose header counts the whole, is read', async () => {
    const bytes = writeFlac([Array.from({ length: 1000 }, (_, i) => i)], { bits: 16, blockSizes: [100] });
    const frame = (bytes.length - 42) / 10;
    const piece = join(bytes.subarray(0, 42), bytes.subarray(42 + 3 * frame, 42 + 8 * frame));
    expect((await decodeAudio(piece)).samples[0]).toBe(Math.fround(300 / 32768));
    expect(await fileWarnings(piece)).toEqual(['It is a piece of a longer recording: 0.03 of 0.06 s were cut off.']);
    piece.fill(0, 22, 26); // the count of samples: unknown
    expect(await fileWarnings(piece)).toEqual(['It is a piece of a longer recording: its beginning is missing.']);
  });
});
