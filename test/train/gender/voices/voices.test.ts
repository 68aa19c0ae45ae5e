import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALTER_DEFAULTS, alterVoice } from '../../../../src/train/gender/voices/alterVoice.ts';
import { type LogMels, readLogMels, writeLogMels } from '../../../../src/train/gender/voices/logMels.ts';
import { findVoices } from '../../../../src/train/gender/voices/voices.ts';
import { createRandom } from '../../../../src/random.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voices-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('voices of three corpora', () => {
  const list = (name: string, text: string): void => writeFileSync(join(folder, name, 'clips.csv'), text);
  beforeEach(() => {
    for (const name of ['ravdess', 'librispeech-mini', 'emodb']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'ravdess', '03-02-01-01-01-01-02.flac'), 'fLaC');
    list('librispeech-mini', 'file,speaker,gender,subset\n7/b.flac,7,male,test-other\n7/a.flac,7,male,test-other\n');
    list('emodb', 'file,speaker,gender,emotion\n03a.flac,03,male,happy\n');
  });

  it('are found by name and by list', async () => {
    const voices = await findVoices(folder);
    expect(
      voices.map(({ corpus, clip, speaker, gender, part }) => [corpus, clip, speaker, gender, part].join()),
    ).toEqual([
      'ravdess,03-02-01-01-01-01-02,02,female,song',
      'librispeech,a,7,male,test-other',
      'librispeech,b,7,male,test-other',
      'emodb,03a,03,male,emodb',
    ]);
    expect(voices[1].path).toBe(join(folder, 'librispeech-mini', '7/a.flac'));
  });

  it('need their lists, and genders that are known', async () => {
    list('emodb', 'file,speaker,gender\n03a.flac,03,unknown\n');
    await expect(findVoices(folder)).rejects.toThrow(/03a\.flac has the gender "unknown"/);
    list('emodb', 'file,gender\n03a.flac,male\n');
    await expect(findVoices(folder)).rejects.toThrow(/no column "speaker"/);
    rmSync(join(folder, 'emodb', 'clips.csv'));
    await expect(findVoices(folder)).rejects.toThrow(/emodb.clips\.csv: cannot be read/);
  });
});

describe('spectra in a file', () => {
  const row = { corpus: 'emodb', clip: 'a', speaker: '1', gender: 'male', part: 'emodb', copy: 0, frames: 2 } as const;
  const logMels: LogMels = {
    key: 'k',
    step: 0.25,
    rows: [row],
    values: Int16Array.from({ length: 160 }, (_, i) => i - 80),
    about: 'a test',
  };

  for (const name of ['spectra.bin', 'spectra.bin.br']) {
    it(`come back from ${name}`, () => {
      const path = join(folder, name);
      writeLogMels(path, logMels);
      expect(readLogMels(path)).toEqual(logMels);
      expect(readLogMels(path, 'k')).toEqual(logMels);
      expect(readLogMels(path, 'another key')).toBeUndefined();
    });
  }

  it('are refused when damaged, and absent when missing', () => {
    const path = join(folder, 'spectra.bin');
    expect(readLogMels(path)).toBeUndefined();
    writeLogMels(path, logMels);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(path, bytes);
    expect(() => readLogMels(path)).toThrow(/damaged/);
  });
});

describe('an altered voice', () => {
  const tone = Float32Array.from({ length: 16000 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 200 * i) / 16000));

  it('is faster or slower by at most 8 %, and another one each time', () => {
    const lengths = Array.from({ length: 20 }, (_, i) => alterVoice(tone, createRandom(i)).length);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(Math.floor(16000 / 1.08));
    expect(Math.max(...lengths)).toBeLessThanOrEqual(Math.ceil(16000 / 0.92));
    expect(new Set(lengths).size).toBeGreaterThan(15);
    expect(alterVoice(tone, createRandom(1))).toEqual(alterVoice(tone, createRandom(1)));
  });

  it('has its pitch moved with its speed', () => {
    const altered = alterVoice(tone, createRandom(3), {
      ...ALTER_DEFAULTS,
      pitch: { probability: 0, low: 0, high: 0 },
    });
    let crossings = 0;
    for (let i = 1; i < altered.length; i++) if (altered[i - 1] < 0 && altered[i] >= 0) crossings++;
    expect(Math.abs(crossings - 200)).toBeLessThan(3);
  });
});
