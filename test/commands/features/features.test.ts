import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, it } from 'vitest';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { readTable } from '../../../src/data/tables/tableFile.ts';
import { librosa186 } from '../../../src/features/sets/librosa186.ts';
import { meyda } from '../../../src/features/sets/meyda.ts';
import { smallClip, writeSmallCorpus } from '../../data/smallCorpus.ts';
import { SER } from '../../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const start = (...options: string[]) => spawn(process.execPath, [...SER, 'features', ...options]);

async function run(...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = start(...options);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (output.stdout += text));
  child.stderr.on('data', (text) => (output.stderr += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...output };
}

describe('ser features FILE…', () => {
  const paths = ['one.wav', 'two, "loud".wav'].map((name) => join(folder, name));
  for (const path of paths) writeFileSync(path, smallClip(path));
  const vectors = Promise.all(paths.map(async (path) => Array.from(librosa186.extract(await loadAudio(path)))));

  it('prints CSV in full precision, names a file that fails, and ends with code 1', async () => {
    const bad = join(folder, 'text.wav');
    writeFileSync(bad, 'no audio at all');
    const { code, stdout, stderr } = await run(paths[0], bad, paths[1]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^failed: .*text\.wav: it is not an audio file/m);
    const [header, one, two, end] = stdout.split('\n');
    expect(header).toBe(['file', ...librosa186.names].join(','));
    expect(one.split(',').slice(1).map(Number)).toEqual((await vectors)[0]);
    expect(two.startsWith(`"${paths[1].replaceAll('"', '""')}",`)).toBe(true);
    expect(two.split(',').slice(-186).map(Number)).toEqual((await vectors)[1]);
    expect(end).toBe('');
  });

  it('writes JSON and Parquet that hold the same', async () => {
    const [json, parquet] = ['out.json', 'out.parquet'].map((name) => join(folder, name));
    const { code, stdout } = await run('extract', ...paths, '--format', 'json', '--out', json);
    expect([code, stdout]).toEqual([0, '']);
    const { featureSet, clips } = JSON.parse(readFileSync(json, 'utf8')) as {
      featureSet: string;
      clips: { file: string; features: Record<string, number> }[];
    };
    expect(featureSet).toBe('librosa186');
    expect(clips.map(({ file }) => file)).toEqual(paths);
    expect(clips.map(({ features }) => Object.values(features))).toEqual(await vectors);

    await run('extract', ...paths, '--format', 'parquet', '--out', parquet);
    const bytes = Uint8Array.from(readFileSync(parquet)).buffer;
    const rows = await parquetReadObjects({
      file: { byteLength: bytes.byteLength, slice: (a, b) => bytes.slice(a, b) },
    });
    expect(rows.map(({ file, ...features }) => [file, Object.values(features)])).toEqual(
      (await vectors).map((vector, i) => [paths[i], vector]),
    );
  });

  it('takes folders, and files that are no audio for what they are', async () => {
    const mixed = join(folder, 'mixed');
    mkdirSync(mixed);
    writeFileSync(join(mixed, 'a.wav'), smallClip('a'));
    writeFileSync(join(mixed, 'cut.wav'), smallClip('cut').subarray(0, 30));
    writeFileSync(join(mixed, 'empty.flac'), '');
    writeFileSync(join(mixed, 'text.mp3'), 'no audio at all');
    writeFileSync(join(mixed, 'notes.txt'), 'passed over');
    const { code, stdout, stderr } = await run(mixed);
    expect(code).toBe(1);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stdout).toContain(`\n${join(mixed, 'a.wav')},`);
    const failed = stderr.split('\n').filter((line) => line.startsWith('failed: '));
    expect(failed.map((line) => line.slice(`failed: ${mixed}/`.length).split(':')[0])).toEqual(['cut.wav', 'text.mp3']);
    expect(stderr).toContain(`passed over: 1 empty file: ${join(mixed, 'empty.flac')}\n`);
  });

  it('computes another set on request', async () => {
    const { code, stdout } = await run(paths[0], '--features', 'meyda', '--format', 'json');
    expect(code).toBe(0);
    const { featureSet, clips } = JSON.parse(stdout) as { featureSet: string; clips: { features: object }[] };
    expect(featureSet).toBe('meyda');
    expect(Object.keys(clips[0].features)).toEqual(meyda.names);
  });

  it('refuses a path that is not there before any work, with code 2', async () => {
    const { code, stdout, stderr } = await run(paths[0], join(folder, 'none.wav'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/none\.wav: there is no such file or folder/);
  });

  it('explains itself and ends with code 2 when no file is given', async () => {
    const { code, stderr } = await run();
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: missing: <paths> /);
  });
});

