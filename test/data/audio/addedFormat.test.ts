import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findClips } from '../../../src/data/audio/clipFiles.ts';
import { type AudioFormat, holds } from '../../../src/data/audio/format.ts';
import { FORMATS, formatNames } from '../../../src/data/audio/formats.ts';
import { loadRecording } from '../../../src/data/audio/load.ts';
import { readRecording } from '../../../src/data/audio/read.ts';
import { wholeSource } from '../../../src/data/audio/source.ts';

/** A format as somebody would add it: the sample rate and signed 8-bit samples after four letters. */
const tiny: AudioFormat = {
  name: 'Tiny',
  extensions: ['.tiny'],
  mimeTypes: ['audio/x-tiny'],
  matches: (head) => holds(head, 'TINY'),
  decoder: async () =>
    async function* (source) {
      const bytes = await wholeSource(source);
      const samples = Float32Array.from(new Int8Array(bytes.slice(6).buffer), (value) => value / 128);
      yield { channels: [samples], sampleRate: bytes[4] + 256 * bytes[5] };
    },
};
const file = Uint8Array.of(...[...'TINY'].map((letter) => letter.charCodeAt(0)), 0x40, 0x1f, ...Array(8000).fill(64)); // 8 kHz

const folder = mkdtempSync(join(tmpdir(), 'ser-format-'));
beforeAll(() => void (FORMATS as AudioFormat[]).push(tiny));
afterAll(() => {
  (FORMATS as AudioFormat[]).pop();
  rmSync(folder, { recursive: true });
});

test('a format is one object in the list: files are found in folders, recognised, decoded and named in messages', async () => {
  const path = join(folder, 'clip.tiny');
  writeFileSync(path, file);
  expect(findClips([folder]).clips).toEqual([path]);
  const { signal, format, sampleRate } = await loadRecording(path);
  expect({ format, sampleRate }).toEqual({ format: 'Tiny', sampleRate: 8000 });
  expect(signal).toHaveLength(16_000);
  expect(signal[8000]).toBeCloseTo(0.5, 3);
  expect(formatNames()).toMatch(/ and Tiny$/);
  await expect(readRecording(Uint8Array.of(1, 2, 3), 'other')).rejects.toThrow(/and Tiny can be read$/);
});
