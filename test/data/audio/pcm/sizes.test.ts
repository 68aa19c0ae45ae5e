import { describe, expect, test } from 'vitest';
import { encodeWav } from '../../../../src/data/audio/pcm/wav.ts';
import { decodeAudio } from '../../../../src/data/audio/read.ts';
import { SerError } from '../../../../src/error.ts';
import { buildWav, chunk, format } from '../wavBuilder.ts';
import { encodeSamples, type Stored, WRITERS } from './containers.ts';

const COUNT = 20_000; // 1.25 s
const samples = Float32Array.from({ length: COUNT }, (_, i) => Math.round(9000 + 9000 * Math.sin(i / 9)) / 32768);
const wav = encodeWav(samples, 16_000);
const BYTES = 2 * COUNT;

/** Much faster than `toEqual`. */
function expectSame(actual: Float32Array, expected: Float32Array): void {
  expect(actual).toHaveLength(expected.length);
  expect(actual.findIndex((value, i) => value !== expected[i])).toBe(-1);
}

/** The file with other sizes in its header. */
function sized(data: number, riff = wav.length - 8, file = wav): Uint8Array {
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(4, riff, true);
  view.setUint32(40, data, true);
  return bytes;
}

describe('a data size that nobody meant is read to the end of the file, without a warning', () => {
  test.each([
    ['none, and a header of zeros', 0, 0],
    ['none, in a header that is otherwise honest', 0, BYTES + 36],
    ['all ones, as FFmpeg leaves it', 0xffffffff, 0xffffffff],
    ['all ones less the header', 0xffffffff - 36, 0xffffffff],
    ['the largest signed number', 0x7fffffff, 0x7fffffff],
    ['that, less the header', 0x7fffffff - 36, 0x7fffffff],
    ['2 GiB', 0x80000000, 0x80000024],
    ['2 GiB less 256 bytes, as arecord leaves it', 0x7fffff00, 0x7fffff24],
    ['2 GiB less a page, as SoX leaves it', 0x7ffff000, 0x7ffff024],
    ['a little less than 4 GiB', 0xfffffff6, 0xffffffff],
    ['two thousand million', 2e9, 2e9 + 36],
    ['a thousand million', 1e9, 1e9 + 36],
    ['3 GB', 3_123_456_789, 12_345],
    ['the header counted with the samples', BYTES + 44, BYTES + 80],
    ['the header but for its first 8 bytes', BYTES + 36, BYTES + 36],
    ['8 bytes too many', BYTES + 8, BYTES + 44],
  ])('%s', async (_name, data, riff) => {
    const decoded = await decodeAudio(sized(data, riff), 'clip', { strict: true });
    expect(decoded.warnings).toEqual([]);
    expectSame(decoded.samples, samples);
  });

  test('a header of another length, counted with the samples', async () => {
    const extensible = format({ extensible: true });
    const body = wav.subarray(44);
    for (const excess of [extensible.length + 20, extensible.length + 12]) {
      const decoded = await decodeAudio(buildWav(extensible, chunk('data', body, BYTES + excess)), 'clip', {
        strict: true,
      });
      expect(decoded.warnings).toEqual([]);
      expectSame(decoded.samples, samples);
    }
  });
});

describe('a data size a little beyond the end', () => {
  test.each([2, 10, 100, 300])('%i bytes: read, with a warning', async (excess) => {
    const decoded = await decodeAudio(sized(BYTES + excess));
    expectSame(decoded.samples, samples);
    expect(decoded.warnings).toEqual([
      `Cut short: ${excess / 2} of ${COUNT + excess / 2} samples are missing. The rest was used.`,
    ]);
    await expect(decodeAudio(sized(BYTES + excess), 'clip', { strict: true })).rejects.toThrow('it is cut short');
  });

  test('less than a sample is nothing', async () => {
    expect((await decodeAudio(sized(BYTES + 1))).warnings).toEqual([]);
  });

  test('of a recording that is shorter than a second likewise', async () => {
    const half = encodeWav(samples.subarray(0, 8000), 16_000);
    const decoded = await decodeAudio(sized(16_020, 16_056, half));
    expect(decoded.samples).toHaveLength(8000);
    expect(decoded.warnings).toEqual([expect.stringMatching(/^Cut short: 10 of 8010 samples/)]);
  });
});

