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

  test('an empty data chunk in a header that is otherwise honest is empty, not the chunk behind it', async () => {
    const wav = buildWav(format(), chunk('data', new Uint8Array(0)), chunk('LIST', new Uint8Array(8)));
    expect(await message(wav)).toMatch('contains no samples');
  });

  test.each(['RF64', 'BW64'])('%s takes the size from its ds64 chunk', async (tag) => {
    const sizes = new Uint8Array(28);
    new DataView(sizes.buffer).setBigUint64(8, 6n, true);
    const tail = chunk('LIST', new Uint8Array(10));
    const wav = buildWav(chunk('ds64', sizes), format(), chunk('data', data, 0xffffffff), tail, { tag });
    expect([...(await decodeAudio(wav)).samples]).toEqual(three);
  });

  test.each([0n, 2n ** 64n - 1n, 2n ** 63n - 1n, 0xffffffffn])(
    'a ds64 chunk that says %i reads to the end',
    async (size) => {
      const sizes = new Uint8Array(28);
      new DataView(sizes.buffer).setBigUint64(8, size, true);
      const wav = buildWav(chunk('ds64', sizes), format(), chunk('data', data, 0xffffffff), { tag: 'RF64' });
      expect([...(await decodeAudio(wav)).samples]).toEqual(three);
      expect([
        ...(await decodeAudio(buildWav(format(), chunk('data', data, 0xffffffff), { tag: 'RF64' }))).samples,
      ]).toEqual(three);
    },
  );

  test('several data chunks are one recording, also in a list, and in front of the fmt chunk', async () => {
    const [first, rest] = [chunk('data', data.subarray(0, 2)), chunk('data', data.subarray(2))];
    const other = chunk('LIST', new Uint8Array(7));
    const list = chunk('LIST', new Uint8Array([...new TextEncoder().encode('wavl'), ...first, ...rest]));
    for (const wav of [
      buildWav(format(), first, other, rest),
      buildWav(format(), list),
      buildWav(first, rest, format()),
    ]) {
      expect([...(await decodeAudio(wav)).samples]).toEqual(three);
    }
  });

  test('a list of data chunks that leaves out silence is refused', async () => {
    const parts = [chunk('data', data), chunk('slnt', new Uint8Array([100, 0, 0, 0]))].flatMap((part) => [...part]);
    const list = chunk('LIST', new Uint8Array([...new TextEncoder().encode('wavl'), ...parts]));
    expect(await message(buildWav(format(), list))).toMatch('periods of silence');
  });

  test('a chunk of odd size that was not padded', async () => {
    const unpadded = chunk('LIST', new Uint8Array(5)).subarray(0, 13);
    expect([...(await decodeAudio(buildWav(unpadded, format(), unpadded, chunk('data', data)))).samples]).toEqual(
      three,
    );
  });

  test('a chunk behind the samples that is cut short is not missed', async () => {
    for (const tail of [
      chunk('LIST', new Uint8Array(40)).subarray(0, 30),
      new Uint8Array([1, 2, 3]),
      new Uint8Array(50),
    ]) {
      const wav = buildWav(format(), chunk('data', data), tail);
      expect(await decodeAudio(wav)).toMatchObject({ samples: new Float32Array(three), warnings: [] });
    }
  });

  test('20 bits lie at the top of three bytes, or of four where the block says so; 16 bits always in two', async () => {
    const decoded = async (bits: number, blockAlign: number, values: number[]): Promise<number[]> => [
      ...(await decodeAudio(buildWav(format({ bits, blockAlign }), chunk('data', new Uint8Array(values))))).samples,
    ];
    expect(await decoded(20, 3, [0, 0, 0x40, 0, 0, 0xc0])).toEqual([0.5, -0.5]);
    expect(await decoded(20, 4, [0, 0, 0, 0x40, 0, 0, 0, 0xc0])).toEqual([0.5, -0.5]);
    expect(await decoded(24, 4, [0, 0, 0, 0x40, 0, 0, 0, 0xc0])).toEqual([0.5, -0.5]);
    expect(await decoded(12, 2, [0, 0x40, 0, 0xc0])).toEqual([0.5, -0.5]);
    for (const blockAlign of [0, 1, 3, 4])
      expect(await decoded(16, blockAlign, [0, 0x40, 0, 0xc0])).toEqual([0.5, -0.5]);
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
    ['no fmt', /no "fmt "/, buildWav(data)],
    ['no data', /no "data"/, buildWav(format())],
    ['a short fmt', /needs 16/, buildWav(chunk('fmt ', new Uint8Array(10)), data)],
    ['0 channels', /0 channels/, buildWav(format({ channels: 0 }), data)],
    ['0 Hz', /0 samples per second/, buildWav(format({ sampleRate: 0 }), data)],
    ['4 GHz', /768,000/, buildWav(format({ sampleRate: 0xffffffff }), data)],
    ['40 bits', /40 bits/, buildWav(format({ bits: 40 }), data)],
    ['ADPCM in blocks of nothing', /contradicts/, buildWav(format({ tag: 0x11, bits: 4, blockAlign: 4 }), data)],
    ['GSM', /GSM 6\.10.*ffmpeg/, buildWav(format({ tag: 0x31, bits: 0 }), data)],
    ['an encoding without a name', /encoding 0x1234/, buildWav(format({ tag: 0x1234 }), data)],
    [
      'a chunk larger than the file',
      /claims 4294967280 bytes/,
      buildWav(chunk('junk', new Uint8Array(4), 0xfffffff0), data),
    ],
    ['missing samples', /cut short: 46 of 50 samples/, buildWav(format(), chunk('data', pcm16([1, 2, 3, 4]), 100))],
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
