import { describe, expect, test } from 'vitest';
import { decodeAudio } from '../../../../src/data/audio/read.ts';
import { expectSame, expectSamples, fileWarnings, fixture, join, refusal } from './known.ts';

const first = fixture('ogg/first-link.ogg');
const second = fixture('ogg/second-link.ogg');
const chained = fixture('ogg/chained.ogg');
const LONG = fixture('ogg/8khz.ogg'); // 1.2 s

describe('Ogg Vorbis has the samples of libsndfile or ffmpeg', () => {
  test.each<[string, number, [number, number][]]>([
    ['ogg/first-link.ogg', 13_230, [[1000, -0.0425461642], [6615, 0.000482972246], [13_130, -0.0177817494]]], // prettier-ignore
    ['ogg/second-link.ogg', 13_230, [[1000, -0.0451552048], [6615, 0.00661604526], [13_130, -0.0205263346]]], // prettier-ignore
    [
      'ogg/8khz.ogg',
      9600,
      [
        [1000, -0.398210436],
        [4800, -0.121395186],
        [9500, 0.386505246],
      ],
    ],
    ['ogg/6channels.ogg', 800, [[200, 0.00140539312], [400, -0.393653631], [700, -0.110705726]]], // prettier-ignore
    ['ogg/trailing.ogg', 13_230, [[1000, -0.0452773757], [6615, -0.00136530166], [13_130, -0.0249480754]]], // prettier-ignore
    // A Skeleton stream, which libsndfile does not read, beside that of the sound.
    [
      'ogg/skeleton.ogg',
      19_200,
      [
        [1000, 0.37044016],
        [9600, -0.010423315],
      ],
    ],
    // Cut out of a longer file without encoding it anew: as long as oggdec's, with the values of ffmpeg, which gives 512 more.
    ['ogg/cut.ogg', 21_504, [[1000, 0.120134838], [10_752, -0.248349264], [21_000, 0.267116427]]], // prettier-ignore
  ])('%s', async (name, length, values) => {
    await expectSamples(fixture(name), length, values, 1e-6);
    expect(await fileWarnings(fixture(name))).toEqual([]);
  });
});

test('of a chained file every link is decoded, each with its own headers', async () => {
  const [one, two, both] = await Promise.all([first, second, chained].map((bytes) => decodeAudio(bytes)));
  expect([...both.samples]).toEqual([...one.samples, ...two.samples]);
  const twice = await decodeAudio(join(first, first));
  expect([...twice.samples]).toEqual([...one.samples, ...one.samples]);
});

test('links of different rates or channel counts are refused', async () => {
  expect(await refusal(join(first, LONG))).toMatch(/sample rate or channel count changes on the way/);
});

test.each<[string, Uint8Array]>([
  ['zeros', new Uint8Array(5000)],
  ['an ID3v1 tag', new Uint8Array(Buffer.from('TAG'.padEnd(128, ' ')))],
])('%s behind the last page are passed over, an ID3v2 tag before the first one too', async (_name, tail) => {
  const tagged = join(Uint8Array.of(0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 20), new Uint8Array(20), first, tail);
  expectSame((await decodeAudio(tagged)).samples, (await decodeAudio(first)).samples);
  expect(await fileWarnings(tagged)).toEqual([]);
});

describe('refused, or told of', () => {
  test('a wrong bit in any page', async () => {
    for (let at = 30; at < LONG.length; at += 233) {
      const bytes = LONG.slice();
      bytes[at] ^= 4;
      expect(await refusal(bytes)).toMatch(
        /it is damaged: (the Ogg page|no Ogg page begins) at byte \d+|not an audio file/,
      );
    }
  });

  test('a header that is damaged, without the names of functions', async () => {
    expect(await refusal(fixture('ogg/damaged-header.ogg'))).toMatch(/: it is damaged: the Ogg page at byte 0 does not match its checksum$/); // prettier-ignore
  });

  test('a last page that is missing', async () => {
    const long = join(first, first, first, first, first);
    const cut = long.subarray(0, -100);
    expect(await fileWarnings(cut)).toEqual([
      expect.stringMatching(/^Cut short: its last page is missing, after 1\.\d\d s\. The rest was used\.$/),
    ]);
    expect(await refusal(cut, { strict: true })).toMatch(/cut short: its last page is missing/);
    expect(await refusal(first.subarray(0, -100))).toMatch(/cut short: its last page is missing/);
  });

  test('headers alone', async () => {
    expect(await refusal(first.subarray(0, 1000))).toMatch(/cut short: an Ogg file without its headers/);
  });
});
