import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { augment } from '../../../src/data/augment/augment.ts';
import { defaultCorpusFolder, saveTables, scanCorpus } from '../../../src/data/corpora/buildCorpus.ts';
import type { SavedTables } from '../../../src/data/corpora/buildCorpus.ts';
import type { BuildOptions } from '../../../src/data/tables/buildTables.ts';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { ravdess } from '../../../src/data/corpora/ravdess.ts';
import { tableVector } from '../../../src/data/tables/table.ts';
import { readTable } from '../../../src/data/tables/tableFile.ts';
import { librosa186 } from '../../../src/features/sets/librosa186.ts';
import { createRandom } from '../../../src/random.ts';
import { smallClip, writeSmallCorpus } from '../smallCorpus.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-build-'));
const corpus = join(folder, 'corpus');
let names: string[];

type Options = Omit<BuildOptions, 'journal' | 'provenance'>;
const build = async (out: string, options: Options = {}, from = corpus): Promise<SavedTables> =>
  saveTables(ravdess, await scanCorpus(ravdess, from), join(folder, out), { copies: 2, workers: 1, ...options });
const bytesIn = (out: string) =>
  readdirSync(join(folder, out)).map((name) => [name, readFileSync(join(folder, out, name)).toString('base64')]);

beforeAll(async () => {
  names = writeSmallCorpus(corpus, 10);
  await build('whole', { workers: 3 });
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('building the tables of a corpus', () => {
  it('writes the vectors of every clip and of its copies, augmented by a seed of their own', async () => {
    const original = await readTable(join(folder, 'whole', 'ravdess-librosa186.parquet'));
    const augmented = await readTable(join(folder, 'whole', 'ravdess-librosa186-augmented.parquet'));
    expect(original.clips.map(({ id, copy }) => [id, copy])).toEqual(names.map((id) => [id, 0]));
    expect(augmented.clips.map(({ id, copy }) => [id, copy])).toEqual(
      names.flatMap((id) => [1, 2].map((copy) => [id, copy])),
    );
    const signal = await loadAudio(join(corpus, `${names[3]}.wav`));
    expect(tableVector(original, 3)).toEqual(Float32Array.from(librosa186.extract(signal)));
    const copy = augment(signal, createRandom(`1/${names[3]}/2`));
    expect(tableVector(augmented, 7)).toEqual(Float32Array.from(librosa186.extract(copy)));
  });

  it('says in the files how they were made', async () => {
    const { provenance } = await readTable(join(folder, 'whole', 'ravdess-librosa186-augmented.parquet'));
    expect(provenance).toMatchObject({ corpus: 'ravdess', sampleRate: '16000', copies: '2', seed: '1' });
    expect(provenance!.licence).toContain('CC BY-NC-SA 4.0');
    expect(provenance!.toolkit).toMatch(/^gender-ser \d/);
    expect(JSON.parse(provenance!.augmentation)).toMatchObject({ stretch: { probability: 0.7, low: 0.9, high: 1.1 } });
  });

  it('gives the same bytes whatever the number of workers', async () => {
    await build('alone', { workers: 1 });
    expect(bytesIn('alone')).toEqual(bytesIn('whole'));
  });

  it('goes on where it was stopped, computes nothing twice, and gives the same bytes', async () => {
    const stop = new AbortController();
    const first: string[] = [];
    const stopped = build('resumed', {
      signal: stop.signal,
      onClip: (id) => {
        first.push(id);
        if (first.length === 4) stop.abort();
      },
    });
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(readdirSync(join(folder, 'resumed'))).toEqual(['ravdess-librosa186.journal.partial']);

    const second: string[] = [];
    let started: number[] = [];
    await build('resumed', { onStart: (...counts) => (started = counts), onClip: (id) => second.push(id) });
    expect(started).toEqual([10, 4]);
    expect([...first, ...second]).toEqual(names);
    expect(bytesIn('resumed')).toEqual(bytesIn('whole'));
  });

  it('computes again what was made from another file or with other options, or everything if told to', async () => {
    const other = join(folder, 'other');
    writeSmallCorpus(other, 3);
    const broken = join(other, `${names[2]}.wav`);
    writeFileSync(broken, 'no audio');
    const doneBefore = async (options: Options = {}): Promise<number> => {
      let done = -1;
      await build('changed', { copies: 0, onStart: (_, before) => (done = before), ...options }, other);
      return done;
    };
    // The broken clip keeps the journal alive.
    expect(await doneBefore()).toBe(0);
    expect(await doneBefore()).toBe(2);
    expect(await doneBefore({ resume: false })).toBe(0);
    writeFileSync(join(other, `${names[0]}.wav`), smallClip('another take'));
    expect(await doneBefore()).toBe(1);
    expect(await doneBefore({ copies: 1 })).toBe(0);
    expect(await doneBefore({ copies: 1, seed: 2 })).toBe(0);
    expect(await doneBefore({ copies: 1, seed: 2 })).toBe(2);
    writeFileSync(broken, smallClip(names[2]));
    expect(await doneBefore({ copies: 1, seed: 2 })).toBe(2);
    expect(existsSync(join(folder, 'changed', 'ravdess-librosa186.journal.partial'))).toBe(false);
  });

  it('collects clips that fail, with the reason, and does all others', async () => {
    const spoilt = join(folder, 'spoilt');
    const ids = writeSmallCorpus(spoilt, 4);
    writeFileSync(join(spoilt, `${ids[1]}.wav`), smallClip(ids[1]).subarray(0, 60));
    const { original, augmented, failures } = await build('partly', {}, spoilt);
    expect(failures).toHaveLength(1);
    expect(failures[0].path).toBe(join(spoilt, `${ids[1]}.wav`));
    expect(failures[0].reason).toContain(failures[0].path);
    expect(original.clips.map(({ id }) => id)).toEqual([ids[0], ids[2], ids[3]]);
    expect(augmented!.clips).toHaveLength(6);
  });

  it('writes nothing if every clip fails', async () => {
    const bad = join(folder, 'bad');
    for (const id of writeSmallCorpus(bad, 2)) writeFileSync(join(bad, `${id}.wav`), 'no audio');
    await expect(build('nothing', {}, bad)).rejects.toThrow(/None of 2 clips could be analysed\. The first: .*bad/);
    expect(readdirSync(join(folder, 'nothing')).filter((name) => name.endsWith('.parquet'))).toEqual([]);
  });

  it('says what to do when the audio is not there, and refuses impossible options', async () => {
    await expect(build('none', {}, join(folder, 'nowhere'))).rejects.toThrow(/nowhere .*ser data download.*--corpus/);
    await expect(build('none', { copies: 1.5 })).rejects.toThrow(
      /augmented copies must be an integer, 0 or more; it is 1.5/,
    );
    await expect(build('none', { featureSet: 'egemaps' })).rejects.toThrow(/no feature set "egemaps"/);
    await expect(build('none', { workers: 0 })).rejects.toThrow(/number of workers .* 0/);
  });

  it('looks for audio below SER_CORPORA, else where the download puts it', () => {
    const before = process.env.SER_CORPORA;
    process.env.SER_CORPORA = '/corpora';
    expect(defaultCorpusFolder('ravdess')).toBe('/corpora/ravdess');
    delete process.env.SER_CORPORA;
    expect(defaultCorpusFolder('ravdess')).toBe('data/raw/ravdess');
    if (before !== undefined) process.env.SER_CORPORA = before;
  });
});
