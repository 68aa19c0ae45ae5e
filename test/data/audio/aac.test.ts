import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { externalDecoder } from '../../../src/data/audio/external/external.ts';
import { decodeAudio } from '../../../src/data/audio/read.ts';
import { SerError } from '../../../src/error.ts';
import { likeness, phoneFixture } from './chirp.ts';

const adts = phoneFixture('adts.aac');
/** What ffmpeg 5.1 gives: 57 frames of 1,024 samples, the first of them before the recording begins. */
const SAMPLES = 57 * 1024;

const decode = (bytes = adts, ffmpeg = true, options = {}) =>
  decodeAudio(bytes, 'memo.aac', { fallback: externalDecoder({ ffmpeg }), ...options });

const failure = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SerError);
  return (error as SerError).message;
};

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ser-aac-'))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Puts a program of that name and text in front of all others. */
function install(script: string): void {
  const path = join(folder, 'ffmpeg');
  writeFileSync(path, `#!${process.execPath}\n${script}`);
  chmodSync(path, 0o755);
  vi.stubEnv('PATH', `${folder}${delimiter}${dirname(process.execPath)}`);
}

/** Writes an AU file of two channels at 8 kHz, whose samples are 0.5 and −0.25. */
const AU = `
  const head = Buffer.alloc(24);
  [0x2e736e64, 24, 0xffffffff, 6, 8000, 2].forEach((value, i) => head.writeUInt32BE(value, 4 * i));
  const body = Buffer.alloc(8 * 8000);
  for (let i = 0; i < 8000; i++) { body.writeFloatBE(0.5, 8 * i); body.writeFloatBE(-0.25, 8 * i + 4); }
  process.stdout.write(Buffer.concat([head, body]));
`;

describe('AAC where nothing is installed that decodes it', () => {
  beforeEach(() => vi.stubEnv('PATH', folder));

  test('is refused in one line that says both ways', async () => {
    expect(await failure(decode())).toBe(
      'memo.aac: it is AAC audio, which needs a decoder that is not installed: install ffmpeg, or ' +
        '`npm install @audio/decode-aac` (GPL-2.0)',
    );
  });

  test('is refused by a server that may not use ffmpeg, with its option', async () => {
    expect(await failure(decode(adts, false))).toContain('start the server with --ffmpeg, or `npm install');
  });

  test('is refused where the caller has no way at all', async () => {
    expect(await failure(decodeAudio(adts))).toBe('audio: it is AAC audio, which cannot be decoded here');
  });
});

describe('AAC by the program ffmpeg', () => {
  test('is given the frames through a pipe, without network, files or containers, in one thread', async () => {
    install(`const fs = require('node:fs');
      fs.writeFileSync(${JSON.stringify(join(folder, 'words'))}, JSON.stringify(process.argv.slice(2)));
      fs.writeFileSync(${JSON.stringify(join(folder, 'bytes'))}, fs.readFileSync(0));${AU}`);
    const { samples, sampleRate, channels } = await decode();
    expect({ sampleRate, channels, length: samples.length }).toEqual({ sampleRate: 8000, channels: 2, length: 8000 });
    expect(new Set(samples)).toEqual(new Set([0.125]));
    expect(new Uint8Array(readFileSync(join(folder, 'bytes')))).toEqual(adts);
    const words = (JSON.parse(readFileSync(join(folder, 'words'), 'utf8')) as string[]).join(' ');
    expect(words).toContain('-threads 1 -protocol_whitelist pipe -f aac -i pipe:0');
    expect(words).toContain('-nostdin');
  });

  test('is not asked by a server without --ffmpeg', async () => {
    install(AU);
    expect(await failure(decode(adts, false))).toContain('--ffmpeg');
  });

  test('its complaint is the reason where it gives up, and a warning where it goes on', async () => {
    const complain = `process.stderr.write('[aac @ 0x1] channel element 2.9 is not allocated\\n');`;
    install(`${complain} process.exitCode = 1;`);
    expect(await failure(decode())).toBe('memo.aac: it is damaged (ffmpeg: channel element 2.9 is not allocated)');
    install(complain + AU);
    expect((await decode()).warnings).toEqual([
      'Damaged in places: ffmpeg could not decode all of it (channel element 2.9 is not allocated).',
    ]);
  });

  test('a program that writes without end is ended as soon as the recording becomes too long', async () => {
    install(`${AU} setInterval(() => process.stdout.write(Buffer.alloc(65536)), 1);`);
    expect(await failure(decode(adts, true, { maxSeconds: 2 }))).toContain('longer than the limit of 2 s');
  });

  test('a program that does not read, or writes nothing, is no harm', async () => {
    install('');
    expect(await failure(decode())).toBe('memo.aac: it contains no samples');
    install(`process.stdout.write('no audio');`);
    expect(await failure(decode())).toBe('memo.aac: it contains no samples');
  });
});

const without = spawnSync('ffmpeg', ['-version']).error ? ' (skipped: needs ffmpeg)' : '';
describe.skipIf(without)(`AAC by ffmpeg itself${without}`, () => {
  test('gives as many samples as ffmpeg, and the recording 1,024 samples late, as the encoder put it', async () => {
    const audio = await decode();
    expect(audio).toMatchObject({ format: 'AAC', sampleRate: 44_100, channels: 1, warnings: [] });
    expect(audio.samples).toHaveLength(SAMPLES);
    expect(likeness(audio.samples, 44_100, -1024)).toBeGreaterThan(0.999);
  });

  test('frames between which there is rubbish are decoded, with a warning', async () => {
    const damaged = new Uint8Array(adts.length + 3);
    damaged.set(adts.subarray(0, 1500));
    const frame = adts.findIndex((byte, i) => i > 1500 && byte === 0xff && adts[i + 1] === 0xf1);
    damaged.set(adts.subarray(0, frame));
    damaged.set(adts.subarray(frame), frame + 3);
    const { samples, warnings } = await decode(damaged);
    expect(samples.length).toBeGreaterThan(SAMPLES - 4096);
    expect(warnings[0]).toBe('Damaged: 3 bytes between its AAC frames are not AAC.');
  });

  test('a file that is cut short gives what is there, with a warning; strict refuses it', async () => {
    const cut = adts.subarray(0, adts.length - 300);
    const { samples, warnings } = await decode(cut);
    expect(samples.length).toBeGreaterThan(SAMPLES - 4096);
    expect(samples.length).toBeLessThan(SAMPLES);
    expect(warnings[0]).toMatch(/^Cut short: \d+ bytes of its last frame are missing/);
    expect(await failure(decode(cut, true, { strict: true }))).toContain('it is cut short');
  });
});
