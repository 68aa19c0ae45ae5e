import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../../src/files/csv.ts';
import { loadAudio, streamAudio } from '../../../src/data/audio/load.ts';
import { streamRecording } from '../../../src/data/audio/read.ts';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import { librosa186 } from '../../../src/features/index.ts';
import { createRandom } from '../../../src/random.ts';
import { buildWav, chunk, format } from './wavBuilder.ts';
import { SER } from '../../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-stream-'));
afterAll(() => rmSync(folder, { recursive: true }));

const node = promisify(execFile);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const file = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const noise = (length: number): Float32Array => {
  const random = createRandom('stream');
  return Float32Array.from({ length }, () => 0.2 * random.normal());
};

async function collect(blocks: AsyncIterable<Float32Array>): Promise<Float32Array[]> {
  const parts: Float32Array[] = [];
  for await (const block of blocks) parts.push(block);
  return parts;
}

async function expectSame(blocks: AsyncIterable<Float32Array>, whole: Float32Array): Promise<Float32Array[]> {
  const parts = await collect(blocks);
  expect(parts.reduce((sum, part) => sum + part.length, 0)).toBe(whole.length);
  let largest = 0;
  let at = 0;
  for (const part of parts) for (const x of part) largest = Math.max(largest, Math.abs(x - whole[at++]));
  expect(largest).toBeLessThan(1e-6);
  return parts;
}

describe('a recording in blocks is the recording as a whole', () => {
  it.each(['tone.flac', 'stereo24.flac', 'tone.mp3', 'stereo.mp3', 'tone.ogg'])('%s', async (name) => {
    const path = here(`../../fixtures/audio/${name}`);
    const whole = await loadAudio(path);
    await expectSame(streamAudio(path), whole);
    await expectSame(streamRecording(new Uint8Array(readFileSync(path))), whole);
  });

  it.each([16_000, 44_100, 48_000])('WAV of %i Hz, from the disk and from memory', async (rate) => {
    const bytes = encodeWav(noise(40 * rate), rate);
    const path = file(`${rate}.wav`, bytes);
    const whole = await loadAudio(path);
    const parts = await expectSame(streamAudio(path), whole);
    expect(parts.length).toBeGreaterThan(2);
    await expectSame(streamRecording(bytes), whole);
  });

  it('24 bits in stereo, chunks of other kinds before and after the samples', async () => {
    const random = createRandom('bytes');
    const samples = Uint8Array.from({ length: 6 * 100_000 }, () => 256 * random.uniform());
    const fmt = format({ bits: 24, channels: 2, sampleRate: 24_000 });
    const other = new Uint8Array(70_001);
    const path = file('24.wav', buildWav(chunk('JUNK', other), fmt, chunk('data', samples), chunk('LIST', other)));
    await expectSame(streamAudio(path), await loadAudio(path));
  });

  it('whoever has enough may stop early', async () => {
    const path = file('early.wav', encodeWav(noise(200_000), 16_000));
    for await (const block of streamAudio(path)) {
      expect(block.length).toBeGreaterThan(0);
      break;
    }
    await expectSame(
      streamAudio(here('../../fixtures/audio/tone.flac')),
      await loadAudio(here('../../fixtures/audio/tone.flac')),
    );
  });
});

