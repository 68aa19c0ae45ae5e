import { describe, expect, test } from 'vitest';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import { decodeAudio } from '../../../src/data/audio/read.ts';
import { SerError } from '../../../src/error.ts';
import { createRandom } from '../../../src/random.ts';
import { buildWav, chunk, format } from './wavBuilder.ts';

/** The four extremes of each format and what they are worth. */
const FORMATS: [name: string, tag: number, bits: number, write: (view: DataView, at: number) => void, value: number][] =
  [
    ['8 bits, lowest', 1, 8, (v, at) => v.setUint8(at, 0), -1],
    ['8 bits, silence', 1, 8, (v, at) => v.setUint8(at, 128), 0],
    ['8 bits, highest', 1, 8, (v, at) => v.setUint8(at, 255), 127 / 128],
    ['16 bits, lowest', 1, 16, (v, at) => v.setInt16(at, -32768, true), -1],
    ['16 bits, highest', 1, 16, (v, at) => v.setInt16(at, 32767, true), 32767 / 32768],
    ['16 bits, one step', 1, 16, (v, at) => v.setInt16(at, 1, true), 1 / 32768],
    ['24 bits, lowest', 1, 24, (v, at) => v.setUint8(at + 2, 0x80), -1],
    ['24 bits, minus one step', 1, 24, (v, at) => [0, 1, 2].forEach((i) => v.setUint8(at + i, 255)), -1 / 8388608],
    ['24 bits, half', 1, 24, (v, at) => v.setUint8(at + 2, 0x40), 0.5],
    ['32 bits, lowest', 1, 32, (v, at) => v.setInt32(at, -2147483648, true), -1],
    ['32 bits, quarter', 1, 32, (v, at) => v.setInt32(at, 0x20000000, true), 0.25],
    ['float 32', 3, 32, (v, at) => v.setFloat32(at, -0.7, true), Math.fround(-0.7)],
    ['float 32 beyond full scale', 3, 32, (v, at) => v.setFloat32(at, 1.5, true), 1.5],
    ['float 64', 3, 64, (v, at) => v.setFloat64(at, 0.1, true), Math.fround(0.1)],
  ];

const message = async (bytes: Uint8Array, maxSeconds?: number): Promise<string> => {
  const error: unknown = await decodeAudio(bytes, 'clip', { maxSeconds }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SerError);
  return (error as SerError).message;
};

const pcm16 = (values: number[]): Uint8Array => new Uint8Array(new Int16Array(values).buffer);

describe('sample formats', () => {
  for (const extensible of [false, true]) {
    test.each(FORMATS)(`%s${extensible ? ', extensible' : ''}`, async (_name, tag, bits, write, value) => {
      const samples = new Uint8Array((3 * bits) / 8);
      write(new DataView(samples.buffer), bits / 8); // the second of three samples
      const decoded = await decodeAudio(buildWav(format({ tag, bits, extensible }), chunk('data', samples)));
      expect(decoded.samples).toHaveLength(3);
      expect(decoded.samples[1]).toBe(value);
    });
  }

  test('several channels become their mean, at the rate of the header', async () => {
    const data = pcm16([100, 200, 600, -3, -3, -3]);
    const audio = await decodeAudio(buildWav(format({ channels: 3, sampleRate: 44_100 }), chunk('data', data)));
    expect([...audio.samples]).toEqual([300 / 32768, -3 / 32768]);
    expect(audio).toMatchObject({ channels: 3, sampleRate: 44_100, seconds: 2 / 44_100 });
  });

  test('what is written is read back, clipped at full scale', async () => {
    const values = [0, 0.5, -0.5, 1 / 32768, -1, 2, -2];
    const { samples, sampleRate } = await decodeAudio(encodeWav(values, 8000));
    expect([...samples]).toEqual([0, 0.5, -0.5, 1 / 32768, -1, 32767 / 32768, -1]);
    expect(sampleRate).toBe(8000);
  });
});

describe('containers', () => {
  const data = pcm16([1, 2, 3]);
  const three = [1 / 32768, 2 / 32768, 3 / 32768];

  test('other chunks are passed over, with their padding, before and after', async () => {
    const odd = chunk('LIST', new Uint8Array([1, 2, 3]));
    expect([...(await decodeAudio(buildWav(odd, format(), odd, chunk('data', data), odd))).samples]).toEqual(three);
  });

  test('bytes that are a view into a larger buffer', async () => {
    const wav = buildWav(format(), chunk('data', data));
    const larger = new Uint8Array(wav.length + 13).fill(77);
    larger.set(wav, 7);
    expect([...(await decodeAudio(larger.subarray(7, 7 + wav.length))).samples]).toEqual(three);
  });

  test.each([0, 0xffffffff, 0x7ffff000])('a streamed size of %i reads until the end', async (size) => {
    expect([...(await decodeAudio(buildWav(format(), chunk('data', data, size), { riffSize: size }))).samples]).toEqual(
      three,
    );
  });

  test('an empty data chunk in a header that is otherwise honest is empty, not the chunk behind it', async () => {
    const wav = buildWav(format(), chunk('data', new Uint8Array(0)), chunk('LIST', new Uint8Array(8)));
    expect(await message(wav)).toMatch('holds no samples');
  });

  test('RF64 takes the size from its ds64 chunk', async () => {
    const sizes = new Uint8Array(28);
    new DataView(sizes.buffer).setBigUint64(8, 6n, true);
    const tail = chunk('LIST', new Uint8Array(10));
    const wav = buildWav(chunk('ds64', sizes), format(), chunk('data', data, 0xffffffff), tail, { tag: 'RF64' });
    expect([...(await decodeAudio(wav)).samples]).toEqual(three);
  });

  test('half a frame at the end is left out', async () => {
    expect((await decodeAudio(buildWav(format({ channels: 2 }), chunk('data', data)))).samples).toHaveLength(1);
  });
});