describe('ser features show', () => {
  const clip = join(folder, 'clip.wav');
  writeFileSync(clip, smallClip('clip'));

  it('draws a clip as SVG or PNG', async () => {
    const [svg, png] = ['pictures/clip.svg', 'pictures/clip.png'].map((name) => join(folder, name));
    expect(await run('show', clip, '--out', svg)).toMatchObject({ code: 0, stdout: `${svg}\n` });
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg[^]*clip\.wav[^]*<\/svg>$/);
    await run('show', clip, '--out', png);
    expect(readFileSync(png).subarray(1, 4).toString()).toBe('PNG');
  });

  it('refuses other formats with code 2, and a file that is no audio with code 1', async () => {
    const wrong = await run('show', clip, '--out', join(folder, 'clip.gif'));
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('.svg or a .png') });
    const bad = join(folder, 'bad.wav');
    writeFileSync(bad, '');
    expect(await run('show', bad, '--out', join(folder, 'bad.svg'))).toMatchObject({ code: 1 });
    expect(existsSync(join(folder, 'bad.svg'))).toBe(false);
  });
});

describe('ser features build', () => {
  it('stops on Ctrl-C with code 130 and no half file, and goes on from there', async () => {
    const [corpus, out] = ['corpus', 'tables'].map((name) => join(folder, name));
    writeSmallCorpus(corpus, 60);
    const options = ['build', '--corpus', corpus, '--out', out, '--copies', '1', '--workers', '1'];
    const journal = join(out, 'ravdess-librosa186.journal.partial');
    const linesDone = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 2 : 0);

    const child = start(...options);
    while (linesDone() < 3) await new Promise((done) => setTimeout(done, 20));
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(readdirSync(out)).toEqual(['ravdess-librosa186.journal.partial']);
    const done = linesDone();
    expect(done).toBeLessThan(60);

    const { code, stdout, stderr } = await run(...options);
    expect(code).toBe(0);
    expect(stdout).toContain('ravdess-librosa186.parquet: 60 rows × 186 features');
    expect(stderr).toContain('2392 problems');
    expect(readdirSync(out).sort()).toEqual(['ravdess-librosa186-augmented.parquet', 'ravdess-librosa186.parquet']);
  });

  it('mixes recordings of noise and of voices into disturbed copies, of which the table says how many there were', async () => {
    const [corpus, voices, out] = ['few', 'voices', 'disturbed'].map((name) => join(folder, name));
    writeSmallCorpus(corpus, 4);
    mkdirSync(voices);
    for (const name of ['one.wav', 'two.wav']) writeFileSync(join(voices, name), smallClip(name));
    const build = (to: string, ...options: string[]) =>
      run('build', '--corpus', corpus, '--out', to, '--copies', '2', '--workers', '1', ...options);
    const copies = async (to: string) => readTable(join(to, 'ravdess-librosa186-augmented.parquet'));

    const refused = await build(out, '--babble', voices);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--babble is for copies with noise: add --augmentation disturbances.');
    const disturbed = ['--augmentation', 'disturbances', '--babble', voices];
    expect((await build(out, ...disturbed, '--noise', voices)).code).toBe(0);
    const { clips, provenance } = await copies(out);
    expect(clips.length).toBe(8);
    expect(provenance).toMatchObject({ voices: '2 recordings', noises: '2 recordings' });
    expect(Object.keys(JSON.parse(provenance!.augmentation) as object)).toContain('mobile');
  });

  it('ends with code 1 and the remedy when there is no audio', async () => {
    const { code, stderr } = await run('build', '--corpus', join(folder, 'nowhere'), '--out', join(folder, 'x'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/nowhere .*ser data download/);
  });
});
