import { describe, expect, test } from 'vitest';
import { decodeAudio } from '../../../../src/data/audio/read.ts';
import { expectSame, expectSamples, fileWarnings, fixture, join, refusal } from './known.ts';

const vbr = fixture('mp3/vbr.mp3'); // 0.3 s, with LAME's checksum of the frames
const checked = fixture('mp3/8khz-checked.mp3'); // 1.5 s, a checksum in each frame, no count of frames

describe('MP3 has the samples of libsndfile', () => {
  test.each<[string, number, [number, number][]]>([
    ['mp3/vbr.mp3', 13_230, [[1000, -0.0436229259], [6615, 0.000337129459], [13_130, -0.0184439272]]], // prettier-ignore
    ['mp3/zeros-in-front.mp3', 13_230, [[1000, -0.0436229259], [6615, 0.000337129459], [13_130, -0.0184439272]]], // prettier-ignore
    // Cut without encoding it anew: the decoder's delay of 529 samples counts as part of it.
    ['mp3/cut.mp3', 13_295, [[1000, 0.0756022409], [6647, 0.130133808], [13_195, 0.0436821803]]], // prettier-ignore
    // Its count of frames counts its own frame as well, and is no sign that one is missing.
    ['mp3/counts-itself.mp3', 76_079, [[1000, 0.0941702276], [38_039, -0.166003615], [75_979, 0]]], // prettier-ignore
    ['mp3/8khz-checked.mp3', 12_096, [[1000, 0.00335061084], [6048, 0.162222445], [11_996, -0.00218934054]]], // prettier-ignore
    ['mp3/layer2.mp2', 13_824, [[1000, -0.17386204], [6912, 0.295095921], [13_724, -0.00366078038]]], // prettier-ignore
    ['mp3/trailing.mp3', 29_952, []], // ffmpeg's length; libsndfile does not read it
  ])('%s', async (name, length, values) => {
    await expectSamples(fixture(name), length, values, 2e-6);
    expect(await fileWarnings(fixture(name))).toEqual([]);
  });
});

const APE = Buffer.concat([
  Buffer.from('APETAGEX\xd0\x07\0\0\x40\0\0\0\x01\0\0\0\0\0\0\xa0\0\0\0\0\0\0\0\0', 'latin1'),
  Buffer.alloc(32, 255),
]);

test.each<[string, Uint8Array]>([
  ['zeros', new Uint8Array(3000)],
  ['an ID3v1 tag', Buffer.from('TAG'.padEnd(128, ' '))],
  ['an APE tag', APE],
  ['a Lyrics3 tag', Buffer.from('LYRICSBEGININD0000200LYR00005la la000032LYRICS200')],
  ['an ID3v2 tag', join(Uint8Array.of(0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 40), new Uint8Array(40).fill(255))],
])('%s behind the frames is passed over, and between two files', async (_name, tail) => {
  const { samples } = await decodeAudio(vbr);
  expectSame((await decodeAudio(join(vbr, tail))).samples, samples);
  expect(await fileWarnings(join(vbr, tail))).toEqual([]);
  const twice = (await decodeAudio(join(vbr, tail, vbr))).samples;
  expectSame(twice.subarray(0, samples.length), samples);
  expectSame(twice.subarray(-samples.length), samples);
});

test('two files, one behind the other, are read as one, each without what its encoder put around it', async () => {
  const two = await decodeAudio(fixture('mp3/two.mp3'));
  const { samples } = await decodeAudio(vbr); // the second one
  expect(two.samples).toHaveLength(2 * samples.length);
  expectSame(two.samples.subarray(samples.length), samples);
});

test('files of different rates, one behind the other, are refused', async () => {
  expect(await refusal(join(vbr, checked))).toMatch(/sample rate or channel count changes on the way/);
});

test('free format is refused in words', async () => {
  expect(await refusal(fixture('mp3/free-format.mp3'))).toMatch(/an MP3 in free format/);
});

describe('damage', () => {
  test('any wrong bit in frames whose encoder left a checksum of them is told of', async () => {
    const sound = 800; // behind the frame with the checksum
    for (let at = sound; at < vbr.length; at += 97) {
      const bytes = vbr.slice();
      bytes[at] ^= 32;
      expect(await said(bytes)).toMatch(/damaged/i);
    }
  });

  test('wrong bits in headers are told of, with the number of frames', async () => {
    const bytes = checked.slice();
    const frame = 144; // bytes, at 16 kbit/s and 8 kHz
    bytes[5 * frame] ^= 64;
    expect(await fileWarnings(bytes)).toEqual([
      expect.stringMatching(/^Damaged: [12] of its \d+ MP3 frames are corrupt/),
    ]);
    for (let at = 0; at + frame < bytes.length; at += 4 * frame) bytes[at + 7] ^= 255;
    expect(await refusal(bytes)).toMatch(/it is damaged: \d+ of its \d+ MP3 frames/);
  });

  test('bytes that are missing in the middle are told of', async () => {
    for (const count of [50, 144, 300]) {
      const bytes = join(checked.subarray(0, 1000), checked.subarray(1000 + count));
      expect(await said(bytes)).toMatch(/damaged/i);
    }
  });

  test('cut short: what is whole is used where a second is left, with what is missing', async () => {
    const long = fixture('mp3/counts-itself.mp3'); // 1.7 s
    expect(await fileWarnings(long.subarray(0, 12_000))).toEqual([
      expect.stringMatching(/^Cut short: 0\.\d\d of 1\.\d\d s are missing/),
    ]);
    expect(await refusal(long.subarray(0, 5000))).toMatch(/cut short: 1\.\d\d of 1\.\d\d s are missing/);
    expect(await fileWarnings(checked.subarray(0, -50))).toEqual([
      expect.stringMatching(/^Cut short: \d+ bytes of its last frame are missing/),
    ]);
  });

  /** The refusal, or the warnings. */
  async function said(bytes: Uint8Array): Promise<string> {
    return fileWarnings(bytes).then(
      (warnings) => warnings.join(' '),
      (error: Error) => error.message,
    );
  }
});