describe('refused in words', () => {
  const data = chunk('data', pcm16([1, 2, 3, 4]));

  test.each<[string, RegExp, Uint8Array]>([
    ['nothing', /empty/, new Uint8Array(0)],
    ['a tag', /too few/, new TextEncoder().encode('RIFF')],
    ['another format', /not a WAV/, new TextEncoder().encode('RIFFxxxxAVI LIST')],
    ['big-endian', /RIFX/, buildWav(format(), data, { tag: 'RIFX' })],
    ['no fmt', /no "fmt "/, buildWav(data)],
    ['no data', /no "data"/, buildWav(format())],
    ['a short fmt', /needs 16/, buildWav(chunk('fmt ', new Uint8Array(10)), data)],
    ['0 channels', /0 channels/, buildWav(format({ channels: 0 }), data)],
    ['0 Hz', /0 samples a second/, buildWav(format({ sampleRate: 0 }), data)],
    ['4 GHz', /768,000/, buildWav(format({ sampleRate: 0xffffffff }), data)],
    ['12 bits', /12 bits/, buildWav(format({ bits: 12 }), data)],
    ['a block that does not fit', /contradicts/, buildWav(format({ blockAlign: 3 }), data)],
    ['A-law', /A-law.*ffmpeg/, buildWav(format({ tag: 6, bits: 8 }), data)],
    [
      'a chunk larger than the file',
      /claims 4294967280 bytes/,
      buildWav(chunk('junk', new Uint8Array(4), 0xfffffff0), data),
    ],
    ['missing samples', /cut short: 92 of 100 bytes/, buildWav(format(), chunk('data', pcm16([1, 2, 3, 4]), 100))],
    [
      'a data size near 4 GiB',
      /cut short: 4294967278/,
      buildWav(format(), chunk('data', pcm16([1, 2, 3, 4]), 0xfffffff6)),
    ],
  ])('%s', async (_name, expected, bytes) => {
    expect(await message(bytes)).toMatch(expected);
  });

  test.each([NaN, Infinity, -Infinity])('a sample of %f', async (bad) => {
    const samples = new Uint8Array(new Float32Array([0, 0.5, bad]).buffer);
    expect(await message(buildWav(format({ tag: 3, bits: 32 }), chunk('data', samples)))).toMatch(
      'sample 2 is not a finite',
    );
  });

  test('a double that is too large for a float', async () => {
    const samples = new Uint8Array(new Float64Array([1e300]).buffer);
    expect(await message(buildWav(format({ tag: 3, bits: 64 }), chunk('data', samples)))).toMatch('not a finite');
  });

  test('longer than the limit', async () => {
    expect(await message(encodeWav(new Float32Array(16_000), 8000), 1)).toMatch('longer than the limit of 1 s');
  });
});

test('whatever the header says, it decodes to finite samples or throws a SerError', async () => {
  const random = createRandom('hostile headers');
  const valid = [
    encodeWav(new Float32Array(50).fill(0.1), 16_000),
    buildWav(format({ tag: 3, bits: 32, extensible: true, channels: 2 }), chunk('data', new Uint8Array(400))),
  ];
  let refused = 0;
  for (let i = 0; i < 4000; i++) {
    const bytes = valid[i % 2].slice(0, i % 3 === 0 ? random.integer(valid[i % 2].length) : undefined);
    for (let k = random.integer(4); k >= 0 && bytes.length > 0; k--) {
      bytes[random.integer(Math.min(bytes.length, 80))] = random.uniform() < 0.3 ? 255 : random.integer(256);
    }
    try {
      const { samples, sampleRate } = await decodeAudio(bytes);
      expect(samples.length).toBeLessThanOrEqual(bytes.length);
      expect(samples.every(Number.isFinite)).toBe(true);
      expect(sampleRate).toBeGreaterThan(0);
    } catch (error) {
      if (!(error instanceof SerError)) throw error;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(1000);
  expect(refused).toBeLessThan(4000);
});
