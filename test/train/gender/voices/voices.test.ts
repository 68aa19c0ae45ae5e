import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadAudio } from '../../../../src/data/audio/load.ts';
import { augment } from '../../../../src/data/augment/augment.ts';
import type { CorpusClip } from '../../../../src/data/corpora/corpus.ts';
import { ravdess } from '../../../../src/data/corpora/ravdess.ts';
import { logMelFrames } from '../../../../src/features/sets/logMel.ts';
import { createRandom } from '../../../../src/random.ts';
import { findVoices, VOICE_FOLDERS } from '../../../../src/train/gender/voices/voices.ts';
import {
  prepareVoices,
  readVoices,
  VOICE_AUGMENTATION,
  voiceData,
} from '../../../../src/train/gender/voices/voiceTables.ts';
import { smallClip } from '../../../data/smallCorpus.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voices-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('voices of the corpora', () => {
  const list = (name: string, text: string): void => writeFileSync(join(folder, name, 'clips.csv'), text);
  beforeEach(() => {
    for (const name of VOICE_FOLDERS) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'ravdess', '03-02-01-01-01-01-02.flac'), 'fLaC');
    writeFileSync(join(folder, 'emodb', '03a01Fa.flac'), 'fLaC');
    for (const number of Array.from({ length: 20 }, (_, i) => i + 1))
      writeFileSync(join(folder, 'speechocean-mini', `00024${String(number).padStart(4, '0')}.WAV`), 'RIFF');
    writeFileSync(join(folder, 'crema-d', '1002_IEO_ANG_HI.wav'), 'RIFF');
    list('librispeech-mini', 'file,speaker,gender,subset\n7/b.flac,7,male,test-other\n7/a.flac,7,male,test-other\n');
  });

  it('are found by name and by list, and of a speaker with many clips some that are evenly spaced', async () => {
    const voices = await findVoices(folder);
    expect(
      voices.map(({ corpus, id, speaker, gender, channel }) => [corpus, id, speaker, gender, channel].join()),
    ).toEqual([
      'ravdess,03-02-01-01-01-01-02,02,female,song',
      'librispeech,a,librispeech-test-other-7,male,speech',
      'librispeech,b,librispeech-test-other-7,male,speech',
      'emodb,03a01Fa,emodb-03,male,speech',
      'crema-d,1002_IEO_ANG_HI,crema-d-1002,female,speech',
      ...[1, 6, 11, 16].map(
        (n) => `speechocean762,00024${String(n).padStart(4, '0')},speechocean762-0024,female,speech`,
      ),
    ]);
    expect(voices[1].path).toBe(join(folder, 'librispeech-mini', '7/a.flac'));
  });

  it('need their lists, and genders that are known', async () => {
    list('librispeech-mini', 'file,speaker,gender,subset\n7/a.flac,7,unknown,dev\n');
    await expect(findVoices(folder)).rejects.toThrow(/7\/a\.flac has the gender "unknown"/);
    list('librispeech-mini', 'file,gender,subset\n7/a.flac,male,dev\n');
    await expect(findVoices(folder)).rejects.toThrow(/no column "speaker"/);
    rmSync(join(folder, 'librispeech-mini', 'clips.csv'));
    await expect(findVoices(folder)).rejects.toThrow(/librispeech-mini.clips\.csv: cannot be read/);
  });
});

describe('tables of voices', () => {
  const silent: string[] = [];
  const options = { copies: 2, seed: 1, workers: 1, onClip: (id: string) => void silent.push(id) };
  const clips = (names: string[]) =>
    names.map((id): CorpusClip => {
      const path = join(folder, `${id}.wav`);
      writeFileSync(path, smallClip(id));
      return { ...ravdess.parseName(id), path };
    });

  it('hold the log-mel frames of clips and of their altered copies; made once, they are read', async () => {
    const [first, second] = clips(['03-01-01-01-01-01-01', '03-02-02-01-01-01-02']);
    const data = await prepareVoices(join(folder, 'cache'), [first, second], options);
    expect(data.rows.map(({ id, copy }) => [id, copy])).toEqual([
      ...[
        [first.id, 0],
        [second.id, 0],
      ],
      ...[first, second].flatMap(({ id }) => [
        [id, 1],
        [id, 2],
      ]),
    ]);
    expect(data.rows[1]).toMatchObject({ corpus: 'ravdess', speaker: '02', gender: 'female', channel: 'song' });
    const signal = await loadAudio(first.path);
    expect(data.rows[0].values).toEqual(logMelFrames.extract(signal));
    const copy = augment(signal, createRandom(`1/${first.id}/1`), VOICE_AUGMENTATION);
    expect(data.rows[2].values).toEqual(logMelFrames.extract(copy));
    expect(silent.splice(0)).toHaveLength(2);

    const { key, rows } = data;
    expect(await prepareVoices(join(folder, 'cache'), [first, second], options)).toMatchObject({ key, rows });
    expect(await readVoices(join(folder, 'cache'))).toMatchObject({ key, rows });
    expect(silent.splice(0)).toEqual([]);
    const other = await prepareVoices(join(folder, 'cache'), [first, second], { ...options, seed: 2 });
    expect(other.key).not.toBe(data.key);
    expect(silent.splice(0)).toHaveLength(2);
  });

  it('are refused where they are missing, hold another set, or a clip cannot be read', async () => {
    await expect(readVoices(folder)).rejects.toThrow(/voices-log-mel\.parquet cannot be read/);
    expect(() =>
      voiceData([{ featureSet: 'meyda', names: [], labels: [], clips: [], values: new Float32Array() }]),
    ).toThrow(/holds meyda features/);
    const [clip] = clips(['03-01-01-01-01-01-01']);
    const broken = { ...clips(['03-01-01-01-01-01-02'])[0], path: join(folder, 'no.wav') };
    await expect(prepareVoices(join(folder, 'broken'), [clip, broken], options)).rejects.toThrow(/no\.wav/);
  });
});
