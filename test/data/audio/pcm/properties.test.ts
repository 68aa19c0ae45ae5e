import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ByteSource } from '../../../../src/data/audio/format.ts';
import { decodeAudio, streamRecording } from '../../../../src/data/audio/read.ts';
import { SerError } from '../../../../src/error.ts';
import { createRandom } from '../../../../src/random.ts';
import { buildWav, chunk, format } from '../wavBuilder.ts';
import { encodeSamples, ENCODINGS, precision, WRITERS } from './containers.ts';

const folder = new URL('../../../fixtures/audio/pcm/', import.meta.url);
const FIXTURES = readdirSync(folder).filter((name) => !name.endsWith('.json'));
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));

describe.each(Object.entries(WRITERS))('%s', (container, write) => {
  test('every encoding of one signal has its samples, each within the precision of the encoding', async () => {
    const random = createRandom(`pcm/${container}`);
    let written = 0;
    for (const stored of ENCODINGS) {
      for (const channels of [1, 2, 3]) {
        const frames = 50 + random.integer(50);
        const signal = Float32Array.from({ length: frames * channels }, () => 2 * random.uniform() - 1);
        signal.set([1, -1, 0, 1e-3, -1e-3]);
        const sampleRate = 8000 + random.integer(40_000);
        const bytes = write(encodeSamples(signal, stored), stored, { channels, sampleRate });
        if (!bytes) continue;
        written++;
        const { samples, ...facts } = await decodeAudio(new Uint8Array(bytes));
        expect(facts).toMatchObject({ sampleRate, channels, seconds: frames / sampleRate, warnings: [] });
        samples.forEach((sample, frame) => {
          const truth = signal.subarray(channels * frame, channels * (frame + 1));
          const mean = truth.reduce((sum, x) => sum + x, 0) / channels;
          const allowed = truth.reduce((sum, x) => sum + precision(stored, x), 0) / channels;
          expect(Math.abs(sample - mean)).toBeLessThanOrEqual(allowed);
        });
      }
    }
    expect(written).toBeGreaterThanOrEqual(20);
  });
});

describe('whatever the bytes are, there are finite samples or a SerError', () => {
  /** Bytes at which headers have counts and sizes, mostly. */
  const HEADER = 120;

  test.each(FIXTURES)('%s with bytes changed, cut and put in', async (name) => {
    const random = createRandom(`damage/${name}`);
    const good = fixture(name);
    for (let i = 0; i < 60; i++) {
      let bytes = i % 3 === 0 ? good.slice(0, random.integer(good.length)) : good.slice();
      for (let k = random.integer(4); k >= 0 && bytes.length > 4; k--) {
        const at = 4 + random.integer(Math.min(bytes.length, i % 2 ? HEADER : Infinity) - 4);
        bytes[at] = [0, 1, 127, 128, 255, random.integer(256)][random.integer(6)];
      }
      if (i % 5 === 0) bytes = new Uint8Array([...bytes.subarray(0, 30), 0, 0, 1, ...bytes.subarray(30)]);
      const { samples } = await decodeAudio(bytes).catch((error: unknown) => {
        if (error instanceof SerError && !error.message.includes('its decoder failed')) return { samples: undefined };
        throw error;
      });
      if (!samples) continue;
      expect(samples.length).toBeLessThanOrEqual(2 * bytes.length);
      expect(samples.every(Number.isFinite)).toBe(true);
    }
  });

  test('a file of nothing but chunks ends soon', async () => {
    const empty = chunk('data', new Uint8Array(0));
    const many = new Uint8Array(12 + 20_000 * empty.length);
    many.set(buildWav());
    for (let at = 12; at < many.length; at += empty.length) many.set(empty, at);
    const start = performance.now();
    await expect(decodeAudio(many)).rejects.toThrow('more than 10000 chunks');
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

/** A file of that size on a disk that does not exist: a beginning, and zeros. */
function endless(beginning: Uint8Array, size: number): ByteSource & { largest: number; total: number } {
  const source = {
    size,
    largest: 0,
    total: 0,
    read: (at: number, count: number): Uint8Array => {
      source.largest = Math.max(source.largest, count);
      source.total += count;
      const bytes = new Uint8Array(Math.max(0, Math.min(count, size - at)));
      bytes.set(beginning.subarray(at, at + count));
      return bytes;
    },
  };
  return source;
}

describe('five gigabytes are never held', () => {
  const SIZE = 5 * 2 ** 30;
  const files: [string, Uint8Array][] = [
    ...['pipe.au', 'pipe.caf', 'pipe.aiff', 'pipe.w64', '16.rf64'].map((name): [string, Uint8Array] => [
      name,
      fixture(name),
    ]),
    ['WAV', buildWav(format(), chunk('data', new Uint8Array(10), 0xffffffff))],
    [
      'IMA ADPCM',
      buildWav(format({ tag: 0x11, bits: 4, blockAlign: 65_535 }), chunk('data', new Uint8Array(10), 0xffffffff)),
    ],
    ['256 channels', buildWav(format({ channels: 256 }), chunk('data', new Uint8Array(10), 0xffffffff))],
  ];
  // The size of RF64 is in its ds64 chunk.
  new DataView(files[4][1].buffer).setBigUint64(28, 2n ** 64n - 1n, true);

  test.each(files)('%s: refused by its header', async (_name, beginning) => {
    const source = endless(beginning, SIZE);
    await expect(decodeAudio(source, 'clip', { maxSeconds: 10 })).rejects.toMatchObject({ code: 'limit' });
    expect(source.total).toBeLessThan(200_000);
  });

  test.each(files)('%s: read in blocks', async (_name, beginning) => {
    const source = endless(beginning, SIZE);
    const blocks = streamRecording(source, 'clip', { maxSeconds: Infinity });
    for (let i = 0; i < 3; i++) expect((await blocks.next()).done).toBe(false);
    expect(source.largest).toBeLessThan(2 ** 20);
    await blocks.return(undefined as never);
  });
});