describe('a file that is cut short', () => {
  test('what is whole is used where a second is left, and the warning says how much is missing', async () => {
    const decoded = await decodeAudio(wav.subarray(0, 44 + 2 * 16_800 + 1));
    expectSame(decoded.samples, samples.subarray(0, 16_800));
    expect(decoded.warnings).toEqual(['Cut short: 0.20 of 1.25 s are missing. The rest was used.']);
  });

  test('strict refuses it', async () => {
    const cut = wav.subarray(0, 44 + 2 * 16_800);
    await expect(decodeAudio(cut, 'clip', { strict: true })).rejects.toThrow(
      'clip: it is cut short: 0.20 of 1.25 s are missing',
    );
  });

  test('less than a second is refused', async () => {
    await expect(decodeAudio(wav.subarray(0, 44 + 2 * 15_990))).rejects.toThrow(
      'it is cut short: 0.25 of 1.25 s are missing',
    );
  });

  test('a size of hours that are not there', async () => {
    const decoded = await decodeAudio(sized(500_000_000, 500_000_036));
    expectSame(decoded.samples, samples);
    expect(decoded.warnings).toEqual([expect.stringMatching(/^Cut short: 15623\.75 of 15625\.00 s are missing/)]);
  });

  test('in the header, or right behind it', async () => {
    for (const length of [4, 11, 12, 20, 36, 43]) {
      await expect(decodeAudio(wav.subarray(0, length))).rejects.toBeInstanceOf(SerError);
    }
    await expect(decodeAudio(wav.subarray(0, 44))).rejects.toThrow('cut short: 1.25 of 1.25 s are missing');
  });
});

describe.each(Object.entries(WRITERS))('%s', (container, write) => {
  const stored: Stored = { encoding: 'signed', width: 2, littleEndian: !['RIFX', 'AIFF'].includes(container) };
  const whole = new Uint8Array(write(encodeSamples(samples, stored), stored, { channels: 1, sampleRate: 16_000 })!);

  test('cut short: what is whole is used where a second is left, with a warning; strict refuses', async () => {
    // The SSND chunk of AIFF stands first here: what says how it is stored is lost with it.
    const file = container === 'AIFF' ? aiffInOrder(whole) : whole;
    const cut = file.subarray(0, file.length - 2 * 3200);
    const decoded = await decodeAudio(cut);
    expectSame(decoded.samples, samples.subarray(0, COUNT - 3200));
    expect(decoded.warnings).toEqual(['Cut short: 0.20 of 1.25 s are missing. The rest was used.']);
    await expect(decodeAudio(cut, 'clip', { strict: true })).rejects.toThrow('cut short: 0.20 of 1.25 s are missing');
    await expect(decodeAudio(file.subarray(0, file.length - 2 * 4001))).rejects.toThrow('cut short: 0.25 of 1.25 s');
  });
});

/** The COMM chunk, with its samples behind it. */
function aiffInOrder(file: Uint8Array): Uint8Array {
  const common = file.subarray(file.length - 32);
  return new Uint8Array([...file.subarray(0, 12), ...common, ...file.subarray(12, file.length - 32 - 10)]);
}

describe('sizes that programs leave behind when they write into a pipe', () => {
  const data = encodeSamples(samples, { encoding: 'signed', width: 2, littleEndian: false });
  const header = (text: string, ...numbers: number[]): number[] => [
    ...new TextEncoder().encode(text),
    ...numbers.flatMap((value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255)),
  ];
  const rate = [0x40, 0x0c, 0xfa, 0, 0, 0, 0, 0, 0, 0];
  const aiff = (size: number): number[] => [
    ...header('FORM', size),
    ...header('AIFFCOMM', 18),
    ...[0, 1, 0, 0, 0, 0, 0, 16, ...rate],
    ...header('SSND', size, 0, 0),
    ...data,
  ];
  const au = (size: number): number[] => [...header('.snd', 24, size, 3, 16_000, 1), ...data];
  const caf = (high: number, low: number): number[] => [
    ...[...header('caff', 0x10000), ...header('desc', 0, 32, 0x40cf4000, 0), ...header('lpcm', 0, 2, 1, 1, 16)],
    ...[...header('data', high, low, 0), ...data],
  ];
  const sphere = (line: string): number[] => [
    ...new TextEncoder().encode(
      `NIST_1A\n   1024\n${line}sample_rate -i 16000\nsample_byte_format -s2 10\nend_head\n`.padEnd(1024),
    ),
    ...data,
  ];
  test.each([
    ['AIFF, 0', aiff(0)],
    ['AIFF, 8', aiff(8)],
    ['AIFF, 0x7F000008 (SoX)', aiff(0x7f000008)],
    ['AIFF, all ones', aiff(0xffffffff)],
    ['AU, all ones', au(0xffffffff)],
    ['AU, 0', au(0)],
    ['AU, 0x7FFFFFFF', au(0x7fffffff)],
    ['AU, the header counted too', au(BYTES + 24)],
    ['CAF, −1', caf(0xffffffff, 0xffffffff)],
    ['CAF, 0', caf(0, 0)],
    ['SPHERE without a count', sphere('')],
    ['SPHERE, 0', sphere('sample_count -i 0\n')],
    ['SPHERE, −1', sphere('sample_count -i -1\n')],
  ])('%s', async (_name, bytes) => {
    const decoded = await decodeAudio(new Uint8Array(bytes), 'clip', { strict: true });
    expectSame(decoded.samples, samples);
    expect(decoded.warnings).toEqual([]);
  });
});