describe('refused in words that name the file', () => {
  const refusal = async (blocks: AsyncIterable<Float32Array>, code = 'audio'): Promise<string> => {
    const error: unknown = await collect(blocks).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'SerError', code });
    return (error as Error).message;
  };

  it('a file that is not there', async () => {
    const path = join(folder, 'none.wav');
    expect(await refusal(streamAudio(path))).toBe(`${path}: cannot be read (there is no such file or folder)`);
  });

  it.each([
    ['empty', new Uint8Array(0), /it is empty/],
    ['text', new TextEncoder().encode('Dear diary'), /not an audio file/],
    ['cut short', encodeWav(noise(1000), 16_000).subarray(0, 1000), /cut short: 0\.03 of 0\.06 s are missing/],
    ['header only', encodeWav(noise(0), 16_000), /no samples/],
    [
      'a FLAC cut short',
      readFileSync(here('../../fixtures/audio/tone.flac')).subarray(0, -1000),
      /cut short: 0\.\d\d of 0\.50 s are missing/,
    ],
  ])('%s', async (name, bytes, reason) => {
    const path = file(name, bytes);
    expect(await refusal(streamAudio(path))).toMatch(reason);
    expect(await refusal(streamAudio(path))).toContain(`${path}: `);
    expect(await refusal(streamRecording(bytes, 'upload 7'))).toMatch(/^upload 7: /);
  });

  it('a float sample that is no number, by its place in the file', async () => {
    const samples = new Float32Array(150_000);
    samples[140_000] = Number.NaN;
    const fmt = format({ tag: 3, bits: 32 });
    const path = file('nan.wav', buildWav(fmt, chunk('data', new Uint8Array(samples.buffer))));
    expect(await refusal(streamAudio(path))).toMatch(/sample 140000 is not a finite number/);
  });

  it('more seconds than are allowed', async () => {
    const path = file('long.wav', encodeWav(noise(32_000), 16_000));
    expect(await refusal(streamAudio(path, { maxSeconds: 1.5 }), 'limit')).toMatch(/longer than the limit of 1\.5 s/);
    expect((await collect(streamAudio(path, { maxSeconds: 2 })))[0]).toHaveLength(32_000);
  });
});

it('an hour takes no more memory than a minute and a half', { timeout: 120_000 }, async () => {
  // Second n holds nothing but the 16-bit value n.
  const path = join(folder, 'hour.wav');
  const header = encodeWav([], 16_000);
  new DataView(header.buffer).setUint32(4, 36 + 3600 * 32_000, true);
  new DataView(header.buffer).setUint32(40, 3600 * 32_000, true);
  const output = openSync(path, 'w');
  writeSync(output, header);
  for (let second = 0; second < 3600; second++) writeSync(output, new Int16Array(16_000).fill(second));
  closeSync(output);

  const script = here('../../fixtures/streamMemory.ts');
  const { stdout } = await node(process.execPath, ['--import', 'tsx', script, path]);
  const { windows, growth } = JSON.parse(stdout) as { windows: number[][]; growth: number };
  expect(windows).toEqual(Array.from({ length: 3598 }, (_, n) => [n, n + 3, n / 32_768, (n + 2) / 32_768]));
  expect(growth / 2 ** 20).toBeLessThan(60);
});

describe('ser features windows', () => {
  const ser = (...options: string[]) => node(process.execPath, [...SER, 'features', 'windows', ...options]);
  const path = file('speech.wav', encodeWav(noise(40_000), 16_000));

  it('prints a line of CSV for every window', { timeout: 120_000 }, async () => {
    const signal = await loadAudio(path);
    const { stdout } = await ser(path, '--window', '1', '--hop', '1');
    const [header, ...rows] = parseCsv(stdout);
    expect(header).toEqual(['start', 'end', ...librosa186.names]);
    expect(rows.map(([start, end]) => [Number(start), Number(end)])).toEqual([
      [0, 1],
      [1, 2],
      [2, 2.5],
    ]);
    expect(rows[1].slice(2).map(Number)).toEqual(Array.from(librosa186.extract(signal.slice(16_000, 32_000))));
  });

  it('or JSON, and refuses a window of nothing with code 2', { timeout: 120_000 }, async () => {
    const { stdout } = await ser(path, '--window', '2', '--hop', '2', '--format', 'json');
    const { featureSet, sampleRate, windows } = JSON.parse(stdout) as {
      featureSet: string;
      sampleRate: number;
      windows: { start: number; end: number; features: Record<string, number> }[];
    };
    expect([featureSet, sampleRate, windows.length]).toEqual(['librosa186', 16_000, 2]);
    expect(windows[1]).toMatchObject({ start: 2, end: 2.5 });
    expect(Object.keys(windows[1].features)).toEqual(librosa186.names);
    await expect(ser(path, '--window', '0')).rejects.toMatchObject({ code: 2 });
  });
});
